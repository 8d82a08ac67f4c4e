import { Tab, TabList } from "@fluentui/react-components";
import { DatabaseRegular, SearchRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type TableInfo, tableName, tablesQuery } from "../api/dataverse";
import type { TablesView } from "../app/views";
import { CommandBar } from "../ui/CommandBar";
import { EmptyState } from "../ui/EmptyState";
import { FindBox } from "../ui/FindBox";
import { Grid, type GridColumn } from "../ui/Grid";
import { PageButton, PageLink } from "../ui/links";
import { Page } from "../ui/Page";
import { matches, useView } from "../ui/view";
import { useEnvironment, useTrail } from "./useEnvironment";

/** The tables of an environment. */
export function TablesPage() {
  const { name, base, pending, dataError } = useEnvironment();
  const trail = useTrail();
  const { view, change, find, sort, sortBy } = useView<TablesView>();
  const tables = useQuery(tablesQuery(base));
  const shown = (tables.data ?? []).filter(
    (table) =>
      (view.show === "all" || table.IsCustomEntity) &&
      matches(view.find, tableName(table), table.LogicalName),
  );
  return (
    <Page
      title="Tables"
      trail={trail}
      subtitle="What the apps and flows of this environment keep, and the rows in it."
      pending={pending || tables.isPending}
      error={dataError ?? tables.error}
      commands={
        tables.data && (
          <CommandBar commands={[]}>
            <TabList
              aria-label="Which tables"
              size="small"
              selectedValue={view.show ?? "custom"}
              onTabSelect={(_, { value }) => change({ show: value === "all" ? "all" : undefined })}
            >
              <Tab value="custom">Custom</Tab>
              <Tab value="all">All</Tab>
            </TabList>
            <FindBox label="Find a table" value={view.find ?? ""} onChange={find} />
          </CommandBar>
        )
      }
    >
      {shown.length > 0 ? (
        <Grid
          label="Tables"
          columns={columnsFor(name)}
          items={shown}
          keyOf={(table) => table.LogicalName}
          sort={sort}
          onSort={sortBy}
        />
      ) : view.find ? (
        <EmptyState icon={<SearchRegular />} title="No table has such a name">
          {view.show === "all"
            ? "Search for another part of its name."
            : "Look at all tables, or search for another part of its name."}
        </EmptyState>
      ) : (
        <EmptyState
          icon={<DatabaseRegular />}
          title="No custom tables yet"
          action={
            <PageButton to="/environments/$environment/solutions" params={{ environment: name }}>
              Go to solutions
            </PageButton>
          }
        >
          Import a solution that brings tables, or look at all tables: the standard ones are there.
        </EmptyState>
      )}
    </Page>
  );
}

const OWNERSHIP: Record<string, string> = {
  UserOwned: "User or team",
  OrganizationOwned: "Organization",
  BusinessOwned: "Business unit",
  TeamOwned: "Team",
  None: "None",
};

const columnsFor = (environment: string): GridColumn<TableInfo>[] => [
  {
    id: "display",
    label: "Table",
    width: 200,
    sort: tableName,
    cell: (table) => (
      <PageLink
        to="/environments/$environment/tables/$table"
        params={{ environment, table: table.LogicalName }}
      >
        {tableName(table)}
      </PageLink>
    ),
  },
  {
    id: "name",
    label: "Name",
    width: 160,
    from: 480,
    sort: (table) => table.LogicalName,
    cell: (table) => table.LogicalName,
  },
  {
    id: "type",
    label: "Type",
    width: 110,
    from: 640,
    sort: (table) => table.IsCustomEntity,
    cell: (table) => (table.IsCustomEntity ? "Custom" : "Standard"),
  },
  {
    id: "managed",
    label: "Managed",
    width: 110,
    from: 800,
    sort: (table) => table.IsManaged,
    cell: (table) => (table.IsManaged ? "Yes" : "No"),
  },
  {
    id: "owner",
    label: "Ownership",
    width: 130,
    from: 800,
    sort: (table) => table.OwnershipType,
    cell: (table) => OWNERSHIP[table.OwnershipType] ?? table.OwnershipType,
  },
];
