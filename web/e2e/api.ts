// What the tests do beside the browser, as the administrator.

import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";

const PLATFORM = "/providers/Microsoft.BusinessAppPlatform";
const VERSION = "?api-version=2023-06-01";

/** Asks the server, or with a body tells it something. */
export async function api(path: string, body?: unknown): Promise<Response> {
  const answer = await fetch(process.env.E2E_URL + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      Authorization: `Bearer ${process.env.E2E_TOKEN}`,
      "Content-Type": "application/json",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function value(path: string, ...members: string[]): Promise<unknown> {
  const body = await (await api(path)).json();
  return members.reduce((inner, member) => inner[member], body);
}

/** Makes an environment, with a data store if it has a domain; gives its name. */
export async function createEnvironment(
  displayName: string,
  { type = "Sandbox", domain }: { type?: string; domain?: string } = {},
): Promise<string> {
  const answer = await api(`${PLATFORM}/environments${VERSION}`, {
    location: "europe",
    properties: {
      displayName,
      environmentSku: type,
      ...(domain && {
        databaseType: "CommonDataService",
        linkedEnvironmentMetadata: {
          baseLanguage: 1033,
          currency: { code: "EUR" },
          domainName: domain,
        },
      }),
    },
  });
  const operation = new URL(answer.headers.get("Location") ?? "").pathname + VERSION;
  await expect.poll(() => value(operation, "state", "id")).toBe("Succeeded");
  const { name } = (await answer.json()) as { name: string };
  return name;
}

/** A package of the sample solution, on disk. */
export const PACKAGE = process.env.E2E_PACKAGE ?? "";

/** Imports the sample solution. */
export async function importPackage(domain: string) {
  await api(`/orgs/${domain}/api/data/v9.2/ImportSolution`, {
    CustomizationFile: readFileSync(PACKAGE, "base64"),
    ImportJobId: crypto.randomUUID(),
    OverwriteUnmanagedCustomizations: false,
    PublishWorkflows: true,
  });
}
