// Environments, through the Business Application Platform routes.

import { queryOptions } from "@tanstack/react-query";
import { ApiError, json, pause, request } from "./http";

const PLATFORM = "/providers/Microsoft.BusinessAppPlatform";
const ADMIN = `${PLATFORM}/scopes/admin`;
const VERSION = "api-version=2023-06-01";
const EXPAND = "$expand=permissions,properties.capacity";

export type EnvironmentType = "Default" | "Production" | "Sandbox" | "Trial" | "Developer";

interface Person {
  displayName?: string;
}

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
    createdBy?: Person;
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
    permissions?: Record<string, unknown>;
    lifecycleOperationsEnforcement?: {
      disallowedOperations: { type: { id: string }; reason: { message: string } }[];
    };
  };
}

interface List<T> {
  value: T[];
}

/** Who has signed in, as the tenant knows them. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => json<{ isTenantAdmin: boolean }>("/api/freehold/me"),
  staleTime: 60_000,
});

/** The environments that the signed-in person may see: all of them for an administrator. */
export const environmentsQuery = queryOptions({
  queryKey: ["environments"],
  queryFn: async ({ client }) => {
    const { isTenantAdmin } = await client.ensureQueryData(meQuery);
    const root = isTenantAdmin ? ADMIN : PLATFORM;
    const list = await json<List<Environment>>(`${root}/environments?${EXPAND}&${VERSION}`);
    return list.value;
  },
  // What is being prepared will be ready soon.
  refetchInterval: ({ state }) => state.data?.some(isChanging) && 2000,
});

function isChanging({ properties }: Environment) {
  const { provisioningState, states } = properties;
  return provisioningState !== "Succeeded" || states.management.id !== "Ready";
}

/** One environment that is not in the list: this mostly tells why. */
export const environmentQuery = (name: string) =>
  queryOptions({
    queryKey: ["environments", name],
    queryFn: () => json<Environment>(`${PLATFORM}/environments/${name}?${EXPAND}&${VERSION}`),
  });

/** Environments that were deleted and can be recovered. Only for administrators. */
export const deletedEnvironmentsQuery = queryOptions({
  queryKey: ["deletedEnvironments"],
  queryFn: async () =>
    (await json<List<Environment>>(`${ADMIN}/deletedEnvironments?${VERSION}`)).value,
});

/** What cannot be done to an environment at all, or not by this person, and why. */
export function refusal(
  environment: Environment,
  operation: string,
  permission: string,
): string | undefined {
  const { lifecycleOperationsEnforcement: rules, permissions } = environment.properties;
  if (permissions && !(permission in permissions)) {
    return "Only administrators of this environment may do that.";
  }
  const rule = rules?.disallowedOperations.find(({ type }) => type.id === operation);
  return rule?.reason.message;
}

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

/** The name of a region as people know it. */
export const regionName = (locations: Location[] | undefined, name: string) =>
  locations?.find((location) => location.name === name)?.properties.displayName ?? name;

export interface Language {
  name: string;
  properties: { localeId: number; displayName: string; isTenantDefault: boolean };
}

export const languagesQuery = (location: string) =>
  queryOptions({
    queryKey: ["languages", location],
    queryFn: async () => {
      const path = `${PLATFORM}/locations/${location}/environmentLanguages?${VERSION}`;
      return (await json<List<Language>>(path)).value;
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: Boolean(location),
  });

export interface Currency {
  name: string;
  properties: { code: string; symbol: string; displayName?: string; isTenantDefault: boolean };
}

export const currenciesQuery = (location: string) =>
  queryOptions({
    queryKey: ["currencies", location],
    queryFn: async () => {
      const path = `${PLATFORM}/locations/${location}/environmentCurrencies?${VERSION}`;
      return (await json<List<Currency>>(path)).value;
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: Boolean(location),
  });

export interface NewDatabase {
  language: number;
  currency: string;
  domain: string;
}

export interface NewEnvironment {
  displayName: string;
  description: string;
  type: EnvironmentType;
  location: string;
  database?: NewDatabase;
}

const linked = ({ language, currency, domain }: NewDatabase) => ({
  baseLanguage: language,
  currency: { code: currency },
  ...(domain ? { domainName: domain } : {}),
});

/** Creates an environment and waits until it is ready; gives its name. */
export async function createEnvironment(wanted: NewEnvironment): Promise<string> {
  const { displayName, description, type, location, database } = wanted;
  const answer = await request(`${PLATFORM}/environments?${VERSION}`, {
    method: "POST",
    body: {
      location,
      properties: {
        displayName,
        description,
        environmentSku: type,
        ...(database && {
          databaseType: "CommonDataService",
          linkedEnvironmentMetadata: linked(database),
        }),
      },
    },
  });
  const { name } = (await answer.clone().json()) as Environment;
  await ended(answer);
  return name;
}

/** Adds the data store to an environment that has none. */
export async function addDatabase(name: string, database: NewDatabase) {
  const path = `${PLATFORM}/environments/${name}/provisionInstance?api-version=2021-04-01`;
  await ended(await request(path, { method: "POST", body: linked(database) }));
}

/** Changes name and description. */
export async function editEnvironment(
  name: string,
  change: { displayName: string; description: string },
) {
  const path = `${ADMIN}/environments/${name}?${VERSION}`;
  await ended(await request(path, { method: "PATCH", body: { properties: change } }));
}

/** Makes a sandbox of a production environment, or the other way round. */
export async function convertEnvironment(name: string, type: EnvironmentType) {
  const path = `${ADMIN}/environments/${name}/modifySku?${VERSION}`;
  await ended(await request(path, { method: "POST", body: { environmentSku: type } }));
}

/** Deletes an environment; it can be recovered for seven days. */
export async function deleteEnvironment(name: string) {
  await ended(await request(`${ADMIN}/environments/${name}?${VERSION}`, { method: "DELETE" }));
}

/** Brings a deleted environment back. */
export async function recoverEnvironment(name: string) {
  const path = `${ADMIN}/deletedEnvironments/${name}/recover?${VERSION}`;
  await ended(await request(path, { method: "POST" }));
}

export interface Operation {
  id: string;
  typeDisplayName: string;
  state: { id: string };
  createdDateTime: string;
  lastActionDateTime?: string;
  requestedBy?: Person;
  error?: { code?: string; message: string };
}

/** What was done to an environment, the latest first. */
export const operationsQuery = (name: string) =>
  queryOptions({
    queryKey: ["operations", name],
    queryFn: async () => {
      const path = `${ADMIN}/environments/${name}/lifecycleOperations?${VERSION}`;
      const operations = (await json<List<Operation>>(path)).value;
      return operations.sort((a, b) => b.createdDateTime.localeCompare(a.createdDateTime));
    },
  });

interface Progress {
  state?: { id: string };
  properties?: { provisioningState: string };
  error?: { code?: string; message: string };
}

/** Follows the operation that an answer names until it has ended. */
async function ended(answer: Response) {
  const location = answer.headers.get("Location") ?? answer.headers.get("Operation-Location");
  if (answer.status !== 202 || !location) return;
  const { pathname, search } = new URL(location, window.location.origin);
  for (;;) {
    const progress = await json<Progress>(pathname + search);
    const state = progress.properties?.provisioningState ?? progress.state?.id;
    if (state === "Succeeded") return;
    if (state === "Failed") {
      const { code = "", message } = progress.error ?? { message: "The operation failed." };
      throw new ApiError(answer.status, code, message, answer.headers.get("x-ms-request-id"));
    }
    await pause(300);
  }
}

/** Where the data service of an environment answers, on the origin that the portal itself uses. */
export function dataUrl(environment: Environment): string | undefined {
  const domain = environment.properties.linkedEnvironmentMetadata?.domainName;
  return domain && `/orgs/${domain}/api/data/v9.2`;
}
