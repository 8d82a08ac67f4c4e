// Solutions of one environment: what is in them, and how they come and go.

import { queryOptions } from "@tanstack/react-query";
import type { List, Row } from "./dataverse";
import { ApiError, json, pause, request } from "./http";

export interface Solution {
  solutionid: string;
  uniquename: string;
  friendlyname: string;
  version: string;
  ismanaged: boolean;
  isvisible: boolean;
  installedon: string | null;
  description: string | null;
  publisherid?: { friendlyname: string; customizationprefix: string } | null;
}

export const solutionsQuery = (base: string | undefined) =>
  queryOptions({
    queryKey: ["solutions", base],
    queryFn: async () =>
      (
        await json<List<Solution>>(
          `${base}/solutions?$select=solutionid,uniquename,friendlyname,version,ismanaged,isvisible,installedon,description&$expand=publisherid($select=friendlyname,customizationprefix)&$filter=isvisible eq true&$orderby=friendlyname`,
        )
      ).value,
    enabled: Boolean(base),
  });

export interface SolutionObject {
  id: string;
  kind: string;
  name: string;
  displayName: string;
  isManaged: boolean;
  table: string | null;
}

/** Beside the Web API: what no public protocol has. */
const own = (base: string) => base.replace("/api/data/v9.2", "/api/freehold");

/** The objects of a solution, with the names that people know. */
export const objectsQuery = (base: string | undefined, uniqueName: string) =>
  queryOptions({
    queryKey: ["objects", base, uniqueName],
    queryFn: async () => {
      const path = `${own(base ?? "")}/solutions/${encodeURIComponent(uniqueName)}/objects`;
      return (await json<List<SolutionObject>>(path)).value;
    },
    enabled: Boolean(base),
  });

/** What the server says of a package before it is imported. */
export interface Staged {
  uploadId: string;
  uniqueName: string;
  name: string;
  version: string;
  isManaged: boolean;
  publisher: string;
  /** The version that is there already. */
  installed: string | null;
  /** What has to be there first. */
  missing: { name: string; kind: string; solution: string | null; neededBy: string }[];
  /** Environment variables that have no value yet. */
  variables: string[];
}

interface StageResults {
  StageSolutionUploadId: string;
  SolutionDetails: {
    SolutionUniqueName: string;
    SolutionFriendlyName: string;
    SolutionVersion: string;
    IsManaged: boolean;
    PublisherFriendlyName: string | null;
    PreviousSolutionVersion: string | null;
  };
  SolutionComponentsDetails: {
    ComponentName: string;
    ComponentTypeName: string;
    IsPresentInOrg: string;
    Attributes: { Keys: string[]; Values: string[] };
  }[];
  MissingDependencies: {
    RequiredComponentSchemaName: string;
    RequiredComponentDisplayName: string | null;
    RequiredComponentType: string;
    RequiredSolutionName: string | null;
    DependentComponentSchemaName: string;
  }[];
}

/** Hands a package over, and gives what an import of it would find; throws if it is none. */
export async function stageSolution(base: string, file: File): Promise<Staged> {
  const { StageSolutionResults: results } = await json<{ StageSolutionResults: StageResults }>(
    `${base}/StageSolution`,
    { method: "POST", body: { CustomizationFile: await base64(file) } },
  );
  const { SolutionDetails: details } = results;
  return {
    uploadId: results.StageSolutionUploadId,
    uniqueName: details.SolutionUniqueName,
    name: details.SolutionFriendlyName,
    version: details.SolutionVersion,
    isManaged: details.IsManaged,
    publisher: details.PublisherFriendlyName ?? "–",
    installed: details.PreviousSolutionVersion,
    missing: results.MissingDependencies.map((missing) => ({
      name: missing.RequiredComponentDisplayName || missing.RequiredComponentSchemaName,
      kind: missing.RequiredComponentType,
      solution: missing.RequiredSolutionName,
      neededBy: missing.DependentComponentSchemaName,
    })),
    variables: results.SolutionComponentsDetails.filter(isOpenVariable).map(
      (part) => part.ComponentName,
    ),
  };
}

function isOpenVariable(part: StageResults["SolutionComponentsDetails"][number]) {
  const { Keys: keys, Values: values } = part.Attributes;
  return (
    part.ComponentTypeName === "EnvironmentVariableDefinition" &&
    part.IsPresentInOrg !== "True" &&
    !values[keys.indexOf("defaultvalue")]
  );
}

export interface ImportProgress {
  percent: number;
  step: string;
}

export interface ImportOptions {
  overwrite: boolean;
  activate: boolean;
  /** Values of environment variables, by name. */
  variables: Record<string, string>;
}

/** Imports a staged package and tells how far it is; throws what the server found wrong with it. */
export async function importSolution(
  base: string,
  staged: Staged,
  options: ImportOptions,
  onProgress: (progress: ImportProgress) => void,
) {
  const started = await json<{ AsyncOperationId: string; ImportJobKey: string }>(
    `${base}/ImportSolutionAsync`,
    {
      method: "POST",
      body: {
        SolutionParameters: { StageSolutionUploadId: staged.uploadId },
        OverwriteUnmanagedCustomizations: options.overwrite,
        PublishWorkflows: options.activate,
        ComponentParameters: Object.entries(options.variables)
          .filter(([, value]) => value)
          .map(([schemaname, value]) => ({
            "@odata.type": "Microsoft.Dynamics.CRM.environmentvariablevalue",
            schemaname,
            value,
          })),
      },
    },
  );
  const operation = `${base}/asyncoperations(${started.AsyncOperationId})?$select=statecode,statuscode,errorcode,message,friendlymessage`;
  for (;;) {
    const state = await json<Row>(operation);
    if (state.statecode === COMPLETED) return succeeded(state);
    if (state.statecode === LOCKED) onProgress(await progress(base, started.ImportJobKey));
    await pause(300);
  }
}

const LOCKED = 2;
const COMPLETED = 3;
const SUCCEEDED = 30;

function succeeded(operation: Row) {
  if (operation.statuscode === SUCCEEDED) return;
  const message = String(operation.friendlymessage || operation.message || "The import failed.");
  const code = typeof operation.errorcode === "number" ? hexCode(operation.errorcode) : "";
  throw new ApiError(400, code, message, null);
}

/** An error code as the platform writes it: `-2147188685` is `0x80048033`. */
export const hexCode = (code: number) => `0x${(code >>> 0).toString(16).padStart(8, "0")}`;

async function progress(base: string, job: string): Promise<ImportProgress> {
  const done = { percent: 100, step: "Finishing" };
  return json<ImportProgress>(`${own(base)}/imports/${job}`).catch((error) => {
    // It ended just now.
    if (error instanceof ApiError && error.status === 404) return done;
    throw error;
  });
}

/** Exports a solution and hands it to the browser as a file; gives the file's name. */
export async function exportSolution(base: string, solution: Solution, managed: boolean) {
  const answer = await json<{ ExportSolutionFile: string }>(`${base}/ExportSolution`, {
    method: "POST",
    body: { SolutionName: solution.uniquename, Managed: managed },
  });
  const bytes = Uint8Array.from(atob(answer.ExportSolutionFile), (char) => char.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
  link.download = exportFileName(solution, managed);
  link.click();
  URL.revokeObjectURL(link.href);
  return link.download;
}

/** The name that the platform gives an exported package. */
export function exportFileName(
  solution: Pick<Solution, "uniquename" | "version">,
  managed: boolean,
) {
  const version = solution.version.replaceAll(".", "_");
  return `${solution.uniquename}_${version}${managed ? "_managed" : ""}.zip`;
}

export async function deleteSolution(base: string, solution: Solution) {
  await request(`${base}/solutions(${solution.solutionid})`, { method: "DELETE" });
}

export async function publishAll(base: string) {
  await request(`${base}/PublishAllXml`, { method: "POST", body: {} });
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}
