import { Button, Link, Toolbar, ToolbarButton } from "@fluentui/react-components";
import { AddRegular, ArrowClockwiseRegular, GlobeRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Environment, environmentsQuery, locationsQuery } from "../api/environments";
import { EmptyState } from "../ui/EmptyState";
import { date } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { Page } from "../ui/Page";
import { TypeBadge } from "../ui/TypeBadge";
import { NewEnvironmentPanel } from "./NewEnvironmentPanel";

/** All environments that are open to the person. */
export function EnvironmentsPage() {
  const environments = useQuery(environmentsQuery);
  const locations = useQuery(locationsQuery);
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);

  const region = (name: string) =>
    locations.data?.find((location) => location.name === name)?.properties.displayName ?? name;
  const open = (environment: Environment) =>
    navigate({ to: "/environments/$environment", params: { environment: environment.name } });

  const columns: GridColumn<Environment>[] = [
    {
      id: "name",
      label: "Name",
      width: "220px",
      cell: (environment) => (
        <Link
          href={`/environments/${environment.name}`}
          onClick={(event) => {
            event.preventDefault();
            open(environment);
          }}
        >
          {environment.properties.displayName}
        </Link>
      ),
    },
    {
      id: "type",
      label: "Type",
      cell: (environment) => <TypeBadge type={environment.properties.environmentSku} />,
    },
    { id: "state", label: "State", cell: (environment) => state(environment) },
    { id: "region", label: "Region", cell: (environment) => region(environment.location) },
    {
      id: "database",
      label: "Dataverse",
      cell: (environment) =>
        environment.properties.linkedEnvironmentMetadata?.domainName ?? "No database",
    },
    {
      id: "created",
      label: "Created on",
      cell: (environment) => date(environment.properties.createdTime),
    },
    {
      id: "by",
      label: "Created by",
      cell: (environment) => environment.properties.createdBy?.displayName ?? "–",
    },
  ];

  return (
    <Page
      title="Environments"
      subtitle="Containers for apps, flows and data, each with its own people, purpose and region."
      pending={environments.isPending}
      error={environments.error}
      retry={() => environments.refetch()}
      commands={
        <Toolbar aria-label="Commands" style={{ padding: 0 }}>
          <ToolbarButton
            appearance="primary"
            icon={<AddRegular />}
            onClick={() => setCreating(true)}
          >
            New
          </ToolbarButton>
          <ToolbarButton icon={<ArrowClockwiseRegular />} onClick={() => environments.refetch()}>
            Refresh
          </ToolbarButton>
        </Toolbar>
      }
    >
      {environments.data?.length === 0 ? (
        <EmptyState
          icon={<GlobeRegular />}
          title="No environment is open to you yet"
          action={
            <Button appearance="primary" icon={<AddRegular />} onClick={() => setCreating(true)}>
              Create one
            </Button>
          }
        >
          Ask an administrator for access to one, or create your own if your licence allows it.
        </EmptyState>
      ) : (
        <Grid
          label="Environments"
          columns={columns}
          items={environments.data ?? []}
          keyOf={(environment) => environment.name}
        />
      )}
      {isCreating && <NewEnvironmentPanel close={() => setCreating(false)} />}
    </Page>
  );
}

/** The state as people know it. */
export function state(environment: Environment): string {
  const { provisioningState, states } = environment.properties;
  if (states.runtime.id === "AdminMode") return "Administration mode";
  if (states.runtime.id === "Disabled") return "Disabled";
  if (provisioningState === "Succeeded") return "Ready";
  return provisioningState.endsWith("Provisioning") ? "Preparing" : provisioningState;
}
