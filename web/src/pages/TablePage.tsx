import {
  Badge,
  Button,
  Link,
  makeStyles,
  Tab,
  TabList,
  Text,
  tokens,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular, SearchRegular, TableRegular } from "@fluentui/react-icons";
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  type ColumnInfo,
  columnName,
  columnsQuery,
  deleteRow,
  nameContains,
  type Row,
  rows,
  type TableInfo,
  tablesQuery,
  text,
  viewQuery,
} from "../api/dataverse";
import type { TableView } from "../app/views";
import { type Command, CommandBar } from "../ui/CommandBar";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { FindBox } from "../ui/FindBox";
import { count } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { PageLink } from "../ui/links";
import { notify } from "../ui/notify";
import { Content, Page } from "../ui/Page";
import { matches, useView } from "../ui/view";
import { RowPanel } from "./RowPanel";
import { gridColumns, isRequired, property, shown } from "./row";
import { useEnvironment, useTrail } from "./useEnvironment";

const useStyles = makeStyles({
  more: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground2,
  },
  body: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
});

/** The server counts no further. */
const COUNT_LIMIT = 5000;

/** A table: its rows, a page at a time, or its columns. */
export function TablePage() {
  const { name, base, pending, dataError } = useEnvironment();
  const { table: logicalName = "" } = useParams({ strict: false });
  const trail = useTrail(
    <PageLink key="tables" to="/environments/$environment/tables" params={{ environment: name }}>
      Tables
    </PageLink>,
  );
  const { view } = useView<TableView>();
  const tables = useQuery(tablesQuery(base));
  const table = tables.data?.find((other) => other.LogicalName === logicalName);
  const columns = useQuery(columnsQuery(table && base, logicalName));
  const layout = useQuery(viewQuery(table && base, logicalName));
  const missing =
    tables.data && !table ? new Error(`There is no table named ${logicalName} here.`) : undefined;
  const isReady = table && base && columns.data && !layout.isPending;
  return (
    <Page
      title={text(table?.DisplayCollectionName) || logicalName}
      trail={trail}
      badge={
        table && (
          <Badge appearance="tint" shape="rounded" color="informative">
            {table.IsCustomEntity ? "Custom" : "Standard"}
          </Badge>
        )
      }
      subtitle={table && [table.LogicalName, text(table.Description)].filter(Boolean).join(" · ")}
      pending={pending || !isReady}
      error={dataError ?? missing ?? tables.error ?? columns.error}
    >
      {isReady &&
        (view.show === "columns" ? (
          <Columns columns={columns.data} />
        ) : (
          <Rows
            key={logicalName}
            base={base}
            table={table}
            columns={columns.data}
            // Whoever may not read views still reads rows.
            layout={layout.data ?? []}
          />
        ))}
    </Page>
  );
}

/** What stands above both parts of the page. */
function Bar(props: { commands: Command[]; find: string; status?: string }) {
  const { view, change, find } = useView<TableView>();
  return (
    <CommandBar commands={props.commands}>
      {props.status && <Text role="status">{props.status}</Text>}
      <TabList
        aria-label="What to show"
        size="small"
        selectedValue={view.show ?? "rows"}
        onTabSelect={(_, { value }) =>
          change({
            show: value === "columns" ? "columns" : undefined,
            find: undefined,
            sort: undefined,
            descending: undefined,
          })
        }
      >
        <Tab value="rows">Rows</Tab>
        <Tab value="columns">Columns</Tab>
      </TabList>
      <FindBox
        key={view.show ?? "rows"}
        label={props.find}
        value={view.find ?? ""}
        onChange={find}
      />
    </CommandBar>
  );
}

type Dialog = { kind: "new" } | { kind: "edit"; id: string } | { kind: "delete" };

function Rows(props: { base: string; table: TableInfo; columns: ColumnInfo[]; layout: string[] }) {
  const { base, table, columns, layout } = props;
  const styles = useStyles();
  const queries = useQueryClient();
  const { view, sort, sortBy } = useView<TableView>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<Dialog>();
  const inGrid = gridColumns(table, columns, layout);
  const pages = useRows(base, table, inGrid);
  const items = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const total = pages.data?.pages[0]?.count;
  const idOf = (row: Row) => String(row[table.PrimaryIdAttribute]);
  const nameOf = (row: Row) => String(row[table.PrimaryNameAttribute ?? ""] || "No name");
  const refresh = async () => {
    setChosen(new Set());
    await queries.invalidateQueries({ queryKey: ["rows", base, table.LogicalName] });
  };
  const open = (row: Row) => setDialog({ kind: "edit", id: idOf(row) });
  const close = () => setDialog(undefined);
  return (
    <div className={styles.body}>
      <Bar
        find="Find by name"
        status={total === undefined ? undefined : count(total, "row", "rows", COUNT_LIMIT)}
        commands={[
          {
            label: "New row",
            icon: <AddRegular />,
            primary: true,
            run: () => setDialog({ kind: "new" }),
          },
          {
            label: "Delete",
            icon: <DeleteRegular />,
            reason: chosen.size === 0 ? "Choose rows first." : undefined,
            run: () => setDialog({ kind: "delete" }),
          },
        ]}
      />
      {pages.error || items.length === 0 ? (
        <NoRows pages={pages} find={view.find} add={() => setDialog({ kind: "new" })} />
      ) : (
        <>
          <Grid
            label="Rows"
            columns={inGrid.map((column) => rowColumn(column, nameOf, open))}
            items={items}
            keyOf={idOf}
            nameOf={nameOf}
            sort={sort}
            onSort={sortBy}
            selection={{ chosen, onChoose: setChosen }}
          />
          {pages.hasNextPage && (
            <div className={styles.more}>
              <Button
                disabledFocusable={pages.isFetchingNextPage}
                onClick={() => pages.fetchNextPage()}
              >
                {pages.isFetchingNextPage ? "Loading…" : "Show more rows"}
              </Button>
              <Text>{count(items.length, "row is", "rows are")} shown.</Text>
            </div>
          )}
        </>
      )}
      {dialog?.kind === "delete" && (
        <ConfirmDialog
          title={`Delete ${count(chosen.size, "row", "rows")}?`}
          action="Delete"
          working="Deleting…"
          run={async () => {
            for (const id of chosen) {
              await deleteRow(base, table, id);
              // If the next one fails, this one is not tried again.
              setChosen((before) => new Set([...before].filter((other) => other !== id)));
            }
            notify(`${count(chosen.size, "row was", "rows were")} deleted`);
            await refresh();
          }}
          close={close}
        >
          This cannot be undone.
        </ConfirmDialog>
      )}
      {(dialog?.kind === "new" || dialog?.kind === "edit") && (
        <RowPanel
          base={base}
          table={table}
          columns={columns}
          view={layout}
          id={dialog.kind === "edit" ? dialog.id : undefined}
          saved={async () => {
            notify(dialog.kind === "edit" ? "The row was saved" : "The row was created");
            await refresh();
          }}
          close={close}
        />
      )}
    </div>
  );
}

/** The rows as the address asks for them. */
function useRows(base: string, table: TableInfo, columns: ColumnInfo[]) {
  const { view } = useView<TableView>();
  const sortColumn = columns.find((column) => column.LogicalName === view.sort);
  const asked = {
    columns: columns.map(property),
    orderBy: sortColumn && `${property(sortColumn)}${view.descending ? " desc" : ""}`,
    filter: view.find && table.PrimaryNameAttribute ? nameContains(table, view.find) : undefined,
  };
  return useInfiniteQuery({
    queryKey: ["rows", base, table.LogicalName, asked],
    queryFn: ({ pageParam }) => rows(base, table, { ...asked, next: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}

function rowColumn(
  column: ColumnInfo,
  nameOf: (row: Row) => string,
  open: (row: Row) => void,
): GridColumn<Row> {
  return {
    id: column.LogicalName,
    label: columnName(column),
    width: column.IsPrimaryName ? 180 : 116,
    // Several choices at once have no order.
    sort: column.AttributeType === "Virtual" ? undefined : true,
    cell: (row) =>
      column.IsPrimaryName ? (
        <Link as="button" onClick={() => open(row)}>
          {nameOf(row)}
        </Link>
      ) : (
        shown(row, column)
      ),
  };
}

function NoRows(props: {
  pages: ReturnType<typeof useRows>;
  find: string | undefined;
  add: () => void;
}) {
  const { pages, find, add } = props;
  if (pages.error || pages.isPending) {
    return <Content pending={pages.isPending} error={pages.error} />;
  }
  if (find) {
    return (
      <EmptyState icon={<SearchRegular />} title="No row has such a name">
        Search for another part of the name.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<TableRegular />}
      title="No rows yet"
      action={
        <Button appearance="primary" onClick={add}>
          Create the first row
        </Button>
      }
    >
      Rows also come through the Web API, or any Dataverse client.
    </EmptyState>
  );
}

function Columns({ columns }: { columns: ColumnInfo[] }) {
  const styles = useStyles();
  const { view, sort, sortBy } = useView<TableView>();
  const found = columns.filter(
    (column) => !column.AttributeOf && matches(view.find, columnName(column), column.LogicalName),
  );
  return (
    <div className={styles.body}>
      <Bar commands={[]} find="Find a column" status={count(found.length, "column", "columns")} />
      {found.length > 0 ? (
        <Grid
          label="Columns"
          columns={COLUMNS}
          items={found}
          keyOf={(column) => column.LogicalName}
          sort={sort}
          onSort={sortBy}
        />
      ) : (
        <EmptyState icon={<SearchRegular />} title="No column has such a name">
          Search for another part of its name.
        </EmptyState>
      )}
    </div>
  );
}

const typeName = (column: ColumnInfo) => {
  const type = column.AttributeTypeName.Value;
  return TYPES[type] ?? type.replace(/Type$/, "");
};

/** The data types as makers know them. */
const TYPES: Record<string, string> = {
  BigIntType: "Big integer",
  BooleanType: "Yes/no",
  CustomerType: "Customer",
  DateTimeType: "Date and time",
  DecimalType: "Decimal",
  DoubleType: "Float",
  EntityNameType: "Table name",
  FileType: "File",
  ImageType: "Image",
  IntegerType: "Whole number",
  LookupType: "Lookup",
  ManagedPropertyType: "Managed property",
  MemoType: "Multiple lines of text",
  MoneyType: "Currency",
  MultiSelectPicklistType: "Choices",
  OwnerType: "Owner",
  PartyListType: "Party list",
  PicklistType: "Choice",
  StateType: "Status",
  StatusType: "Status reason",
  StringType: "Single line of text",
  UniqueidentifierType: "Unique identifier",
  VirtualType: "Virtual",
};

const COLUMNS: GridColumn<ColumnInfo>[] = [
  {
    id: "display",
    label: "Column",
    width: 180,
    sort: columnName,
    cell: columnName,
  },
  {
    id: "name",
    label: "Name",
    width: 180,
    from: 480,
    sort: (column) => column.LogicalName,
    cell: (column) => column.LogicalName,
  },
  { id: "type", label: "Data type", width: 150, sort: typeName, cell: typeName },
  {
    id: "required",
    label: "Required",
    width: 130,
    from: 640,
    sort: isRequired,
    cell: (column) => REQUIRED[column.RequiredLevel.Value] ?? column.RequiredLevel.Value,
  },
  {
    id: "custom",
    label: "Custom",
    width: 110,
    from: 800,
    sort: (column) => column.IsCustomAttribute,
    cell: (column) => (column.IsCustomAttribute ? "Yes" : "No"),
  },
];

const REQUIRED: Record<string, string> = {
  None: "Optional",
  Recommended: "Recommended",
  ApplicationRequired: "Required",
  SystemRequired: "By the system",
};
