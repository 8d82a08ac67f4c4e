// Tables, rows and solutions of one environment, through the Dataverse Web API.

import { queryOptions } from "@tanstack/react-query";
import { json, request } from "./http";

export interface Label {
  UserLocalizedLabel: { Label: string } | null;
}

export interface TableInfo {
  MetadataId: string;
  LogicalName: string;
  SchemaName: string;
  EntitySetName: string;
  PrimaryIdAttribute: string;
  PrimaryNameAttribute: string | null;
  DisplayName: Label;
  DisplayCollectionName: Label;
  IsCustomEntity: boolean;
  IsManaged: boolean;
  OwnershipType: string;
  IsIntersect: boolean;
}

export interface ColumnInfo {
  MetadataId: string;
  LogicalName: string;
  SchemaName: string;
  AttributeType: string;
  AttributeTypeName: { Value: string };
  DisplayName: Label;
  IsCustomAttribute: boolean;
  IsPrimaryId: boolean;
  IsPrimaryName: boolean;
  IsValidForRead: boolean;
  IsValidForCreate: boolean;
  RequiredLevel: { Value: string };
}

interface List<T> {
  value: T[];
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
}

export type Row = Record<string, unknown>;

const TABLE_PROPERTIES =
  "MetadataId,LogicalName,SchemaName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,DisplayName,DisplayCollectionName,IsCustomEntity,IsManaged,OwnershipType,IsIntersect";

/** The text of a label in the person's language. */
export const text = (label: Label | undefined) => label?.UserLocalizedLabel?.Label ?? "";

export const tablesQuery = (base: string) =>
  queryOptions({
    queryKey: ["tables", base],
    queryFn: async () => {
      const tables = (
        await json<List<TableInfo>>(`${base}/EntityDefinitions?$select=${TABLE_PROPERTIES}`)
      ).value;
      const name = (table: TableInfo) => text(table.DisplayName) || table.LogicalName;
      return tables
        .filter((table) => !table.IsIntersect)
        .sort((a, b) => name(a).localeCompare(name(b)));
    },
  });

export const columnsQuery = (base: string, table: string) =>
  queryOptions({
    queryKey: ["columns", base, table],
    queryFn: async () =>
      (
        await json<List<ColumnInfo>>(
          `${base}/EntityDefinitions(LogicalName='${table}')/Attributes?$select=MetadataId,LogicalName,SchemaName,AttributeType,AttributeTypeName,DisplayName,IsCustomAttribute,IsPrimaryId,IsPrimaryName,IsValidForRead,IsValidForCreate,RequiredLevel`,
        )
      ).value,
  });

export const PAGE_ROWS = 50;

export interface RowPage {
  rows: Row[];
  count: number | undefined;
  next: string | undefined;
}

/** A page of rows: the first by what is asked, the others by the link that the server gave. */
export async function rows(
  base: string,
  table: TableInfo,
  asked: { columns: string[]; orderBy?: string; filter?: string; next?: string },
): Promise<RowPage> {
  const options = [
    `$select=${asked.columns.join(",")}`,
    "$count=true",
    asked.orderBy && `$orderby=${asked.orderBy}`,
    asked.filter && `$filter=${encodeURIComponent(asked.filter)}`,
  ].filter(Boolean);
  const path = asked.next ?? `${base}/${table.EntitySetName}?${options.join("&")}`;
  const page = await json<List<Row>>(path, {
    headers: {
      Prefer: `odata.maxpagesize=${PAGE_ROWS},odata.include-annotations="*"`,
    },
  });
  const next = page["@odata.nextLink"];
  return {
    rows: page.value,
    count: page["@odata.count"],
    next: next && new URL(next).pathname + new URL(next).search,
  };
}

/** Creates a row; gives its id. */
export async function createRow(base: string, table: TableInfo, row: Row) {
  await request(`${base}/${table.EntitySetName}`, { method: "POST", body: row });
}

export async function deleteRow(base: string, table: TableInfo, id: string) {
  await request(`${base}/${table.EntitySetName}(${id})`, { method: "DELETE" });
}

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

export const solutionsQuery = (base: string) =>
  queryOptions({
    queryKey: ["solutions", base],
    queryFn: async () =>
      (
        await json<List<Solution>>(
          `${base}/solutions?$select=solutionid,uniquename,friendlyname,version,ismanaged,isvisible,installedon,description&$expand=publisherid($select=friendlyname,customizationprefix)&$filter=isvisible eq true&$orderby=friendlyname`,
        )
      ).value,
  });

export interface SolutionObject {
  id: string;
  kind: string;
  name: string;
  displayName: string;
  isManaged: boolean;
  table: string | null;
}

/** The objects of a solution, with the names that people know. */
export const objectsQuery = (base: string, uniqueName: string) =>
  queryOptions({
    queryKey: ["objects", base, uniqueName],
    queryFn: async () => {
      const organization = base.replace("/api/data/v9.2", "");
      const path = `${organization}/api/freehold/solutions/${uniqueName}/objects`;
      return (await json<List<SolutionObject>>(path)).value;
    },
  });

export interface ImportProgress {
  percent: number;
  step: string;
}

/** Imports a package and tells how far it is; throws what the server found wrong with it. */
export async function importSolution(
  base: string,
  file: File,
  onProgress: (progress: ImportProgress) => void,
) {
  onProgress({ percent: 2, step: "Reading the file" });
  const job = crypto.randomUUID();
  const started = await json<{ AsyncOperationId: string; ImportJobKey: string }>(
    `${base}/ImportSolutionAsync`,
    {
      method: "POST",
      body: {
        CustomizationFile: await base64(file),
        ImportJobId: job,
        OverwriteUnmanagedCustomizations: false,
        PublishWorkflows: true,
      },
    },
  );
  for (;;) {
    const state = await json<Row>(
      `${base}/asyncoperations(${started.AsyncOperationId})?$select=statecode,statuscode,message,friendlymessage`,
    );
    if (state.statecode === 3) {
      if (state.statuscode === 30) return;
      throw new Error(String(state.friendlymessage ?? state.message ?? "The import failed."));
    }
    const progress = await json<Row>(
      `${base}/importjobs(${started.ImportJobKey})?$select=progress`,
    ).catch(() => undefined);
    onProgress({ percent: Math.max(5, Number(progress?.progress ?? 0)), step: "Importing" });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Exports a solution and hands it to the browser as a file. */
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
