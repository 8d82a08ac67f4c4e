import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { dataUrl, environmentQuery, environmentsQuery } from "../api/environments";
import { PageLink } from "../ui/links";

/** The environment that the address names, and where its data service answers. */
export function useEnvironment() {
  const { environment: name = "" } = useParams({ strict: false });
  const environments = useQuery(environmentsQuery);
  const listed = environments.data?.find((other) => other.name === name);
  // One that is not in the list is asked for, because the server says best why not.
  const asked = useQuery({
    ...environmentQuery(name),
    enabled: environments.isSuccess && !listed,
  });
  const environment = listed ?? asked.data;
  const base = environment && dataUrl(environment);
  const noDatabase =
    environment && !base ? new Error("This environment has no Dataverse data store.") : undefined;
  return {
    name,
    environment,
    /** Where the data service is; without a data store there is none. */
    base,
    pending: !environment,
    error: environments.error ?? (listed ? undefined : asked.error),
    /** Why its data cannot be shown. */
    dataError: environments.error ?? (listed ? undefined : asked.error) ?? noDatabase,
  };
}

/** The links to the pages above a page of an environment. */
export function useTrail(...more: ReactNode[]): ReactNode[] {
  const { name, environment } = useEnvironment();
  return [
    <PageLink key="all" to="/environments">
      Environments
    </PageLink>,
    environment && (
      <PageLink key="one" to="/environments/$environment" params={{ environment: name }}>
        {environment.properties.displayName}
      </PageLink>
    ),
    ...more,
  ].filter(Boolean);
}
