import { Link, SearchBox, Tab, TabList } from "@fluentui/react-components";
import { DatabaseRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type TableInfo, tablesQuery, text } from "../api/dataverse";
import { EmptyState } from "../ui/EmptyState";
import { Grid, type GridColumn } from "../ui/Grid";
import { Page } from "../ui/Page";
import { useEnvironment } from "./useEnvironment";

/** The tables of an environment. */
export function TablesPage() {
  const { name, base, pending, error } = useEnvironment();
  const search = useSearch({ from: "/environments/$environment/tables" });
  const navigate = useNavigate();
  const tables = useQuery({ ...tablesQuery(base ?? ""), enabled: Boolean(base) });

  const find = search.find.toLowerCase();
  const shown = (tables.data ?? []).filter(
    (table) =>
      (search.show === "all" || table.IsCustomEntity) &&
      `${text(table.DisplayName)} ${table.LogicalName}`.toLowerCase().includes(find),
  );
  const update = (change: Partial<typeof search>) =>
    navigate({
      to: "/environments/$environment/tables",
      params: { environment: name },
      search: { ...search, ...change },
      replace: true,
    });
  const columns: GridColumn<TableInfo>[] = [
    {
      id: "display",
      label: "Table",
      width: "240px",
      cell: (table) => (
        <Link
          href={`/environments/${name}/tables/${table.LogicalName}`}
          onClick={(event) => {
            event.preventDefault();
            navigate({
              to: "/environments/$environment/tables/$table",
              params: { environment: name, table: table.LogicalName },
              search: { sort: "", descending: false, find: "" },
            });
          }}
        >
          {text(table.DisplayName) || table.LogicalName}
        </Link>
      ),
    },
    { id: "name", label: "Name", cell: (table) => table.LogicalName },
    {
      id: "type",
      label: "Type",
      cell: (table) => (table.IsCustomEntity ? "Custom" : "Standard"),
    },
    {
      id: "managed",
      label: "Managed",
      cell: (table) => (table.IsManaged ? "Yes" : "No"),
    },
    { id: "owner", label: "Ownership", cell: (table) => table.OwnershipType },
  ];

  return (
    <Page
      title="Tables"
      pending={pending || tables.isPending}
      error={error ?? tables.error}
      retry={() => tables.refetch()}
      commands={
        <div style={{ display: "flex", gap: 16, alignItems: "center", flexWrap: "wrap" }}>
          <TabList
            selectedValue={search.show}
            onTabSelect={(_, data) => update({ show: data.value as "custom" | "all" })}
          >
            <Tab value="custom">Custom</Tab>
            <Tab value="all">All</Tab>
          </TabList>
          <SearchBox
            placeholder="Find a table"
            aria-label="Find a table"
            value={search.find}
            onChange={(_, data) => update({ find: data.value })}
          />
        </div>
      }
    >
      {shown.length === 0 ? (
        <EmptyState icon={<DatabaseRegular />} title="No tables here">
          {search.find
            ? "No table has such a name. Look at all of them, or search for something else."
            : "Nobody has made a table in this environment yet. Import a solution, or look at all tables."}
        </EmptyState>
      ) : (
        <Grid label="Tables" columns={columns} items={shown} keyOf={(table) => table.LogicalName} />
      )}
    </Page>
  );
}
