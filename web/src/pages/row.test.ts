import { expect, test } from "vitest";
import type { ColumnInfo, TableInfo } from "../api/dataverse";
import { byDefault, formColumns, fromRow, gridColumns, rowOf, shown, toWire } from "./row";

function column(name: string, type: string, more: Partial<ColumnInfo> = {}): ColumnInfo {
  const attributeTypes: Record<string, string> = { MultiSelectPicklist: "Virtual" };
  return {
    MetadataId: name,
    LogicalName: name,
    SchemaName: name,
    AttributeOf: null,
    AttributeType: attributeTypes[type] ?? type,
    AttributeTypeName: { Value: `${type}Type` },
    DisplayName: { UserLocalizedLabel: null },
    Description: { UserLocalizedLabel: null },
    IsCustomAttribute: name.startsWith("fh_"),
    IsPrimaryId: false,
    IsPrimaryName: false,
    IsValidForRead: true,
    IsValidForCreate: true,
    IsValidForUpdate: true,
    RequiredLevel: { Value: "None" },
    ...more,
  };
}

const day = column("fh_day", "DateTime", {
  Format: "DateOnly",
  DateTimeBehavior: { Value: "DateOnly" },
});
const start = column("fh_start", "DateTime", {
  Format: "DateAndTime",
  DateTimeBehavior: { Value: "TimeZoneIndependent" },
});

test.each([
  ["text", column("fh_text", "String"), "Apollo", "Apollo"],
  ["nothing", column("fh_text", "String"), "", null],
  ["whole number", column("fh_count", "Integer"), "40", 40],
  ["money", column("fh_budget", "Money"), "125000.5", 125000.5],
  ["choice", column("fh_stage", "Picklist"), "727000002", 727000002],
  ["several choices", column("fh_skills", "MultiSelectPicklist"), "1,2", "1,2"],
  ["yes or no", column("fh_isbillable", "Boolean"), "false", false],
  ["day", day, "2026-11-22", "2026-11-22"],
  ["local time", start, "2026-11-22T10:30", "2026-11-22T10:30:00Z"],
])("%s travels", (_, field, value, wire) => {
  expect(toWire(field, value)).toEqual(wire);
});

test("values of a row are what the fields hold", () => {
  const row = {
    fh_count: 40,
    fh_isbillable: true,
    fh_day: "2026-11-22",
    fh_start: "2026-11-22T10:30:00Z",
    _fh_customer_value: "7",
    "_fh_customer_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account",
    "_fh_customer_value@OData.Community.Display.V1.FormattedValue": "Fabrikam",
    fh_text: null,
  };
  expect(fromRow(row, column("fh_count", "Integer"))).toBe("40");
  expect(fromRow(row, column("fh_isbillable", "Boolean"))).toBe("true");
  expect(fromRow(row, day)).toBe("2026-11-22");
  expect(fromRow(row, start)).toBe("2026-11-22T10:30");
  expect(fromRow(row, column("fh_text", "String"))).toBeUndefined();
  const customer = column("fh_customer", "Lookup");
  expect(fromRow(row, customer)).toEqual({ id: "7", table: "account", name: "Fabrikam" });
  expect(shown(row, customer)).toBe("Fabrikam");
});

test("a new row begins with the defaults", () => {
  expect(byDefault(column("fh_stage", "Picklist", { DefaultFormValue: 727000000 }))).toBe(
    "727000000",
  );
  expect(byDefault(column("fh_stage", "Picklist", { DefaultFormValue: -1 }))).toBeUndefined();
  expect(byDefault(column("fh_isbillable", "Boolean", { DefaultValue: true }))).toBe("true");
  expect(byDefault(column("fh_text", "String"))).toBeUndefined();
});

test("lookups travel as links, by the property for their table", () => {
  const customer = column("fh_customer", "Customer");
  const references = ["account", "contact"].map((to) => ({
    ReferencingAttribute: "fh_customer",
    ReferencedEntity: to,
    ReferencingEntityNavigationPropertyName: `fh_customer_${to}`,
  }));
  const tables = [{ LogicalName: "contact", EntitySetName: "contacts" } as TableInfo];
  const wire = (value: Parameters<typeof rowOf>[1][string]) =>
    rowOf([customer, day], { fh_customer: value }, references, tables);
  expect(wire({ id: "7", table: "contact", name: "Ana" })).toEqual({
    "fh_customer_contact@odata.bind": "/contacts(7)",
  });
  expect(wire(undefined)).toEqual({ "fh_customer_account@odata.bind": null });
});

const columns = [
  column("createdon", "DateTime", { IsValidForCreate: false, IsValidForUpdate: false }),
  column("fh_id", "Uniqueidentifier", { IsPrimaryId: true }),
  column("fh_name", "String", {
    IsPrimaryName: true,
    RequiredLevel: { Value: "ApplicationRequired" },
  }),
  column("fh_note", "Memo"),
  column("fh_picture", "Image", { AttributeType: "Virtual" }),
  column("importsequencenumber", "Integer"),
  column("telephone1", "String"),
];
const names = (found: ColumnInfo[]) => found.map((field) => field.LogicalName);

test("a list shows what the view shows, else the name first", () => {
  const table = {} as TableInfo;
  const view = ["fh_note", "fh_name", "gone"];
  expect(names(gridColumns(table, columns, view))).toEqual(["fh_note", "fh_name"]);
  expect(names(gridColumns(table, columns, []))).toEqual([
    "fh_name",
    "fh_note",
    "createdon",
    "importsequencenumber",
    "telephone1",
  ]);
});

test("a form has what can be filled in, the important columns first", () => {
  const form = formColumns(columns, [], true);
  expect(names(form.columns)).toEqual(["fh_name", "fh_note", "telephone1"]);
  expect(form.main).toBe(2);
});
