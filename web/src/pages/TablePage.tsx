import {
  Button,
  Checkbox,
  Field,
  Input,
  SearchBox,
  Text,
  Toolbar,
  ToolbarButton,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular, TableRegular } from "@fluentui/react-icons";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import {
  type ColumnInfo,
  columnsQuery,
  createRow,
  deleteRow,
  type Row,
  rows,
  type TableInfo,
  tablesQuery,
  text,
} from "../api/dataverse";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { count } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { Page } from "../ui/Page";
import { useEnvironment } from "./useEnvironment";

const FORMATTED = "@OData.Community.Display.V1.FormattedValue";
const COUNT_LIMIT = 5000;
const COLUMNS_SHOWN = 8;

/** The rows of a table, a page at a time. */
export function TablePage() {
  const { name, base, pending, error } = useEnvironment();
  const { table: logicalName = "" } = useParams({ strict: false });
  const search = useSearch({ from: "/environments/$environment/tables/$table" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<"new" | "delete">();

  const tables = useQuery({ ...tablesQuery(base ?? ""), enabled: Boolean(base) });
  const table = tables.data?.find((other) => other.LogicalName === logicalName);
  const columns = useQuery({
    ...columnsQuery(base ?? "", logicalName),
    enabled: Boolean(base && table),
  });
  const shown = columnsToShow(table, columns.data ?? []);
  const asked = table && {
    columns: shown.map(property),
    orderBy: search.sort ? `${search.sort}${search.descending ? " desc" : ""}` : undefined,
    filter:
      search.find && table.PrimaryNameAttribute
        ? `contains(${table.PrimaryNameAttribute},'${search.find.replaceAll("'", "''")}')`
        : undefined,
  };
  const pages = useInfiniteQuery({
    queryKey: ["rows", base, logicalName, asked],
    queryFn: ({ pageParam }) => {
      if (!table || !asked) throw new Error("The table is not known yet.");
      return rows(base ?? "", table, { ...asked, next: pageParam });
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    enabled: Boolean(table && columns.data),
  });
  const items = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const total = pages.data?.pages[0]?.count;
  const idOf = (row: Row) => String(row[table?.PrimaryIdAttribute ?? ""]);
  const refresh = async () => {
    setChosen(new Set());
    await queries.invalidateQueries({ queryKey: ["rows", base, logicalName] });
  };
  const update = (change: Partial<typeof search>) =>
    navigate({
      to: "/environments/$environment/tables/$table",
      params: { environment: name, table: logicalName },
      search: { ...search, ...change },
      replace: true,
    });
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const gridColumns: GridColumn<Row>[] = [
    {
      id: "chosen",
      label: "",
      width: "44px",
      cell: (row) => (
        <Checkbox
          aria-label={`Choose ${row[table?.PrimaryNameAttribute ?? ""] ?? idOf(row)}`}
          checked={chosen.has(idOf(row))}
          onChange={() => toggle(idOf(row))}
        />
      ),
    },
    ...shown.map((column) => ({
      id: column.LogicalName,
      label: text(column.DisplayName) || column.LogicalName,
      width: "160px",
      sortable: true,
      cell: (row: Row) => shownValue(row, column),
    })),
  ];
  const missing =
    tables.data && !table ? new Error(`There is no table named ${logicalName} here.`) : undefined;

  return (
    <Page
      title={text(table?.DisplayCollectionName) || logicalName}
      subtitle={table && `${table.LogicalName} · ${table.EntitySetName}`}
      pending={pending || tables.isPending || (Boolean(table) && pages.isPending)}
      error={error ?? missing ?? tables.error ?? columns.error ?? pages.error}
      retry={() => pages.refetch()}
      commands={
        table && (
          <div style={{ display: "flex", gap: 16, alignItems: "center", flexWrap: "wrap" }}>
            <Toolbar aria-label="Commands" style={{ padding: 0 }}>
              <ToolbarButton
                appearance="primary"
                icon={<AddRegular />}
                onClick={() => setDialog("new")}
              >
                New row
              </ToolbarButton>
              <ToolbarButton
                icon={<DeleteRegular />}
                disabledFocusable={chosen.size === 0}
                title={chosen.size === 0 ? "Choose rows first." : undefined}
                onClick={() => chosen.size > 0 && setDialog("delete")}
              >
                Delete
              </ToolbarButton>
            </Toolbar>
            {table.PrimaryNameAttribute && (
              <SearchBox
                placeholder="Find by name"
                aria-label="Find by name"
                value={search.find}
                onChange={(_, data) => update({ find: data.value })}
              />
            )}
            {total !== undefined && (
              <Text role="status">{count(total, "row", "rows", COUNT_LIMIT)}</Text>
            )}
          </div>
        )
      }
    >
      {items.length === 0 ? (
        <EmptyState icon={<TableRegular />} title="No rows yet">
          {search.find
            ? "No row has such a name."
            : "Create the first one here, through the Web API, or with any Dataverse client."}
        </EmptyState>
      ) : (
        <>
          <Grid
            label="Rows"
            columns={gridColumns}
            items={items}
            keyOf={idOf}
            sort={
              search.sort
                ? { column: search.sort.replace(/^_|_value$/g, ""), descending: search.descending }
                : undefined
            }
            onSort={(id) => {
              const column = shown.find((other) => other.LogicalName === id);
              if (!column) return;
              const sort = property(column);
              update({ sort, descending: search.sort === sort && !search.descending });
            }}
          />
          {pages.hasNextPage && (
            <div>
              <Button
                disabledFocusable={pages.isFetchingNextPage}
                onClick={() => pages.fetchNextPage()}
              >
                {pages.isFetchingNextPage ? "Loading…" : "Show more"}
              </Button>
            </div>
          )}
        </>
      )}
      {dialog === "delete" && table && (
        <ConfirmDialog
          title={`Delete ${count(chosen.size, "row", "rows")}?`}
          action="Delete"
          run={async () => {
            for (const id of chosen) await deleteRow(base ?? "", table, id);
            await refresh();
          }}
          close={() => setDialog(undefined)}
        >
          This cannot be undone.
        </ConfirmDialog>
      )}
      {dialog === "new" && table && (
        <NewRow
          table={table}
          columns={columns.data ?? []}
          create={async (row) => {
            await createRow(base ?? "", table, row);
            await refresh();
          }}
          close={() => setDialog(undefined)}
        />
      )}
    </Page>
  );
}

function NewRow(props: {
  table: TableInfo;
  columns: ColumnInfo[];
  create: (row: Row) => Promise<void>;
  close: () => void;
}) {
  const [values, setValues] = useState<Record<string, string>>({});
  const editable = props.columns
    .filter((column) => column.IsValidForCreate && EDITABLE.has(column.AttributeType))
    .filter((column) => column.IsPrimaryName || column.IsCustomAttribute)
    .sort((a, b) => Number(b.IsPrimaryName) - Number(a.IsPrimaryName))
    .slice(0, COLUMNS_SHOWN);
  const row = () =>
    Object.fromEntries(
      editable
        .filter((column) => values[column.LogicalName])
        .map((column) => [column.LogicalName, typed(column, values[column.LogicalName] ?? "")]),
    );
  return (
    <ConfirmDialog
      title={`New ${text(props.table.DisplayName) || props.table.LogicalName}`}
      action="Save"
      run={() => props.create(row())}
      close={props.close}
    >
      <span style={{ display: "flex", flexDirection: "column", gap: 12 }}>
        {editable.map((column) => (
          <Field
            key={column.LogicalName}
            label={text(column.DisplayName) || column.LogicalName}
            required={column.RequiredLevel.Value.endsWith("Required")}
          >
            <Input
              type={INPUT_TYPE[column.AttributeType] ?? "text"}
              value={values[column.LogicalName] ?? ""}
              onChange={(_, data) => setValues({ ...values, [column.LogicalName]: data.value })}
            />
          </Field>
        ))}
      </span>
    </ConfirmDialog>
  );
}

const EDITABLE = new Set(["String", "Memo", "Integer", "Decimal", "Double", "Money", "DateTime"]);
const INPUT_TYPE: Record<string, "number" | "date" | undefined> = {
  Integer: "number",
  Decimal: "number",
  Double: "number",
  Money: "number",
  DateTime: "date",
};

function typed(column: ColumnInfo, value: string): unknown {
  return INPUT_TYPE[column.AttributeType] === "number" ? Number(value) : value;
}

/** The property under which the API knows a column. */
function property(column: ColumnInfo): string {
  return isReference(column) ? `_${column.LogicalName}_value` : column.LogicalName;
}

function isReference(column: ColumnInfo) {
  return ["Lookup", "Customer", "Owner"].includes(column.AttributeType);
}

/** The name first, then the custom columns, then who and when. */
function columnsToShow(table: TableInfo | undefined, columns: ColumnInfo[]): ColumnInfo[] {
  if (!table) return [];
  const readable = columns.filter(
    (column) =>
      column.IsValidForRead &&
      !["Virtual", "PartyList", "CalendarRules", "ManagedProperty"].includes(
        column.AttributeType,
      ) &&
      !column.IsPrimaryId,
  );
  const rank = (column: ColumnInfo) => {
    if (column.IsPrimaryName) return 0;
    if (column.IsCustomAttribute) return 1;
    return ["statuscode", "ownerid", "createdon"].includes(column.LogicalName) ? 2 : 3;
  };
  return readable.sort((a, b) => rank(a) - rank(b)).slice(0, COLUMNS_SHOWN);
}

function shownValue(row: Row, column: ColumnInfo): string {
  const name = property(column);
  const value = row[`${name}${FORMATTED}`] ?? row[name];
  return value === null || value === undefined ? "" : String(value);
}
