// Tables and rows of one environment, through the Dataverse Web API.

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
  Description: Label;
  IsCustomEntity: boolean;
  IsManaged: boolean;
  OwnershipType: string;
  IsIntersect: boolean;
}

export interface ColumnInfo {
  MetadataId: string;
  LogicalName: string;
  SchemaName: string;
  AttributeOf: string | null;
  AttributeType: string;
  AttributeTypeName: { Value: string };
  DisplayName: Label;
  Description: Label;
  IsCustomAttribute: boolean;
  IsPrimaryId: boolean;
  IsPrimaryName: boolean;
  IsValidForRead: boolean;
  IsValidForCreate: boolean;
  IsValidForUpdate: boolean;
  RequiredLevel: { Value: string };
  // What only columns of some types have.
  Format?: string | null;
  MaxLength?: number;
  MinValue?: number | string;
  MaxValue?: number | string;
  Precision?: number;
  Targets?: string[];
  DateTimeBehavior?: { Value: string };
  DefaultFormValue?: number | null;
  DefaultValue?: boolean | null;
}

export interface List<T> {
  value: T[];
  "@odata.count"?: number;
  "@odata.nextLink"?: string;
}

export type Row = Record<string, unknown>;

/** The suffix under which a row has the value of a column as people write it. */
export const FORMATTED = "@OData.Community.Display.V1.FormattedValue";

/** The text of a label in the person's language. */
export const text = (label: Label | undefined) => label?.UserLocalizedLabel?.Label ?? "";

export const tableName = (table: TableInfo) => text(table.DisplayName) || table.LogicalName;
export const columnName = (column: ColumnInfo) => text(column.DisplayName) || column.LogicalName;

const TABLE_PROPERTIES =
  "MetadataId,LogicalName,SchemaName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,DisplayName,DisplayCollectionName,Description,IsCustomEntity,IsManaged,OwnershipType,IsIntersect";

export const tablesQuery = (base: string | undefined) =>
  queryOptions({
    queryKey: ["tables", base],
    queryFn: async () => {
      const path = `${base}/EntityDefinitions?$select=${TABLE_PROPERTIES}`;
      const tables = (await json<List<TableInfo>>(path)).value;
      return tables
        .filter((table) => !table.IsIntersect)
        .sort((a, b) => tableName(a).localeCompare(tableName(b)));
    },
    enabled: Boolean(base),
  });

/** All columns of a table, with what each type of column has of its own. */
export const columnsQuery = (base: string | undefined, table: string) =>
  queryOptions({
    queryKey: ["columns", base, table],
    queryFn: async () => {
      const path = `${base}/EntityDefinitions(LogicalName='${table}')/Attributes`;
      const columns = (await json<List<ColumnInfo>>(path)).value;
      return columns.sort((a, b) => columnName(a).localeCompare(columnName(b)));
    },
    enabled: Boolean(base),
  });

interface View {
  name: string;
  isdefault: boolean;
  layoutxml: string | null;
}

/** The columns that the default view of a table shows, in its order; none without such a view. */
export const viewQuery = (base: string | undefined, table: string) =>
  queryOptions({
    queryKey: ["view", base, table],
    queryFn: async () => {
      const filter = `returnedtypecode eq '${table}' and querytype eq 0 and isdefault eq true`;
      const path = `${base}/savedqueries?$select=name,isdefault,layoutxml&$filter=${encodeURIComponent(filter)}`;
      const layout = (await json<List<View>>(path)).value[0]?.layoutxml;
      return layout ? layoutColumns(layout) : [];
    },
    enabled: Boolean(base),
  });

/** The columns of the table itself that a layout names; not those of linked tables. */
export function layoutColumns(layout: string): string[] {
  const cells = new DOMParser().parseFromString(layout, "text/xml").querySelectorAll("cell[name]");
  return [...cells]
    .filter((cell) => cell.getAttribute("ishidden") !== "1")
    .map((cell) => cell.getAttribute("name") ?? "")
    .filter((name) => !name.includes("."));
}

export interface Choice {
  value: number;
  label: string;
}

interface Option {
  Value: number;
  Label: Label;
}

interface ChoiceColumn {
  LogicalName: string;
  OptionSet: { Options?: Option[]; FalseOption?: Option; TrueOption?: Option } | null;
}

const CHOICE_TYPES = ["Picklist", "MultiSelectPicklist", "Boolean", "State", "Status"];

/** What can be chosen in the columns of a table that have choices, by column. */
export const choicesQuery = (base: string, table: string) =>
  queryOptions({
    queryKey: ["choices", base, table],
    queryFn: async () => {
      const columns = await Promise.all(
        CHOICE_TYPES.map((type) =>
          json<List<ChoiceColumn>>(
            `${base}/EntityDefinitions(LogicalName='${table}')/Attributes/Microsoft.Dynamics.CRM.${type}AttributeMetadata?$select=LogicalName&$expand=OptionSet`,
          ),
        ),
      );
      const choice = ({ Value, Label }: Option) => ({ value: Value, label: text(Label) });
      const choices = ({ OptionSet: set }: ChoiceColumn): Choice[] =>
        (set?.Options ?? [set?.TrueOption, set?.FalseOption].filter((o) => o !== undefined)).map(
          choice,
        );
      const found = columns.flatMap((list) => list.value);
      return new Map(found.map((column) => [column.LogicalName, choices(column)]));
    },
  });

export interface Reference {
  ReferencingAttribute: string;
  ReferencedEntity: string;
  ReferencingEntityNavigationPropertyName: string;
}

/** To which tables the lookups of a table lead, and by which property. */
export const referencesQuery = (base: string, table: string) =>
  queryOptions({
    queryKey: ["references", base, table],
    queryFn: async () => {
      const path = `${base}/EntityDefinitions(LogicalName='${table}')/ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName`;
      return (await json<List<Reference>>(path)).value;
    },
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

/** A filter for the rows whose name has `part` in it. */
export const nameContains = (table: TableInfo, part: string) =>
  `contains(${table.PrimaryNameAttribute},'${part.replaceAll("'", "''")}')`;

/** One row as it is now. */
export async function row(base: string, table: TableInfo, id: string, columns: string[]) {
  return json<Row>(`${base}/${table.EntitySetName}(${id})?$select=${columns.join(",")}`, {
    headers: { Prefer: 'odata.include-annotations="*"' },
  });
}

export async function createRow(base: string, table: TableInfo, values: Row) {
  await request(`${base}/${table.EntitySetName}`, { method: "POST", body: values });
}

/** Changes a row, unless somebody else did since it was read. */
export async function updateRow(base: string, table: TableInfo, before: Row, values: Row) {
  const id = before[table.PrimaryIdAttribute];
  const tag = before["@odata.etag"];
  await request(`${base}/${table.EntitySetName}(${id})`, {
    method: "PATCH",
    body: values,
    headers: { "If-Match": typeof tag === "string" ? tag : "*" },
  });
}

export async function deleteRow(base: string, table: TableInfo, id: string) {
  await request(`${base}/${table.EntitySetName}(${id})`, { method: "DELETE" });
}
