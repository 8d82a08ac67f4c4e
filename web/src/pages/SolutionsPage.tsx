import { Badge, Button, Tab, TabList } from "@fluentui/react-components";
import {
  ArrowClockwiseRegular,
  ArrowImportRegular,
  BoxMultipleRegular,
  CloudArrowUpRegular,
  SearchRegular,
} from "@fluentui/react-icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { publishAll, type Solution, solutionsQuery } from "../api/solutions";
import type { SolutionsView } from "../app/views";
import { CommandBar } from "../ui/CommandBar";
import { EmptyState } from "../ui/EmptyState";
import { ErrorMessage } from "../ui/ErrorMessage";
import { FindBox } from "../ui/FindBox";
import { date } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { PageLink } from "../ui/links";
import { notify } from "../ui/notify";
import { Page } from "../ui/Page";
import { matches, useView } from "../ui/view";
import { ImportDialog } from "./ImportDialog";
import { useEnvironment, useTrail } from "./useEnvironment";

/** The solutions of an environment. */
export function SolutionsPage() {
  const { name, base, pending, dataError } = useEnvironment();
  const trail = useTrail();
  const { view, change, find, sort, sortBy } = useView<SolutionsView>();
  const solutions = useQuery(solutionsQuery(base));
  const publish = useMutation({
    mutationFn: () => publishAll(base ?? ""),
    onSuccess: () => notify("All customizations are published"),
  });
  const [isImporting, setImporting] = useState(false);
  const shown = (solutions.data ?? []).filter(
    ({ ismanaged, friendlyname, uniquename, publisherid: publisher }) =>
      (!view.show || ismanaged === (view.show === "managed")) &&
      matches(view.find, friendlyname, uniquename, publisher?.friendlyname),
  );
  return (
    <Page
      title="Solutions"
      trail={trail}
      subtitle="Packages of tables, apps and flows that travel between environments."
      pending={pending || solutions.isPending}
      error={dataError ?? solutions.error}
      commands={
        solutions.data && (
          <CommandBar
            commands={[
              {
                label: "Import solution",
                icon: <ArrowImportRegular />,
                primary: true,
                run: () => setImporting(true),
              },
              {
                label: publish.isPending ? "Publishing…" : "Publish all customizations",
                icon: <CloudArrowUpRegular />,
                reason: publish.isPending ? "It is being done." : undefined,
                run: () => publish.mutate(),
              },
              {
                label: "Refresh",
                icon: <ArrowClockwiseRegular />,
                run: () => solutions.refetch(),
              },
            ]}
          >
            <TabList
              aria-label="Package type"
              size="small"
              selectedValue={view.show ?? "all"}
              onTabSelect={(_, { value }) =>
                change({ show: value === "all" ? undefined : (value as SolutionsView["show"]) })
              }
            >
              <Tab value="all">All</Tab>
              <Tab value="unmanaged">Unmanaged</Tab>
              <Tab value="managed">Managed</Tab>
            </TabList>
            <FindBox label="Find a solution" value={view.find ?? ""} onChange={find} />
          </CommandBar>
        )
      }
    >
      {publish.error ? <ErrorMessage error={publish.error} /> : null}
      {shown.length > 0 ? (
        <Grid
          label="Solutions"
          columns={columnsFor(name)}
          items={shown}
          keyOf={(solution) => solution.solutionid}
          sort={sort}
          onSort={sortBy}
        />
      ) : view.find || view.show ? (
        <EmptyState icon={<SearchRegular />} title="No solution is like that">
          Look at all of them, or search for something else.
        </EmptyState>
      ) : (
        <EmptyState
          icon={<BoxMultipleRegular />}
          title="No solutions yet"
          action={
            <Button appearance="primary" onClick={() => setImporting(true)}>
              Import a solution
            </Button>
          }
        >
          Import a package that was exported from another environment to begin.
        </EmptyState>
      )}
      {isImporting && base && (
        <ImportDialog environment={name} base={base} close={() => setImporting(false)} />
      )}
    </Page>
  );
}

const columnsFor = (environment: string): GridColumn<Solution>[] => [
  {
    id: "name",
    label: "Display name",
    width: 260,
    sort: (solution) => solution.friendlyname,
    cell: (solution) => (
      <PageLink
        to="/environments/$environment/solutions/$solution"
        params={{ environment, solution: solution.uniquename }}
      >
        {solution.friendlyname}
      </PageLink>
    ),
  },
  {
    id: "unique",
    label: "Name",
    width: 160,
    from: 1000,
    sort: (solution) => solution.uniquename,
    cell: (solution) => solution.uniquename,
  },
  {
    id: "kind",
    label: "Package type",
    width: 130,
    from: 640,
    sort: (solution) => solution.ismanaged,
    cell: (solution) => <PackageType isManaged={solution.ismanaged} />,
  },
  {
    id: "version",
    label: "Version",
    width: 110,
    sort: (solution) => solution.version,
    cell: (solution) => solution.version,
  },
  {
    id: "publisher",
    label: "Publisher",
    width: 180,
    from: 1000,
    sort: (solution) => solution.publisherid?.friendlyname,
    cell: (solution) => solution.publisherid?.friendlyname ?? "–",
  },
  {
    id: "installed",
    label: "Installed on",
    width: 130,
    from: 800,
    sort: (solution) => solution.installedon,
    cell: (solution) => date(solution.installedon),
  },
];

export function PackageType({ isManaged }: { isManaged: boolean }) {
  return (
    <Badge appearance="tint" shape="rounded" color={isManaged ? "brand" : "informative"}>
      {isManaged ? "Managed" : "Unmanaged"}
    </Badge>
  );
}
