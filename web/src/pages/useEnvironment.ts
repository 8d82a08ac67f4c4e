import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { dataUrl, environmentsQuery } from "../api/environments";

/** The environment that the address names, and where its data service answers. */
export function useEnvironment() {
  const { environment: name } = useParams({ strict: false });
  const environments = useQuery(environmentsQuery);
  const environment = environments.data?.find((other) => other.name === name);
  const missing =
    environments.data && !environment
      ? new Error("There is no such environment, or it is not open to you.")
      : undefined;
  return {
    name: name ?? "",
    environment,
    base: environment && dataUrl(environment),
    pending: environments.isPending,
    error: environments.error ?? missing,
  };
}
