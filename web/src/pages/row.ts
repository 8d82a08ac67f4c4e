// Rows as people see and fill them in: which columns, which fields, and how values travel.

import {
  type ColumnInfo,
  FORMATTED,
  type Reference,
  type Row,
  type TableInfo,
} from "../api/dataverse";

/** What a field holds while it is filled in. Several choices stand with commas between them. */
export type Value = string | Target | undefined;

/** The row that a lookup leads to. */
export interface Target {
  id: string;
  table: string;
  name: string;
}

export type Editor =
  | "text"
  | "memo"
  | "whole"
  | "number"
  | "date"
  | "dateTime"
  | "choice"
  | "choices"
  | "yesNo"
  | "lookup";

const EDITORS: Record<string, Editor> = {
  StringType: "text",
  MemoType: "memo",
  IntegerType: "whole",
  DecimalType: "number",
  DoubleType: "number",
  MoneyType: "number",
  PicklistType: "choice",
  StatusType: "choice",
  MultiSelectPicklistType: "choices",
  BooleanType: "yesNo",
  LookupType: "lookup",
  CustomerType: "lookup",
};

/** How a column is filled in; nothing if it cannot be here. */
export function editorOf(column: ColumnInfo): Editor | undefined {
  if (column.AttributeTypeName.Value !== "DateTimeType") {
    return EDITORS[column.AttributeTypeName.Value];
  }
  return column.Format === "DateOnly" ? "date" : "dateTime";
}

/** The property under which the API knows a column. */
export function property(column: ColumnInfo): string {
  return isReference(column) ? `_${column.LogicalName}_value` : column.LogicalName;
}

function isReference(column: ColumnInfo) {
  return ["Lookup", "Customer", "Owner"].includes(column.AttributeType);
}

export const isRequired = (column: ColumnInfo) => column.RequiredLevel.Value.endsWith("Required");

/** What a column of a row shows. */
export function shown(row: Row, column: ColumnInfo): string {
  const name = property(column);
  const value = row[`${name}${FORMATTED}`] ?? row[name];
  return value === null || value === undefined ? "" : String(value);
}

/** The value of a row as its field has it. */
export function fromRow(row: Row, column: ColumnInfo): Value {
  const name = property(column);
  const value = row[name];
  if (value === null || value === undefined) return undefined;
  switch (editorOf(column)) {
    case "lookup":
      return {
        id: String(value),
        table: String(row[`${name}@Microsoft.Dynamics.CRM.lookuplogicalname`] ?? ""),
        name: shown(row, column),
      };
    case "date":
      return String(value).slice(0, 10);
    case "dateTime":
      return isLocal(column) ? String(value).slice(0, 16) : localTime(new Date(String(value)));
    default:
      return String(value);
  }
}

/** What a new row gets where nobody says otherwise. */
export function byDefault({ DefaultFormValue: choice, DefaultValue: isSet }: ColumnInfo): Value {
  if (typeof isSet === "boolean") return String(isSet);
  // The platform writes "none" as -1.
  return typeof choice === "number" && choice >= 0 ? String(choice) : undefined;
}

/** The values of a form as the API wants them: plain, and links where a column is a lookup. */
export function rowOf(
  columns: ColumnInfo[],
  values: Record<string, Value>,
  references: Reference[],
  tables: TableInfo[],
): Row {
  const member = (column: ColumnInfo): [string, unknown] => {
    const name = column.LogicalName;
    const value = values[name];
    if (editorOf(column) !== "lookup") return [name, toWire(column, value as string | undefined)];
    const target = typeof value === "object" ? value : undefined;
    const link = references.find(
      (reference) =>
        reference.ReferencingAttribute === name &&
        (!target || reference.ReferencedEntity === target.table),
    );
    const set = tables.find((table) => table.LogicalName === target?.table)?.EntitySetName;
    return [
      `${link?.ReferencingEntityNavigationPropertyName}@odata.bind`,
      target ? `/${set}(${target.id})` : null,
    ];
  };
  return Object.fromEntries(columns.filter((c) => c.LogicalName in values).map(member));
}

/** The value of a field as the API wants it; not for lookups, which are links. */
export function toWire(column: ColumnInfo, value: string | undefined): unknown {
  if (value === undefined || value === "") return null;
  switch (editorOf(column)) {
    case "whole":
    case "number":
    case "choice":
      return Number(value);
    case "yesNo":
      return value === "true";
    case "date":
      return column.DateTimeBehavior?.Value === "DateOnly" ? value : `${value}T00:00:00Z`;
    case "dateTime":
      return isLocal(column) ? `${value}:00Z` : new Date(value).toISOString();
    default:
      return value;
  }
}

/** Whether a time is written down as it was said, whatever the time zone. */
const isLocal = (column: ColumnInfo) => column.DateTimeBehavior?.Value === "TimeZoneIndependent";

function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

const GRID_COLUMNS = 8;
const HIDDEN_TYPES = ["Virtual", "PartyList", "CalendarRules", "ManagedProperty", "EntityName"];
const LAST = ["statuscode", "ownerid", "createdon"];

/** What a list of rows shows: the columns of the view, or else the name and what is custom. */
export function gridColumns(
  table: TableInfo | undefined,
  columns: ColumnInfo[],
  view: string[],
): ColumnInfo[] {
  if (!table) return [];
  const readable = columns.filter(
    (column) =>
      column.IsValidForRead &&
      !column.IsPrimaryId &&
      (!HIDDEN_TYPES.includes(column.AttributeType) || editorOf(column) === "choices"),
  );
  const byName = new Map(readable.map((column) => [column.LogicalName, column]));
  const inView = view.map((name) => byName.get(name)).filter((column) => column !== undefined);
  if (inView.length > 0) return inView.slice(0, GRID_COLUMNS);
  const rank = (column: ColumnInfo) => {
    if (column.IsPrimaryName) return 0;
    if (column.IsCustomAttribute) return 1;
    return LAST.includes(column.LogicalName) ? 2 : 3;
  };
  return readable.sort((a, b) => rank(a) - rank(b)).slice(0, GRID_COLUMNS);
}

/** The server fills these in; people hardly ever do. */
const RARE = [
  "importsequencenumber",
  "overriddencreatedon",
  "timezoneruleversionnumber",
  "utcconversiontimezonecode",
  "traversedpath",
  "stageid",
  "processid",
  "owningbusinessunit",
];

/** The columns that a form has, the important ones first; `main` says how many those are. */
export function formColumns(
  columns: ColumnInfo[],
  view: string[],
  isNew: boolean,
): { columns: ColumnInfo[]; main: number } {
  const editable = columns.filter(
    (column) =>
      (isNew ? column.IsValidForCreate : column.IsValidForUpdate) &&
      editorOf(column) &&
      !column.IsPrimaryId &&
      !column.AttributeOf &&
      !(isNew && column.LogicalName === "statuscode") &&
      !RARE.includes(column.LogicalName),
  );
  const rank = (column: ColumnInfo) => {
    if (column.IsPrimaryName) return 0;
    if (isRequired(column)) return 1;
    if (view.includes(column.LogicalName)) return 2;
    return column.IsCustomAttribute ? 3 : 4;
  };
  const main = editable.filter((column) => rank(column) < 4).length;
  return { columns: editable.sort((a, b) => rank(a) - rank(b)), main: Math.max(main, 1) };
}
