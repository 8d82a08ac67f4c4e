import { Button, Text } from "@fluentui/react-components";
import {
  AddRegular,
  ArrowClockwiseRegular,
  ArrowUndoRegular,
  GlobeRegular,
  SearchRegular,
} from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Environment,
  environmentsQuery,
  locationsQuery,
  meQuery,
  regionName,
} from "../api/environments";
import { CommandBar } from "../ui/CommandBar";
import { EmptyState } from "../ui/EmptyState";
import { FindBox } from "../ui/FindBox";
import { count, date } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { PageLink } from "../ui/links";
import { Page } from "../ui/Page";
import { StateText, stateOf } from "../ui/StateText";
import { TypeBadge } from "../ui/TypeBadge";
import { matches, useView } from "../ui/view";
import { NewEnvironmentPanel } from "./NewEnvironmentPanel";
import { RecoverPanel } from "./RecoverPanel";

/** All environments that are open to the person. */
export function EnvironmentsPage() {
  const me = useQuery(meQuery);
  const environments = useQuery(environmentsQuery);
  const columns = useColumns();
  const { view, find, sort, sortBy } = useView();
  const [panel, setPanel] = useState<"new" | "recover">();
  const all = environments.data ?? [];
  const shown = all.filter(({ properties: { displayName, linkedEnvironmentMetadata: data } }) =>
    matches(view.find, displayName, data?.domainName),
  );
  return (
    <Page
      title="Environments"
      subtitle="Containers for apps, flows and data, each with its own people, purpose and region."
      pending={environments.isPending}
      error={environments.error}
      commands={
        <CommandBar
          commands={[
            { label: "New", icon: <AddRegular />, primary: true, run: () => setPanel("new") },
            {
              label: "Recover deleted environments",
              icon: <ArrowUndoRegular />,
              reason:
                me.data?.isTenantAdmin === false
                  ? "Only administrators of the tenant recover environments."
                  : undefined,
              run: () => setPanel("recover"),
            },
            {
              label: "Refresh",
              icon: <ArrowClockwiseRegular />,
              run: () => environments.refetch(),
            },
          ]}
        >
          <Text role="status">
            {environments.data && count(shown.length, "environment", "environments")}
          </Text>
          <FindBox label="Find an environment" value={view.find ?? ""} onChange={find} />
        </CommandBar>
      }
    >
      {shown.length > 0 ? (
        <Grid
          label="Environments"
          columns={columns}
          items={shown}
          keyOf={(environment) => environment.name}
          sort={sort}
          onSort={sortBy}
        />
      ) : view.find ? (
        <EmptyState icon={<SearchRegular />} title="No environment has such a name">
          Search for another part of its name, or of its URL.
        </EmptyState>
      ) : (
        <EmptyState
          icon={<GlobeRegular />}
          title="No environment is open to you yet"
          action={
            <Button appearance="primary" icon={<AddRegular />} onClick={() => setPanel("new")}>
              Create one
            </Button>
          }
        >
          Ask an administrator for access to one, or create your own if your licence allows it.
        </EmptyState>
      )}
      {panel === "new" && <NewEnvironmentPanel close={() => setPanel(undefined)} />}
      {panel === "recover" && <RecoverPanel close={() => setPanel(undefined)} />}
    </Page>
  );
}

function useColumns(): GridColumn<Environment>[] {
  const locations = useQuery(locationsQuery);
  const region = (environment: Environment) => regionName(locations.data, environment.location);
  const creator = ({ properties: { createdBy: by } }: Environment) =>
    by?.displayName === "SYSTEM" ? "System" : by?.displayName;
  const domain = (environment: Environment) =>
    environment.properties.linkedEnvironmentMetadata?.domainName;
  return [
    {
      id: "name",
      label: "Name",
      width: 160,
      sort: (environment) => environment.properties.displayName,
      cell: (environment) => (
        <PageLink to="/environments/$environment" params={{ environment: environment.name }}>
          {environment.properties.displayName}
        </PageLink>
      ),
    },
    {
      id: "type",
      label: "Type",
      width: 116,
      sort: (environment) => environment.properties.environmentSku,
      cell: (environment) => <TypeBadge type={environment.properties.environmentSku} />,
    },
    {
      id: "state",
      label: "State",
      width: 130,
      from: 480,
      sort: stateOf,
      cell: (environment) => <StateText environment={environment} />,
    },
    { id: "region", label: "Region", width: 150, from: 1000, sort: region, cell: region },
    {
      id: "url",
      label: "Dataverse",
      width: 150,
      from: 640,
      sort: domain,
      cell: (environment) => domain(environment) ?? "No data store",
    },
    {
      id: "created",
      label: "Created on",
      width: 130,
      from: 1200,
      sort: (environment) => environment.properties.createdTime,
      cell: (environment) => date(environment.properties.createdTime),
    },
    {
      id: "by",
      label: "Created by",
      width: 140,
      from: 1200,
      sort: creator,
      cell: (environment) => creator(environment) ?? "–",
    },
  ];
}
