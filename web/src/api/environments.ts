// Environments, through the Business Application Platform routes.

import { queryOptions } from "@tanstack/react-query";
import { ApiError, json, request } from "./http";

const PLATFORM = "/providers/Microsoft.BusinessAppPlatform";
const VERSION = "api-version=2023-06-01";

export type EnvironmentType = "Default" | "Production" | "Sandbox" | "Trial" | "Developer";

export interface Environment {
  name: string;
  location: string;
  properties: {
    displayName: string;
    description?: string;
    environmentSku: EnvironmentType;
    isDefault: boolean;
    provisioningState: string;
    createdTime?: string;
    createdBy?: { displayName?: string };
    expirationTime?: string;
    azureRegion?: string;
    databaseType?: string;
    states: { management: { id: string }; runtime: { id: string } };
    governanceConfiguration?: { protectionLevel: string };
    linkedEnvironmentMetadata?: {
      resourceId: string;
      uniqueName: string;
      domainName: string;
      instanceUrl: string;
      version: string;
      baseLanguage: number;
      securityGroupId?: string;
      backgroundOperationsState?: string;
    };
    capacity?: { capacityType: string; actualConsumption: number; ratedConsumption: number }[];
  };
}

interface List<T> {
  value: T[];
}

const EXPAND = "$expand=permissions,properties.capacity";

/** The environments that the signed-in person may see: all of them for an administrator. */
export const environmentsQuery = queryOptions({
  queryKey: ["environments"],
  queryFn: async () => {
    try {
      const path = `${PLATFORM}/scopes/admin/environments?${EXPAND}&${VERSION}`;
      return (await json<List<Environment>>(path)).value;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error;
      return (await json<List<Environment>>(`${PLATFORM}/environments?${EXPAND}&${VERSION}`)).value;
    }
  },
});

export interface Location {
  name: string;
  properties: {
    displayName: string;
    isDefault: boolean;
    isDisabled: boolean;
    canProvisionDatabase: boolean;
  };
}

export const locationsQuery = queryOptions({
  queryKey: ["locations"],
  queryFn: async () => (await json<List<Location>>(`${PLATFORM}/locations?${VERSION}`)).value,
  staleTime: Number.POSITIVE_INFINITY,
});

export interface Language {
  name: string;
  properties: { localeId: number; displayName: string; isTenantDefault: boolean };
}

export const languagesQuery = (location: string) =>
  queryOptions({
    queryKey: ["languages", location],
    queryFn: async () =>
      (
        await json<List<Language>>(
          `${PLATFORM}/locations/${location}/environmentLanguages?${VERSION}`,
        )
      ).value,
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface Currency {
  name: string;
  properties: { code: string; symbol: string; isTenantDefault: boolean };
}

export const currenciesQuery = (location: string) =>
  queryOptions({
    queryKey: ["currencies", location],
    queryFn: async () =>
      (
        await json<List<Currency>>(
          `${PLATFORM}/locations/${location}/environmentCurrencies?${VERSION}`,
        )
      ).value,
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface NewEnvironment {
  displayName: string;
  description: string;
  type: EnvironmentType;
  location: string;
  database?: { language: number; currency: string; domain: string };
}

/** Creates an environment and waits until it is ready. */
export async function createEnvironment(wanted: NewEnvironment) {
  const database = wanted.database && {
    databaseType: "CommonDataService",
    linkedEnvironmentMetadata: {
      baseLanguage: wanted.database.language,
      currency: { code: wanted.database.currency },
      ...(wanted.database.domain ? { domainName: wanted.database.domain } : {}),
    },
  };
  const answer = await request(`${PLATFORM}/environments?${VERSION}`, {
    method: "POST",
    body: {
      location: wanted.location,
      properties: {
        displayName: wanted.displayName,
        description: wanted.description,
        environmentSku: wanted.type,
        ...database,
      },
    },
  });
  await operation(answer);
}

/** Adds the database to an environment that has none. */
export async function addDatabase(name: string, database: NonNullable<NewEnvironment["database"]>) {
  const answer = await request(
    `${PLATFORM}/environments/${name}/provisionInstance?api-version=2021-04-01`,
    {
      method: "POST",
      body: {
        baseLanguage: database.language,
        currency: { code: database.currency },
        ...(database.domain ? { domainName: database.domain } : {}),
      },
    },
  );
  await operation(answer);
}

/** Changes name and description. */
export async function editEnvironment(
  name: string,
  change: { displayName: string; description: string },
) {
  const answer = await request(
    `${PLATFORM}/scopes/admin/environments/${name}?api-version=2021-04-01`,
    { method: "PATCH", body: { properties: change } },
  );
  await operation(answer);
}

/** Deletes an environment; it can be recovered for seven days. */
export async function deleteEnvironment(name: string) {
  const answer = await request(`${PLATFORM}/scopes/admin/environments/${name}?${VERSION}`, {
    method: "DELETE",
  });
  await operation(answer);
}

interface Operation {
  state?: { id: string };
  properties?: { provisioningState: string };
  error?: { message: string };
}

/** Follows the operation that an answer names until it has ended. */
async function operation(answer: Response) {
  const location = answer.headers.get("Location") ?? answer.headers.get("Operation-Location");
  if (answer.status !== 202 || !location) return;
  const path = new URL(location, window.location.origin);
  for (;;) {
    const state = await json<Operation>(path.pathname + path.search).catch((error) => {
      if (error instanceof ApiError && error.status === 404) return { state: { id: "Succeeded" } };
      throw error;
    });
    const id = (state as Operation).properties?.provisioningState ?? state.state?.id;
    if (id === "Succeeded" || id === "Deleted") return;
    if (id === "Failed") {
      throw new Error((state as Operation).error?.message ?? "The operation failed.");
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

/** Where the data service of an environment answers, on the origin that the portal itself uses. */
export function dataUrl(environment: Environment): string | undefined {
  const domain = environment.properties.linkedEnvironmentMetadata?.domainName;
  return domain && `/orgs/${domain}/api/data/v9.2`;
}
