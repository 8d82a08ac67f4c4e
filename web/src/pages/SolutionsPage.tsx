import { Badge, Button, Link, Toolbar, ToolbarButton } from "@fluentui/react-components";
import { ArrowImportRegular, BoxMultipleRegular, CloudArrowUpRegular } from "@fluentui/react-icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { publishAll, type Solution, solutionsQuery } from "../api/dataverse";
import { EmptyState } from "../ui/EmptyState";
import { ErrorMessage } from "../ui/ErrorMessage";
import { date } from "../ui/format";
import { Grid, type GridColumn } from "../ui/Grid";
import { Page } from "../ui/Page";
import { ImportDialog } from "./ImportDialog";
import { useEnvironment } from "./useEnvironment";

/** The solutions of an environment. */
export function SolutionsPage() {
  const { name, base, pending, error } = useEnvironment();
  const navigate = useNavigate();
  const solutions = useQuery({ ...solutionsQuery(base ?? ""), enabled: Boolean(base) });
  const publish = useMutation({ mutationFn: () => publishAll(base ?? "") });
  const [isImporting, setImporting] = useState(false);

  const columns: GridColumn<Solution>[] = [
    {
      id: "name",
      label: "Display name",
      width: "240px",
      cell: (solution) => (
        <Link
          href={`/environments/${name}/solutions/${solution.uniquename}`}
          onClick={(event) => {
            event.preventDefault();
            navigate({
              to: "/environments/$environment/solutions/$solution",
              params: { environment: name, solution: solution.uniquename },
            });
          }}
        >
          {solution.friendlyname}
        </Link>
      ),
    },
    { id: "unique", label: "Name", cell: (solution) => solution.uniquename },
    {
      id: "kind",
      label: "Package type",
      cell: (solution) => (
        <Badge appearance="outline" color={solution.ismanaged ? "brand" : "informative"}>
          {solution.ismanaged ? "Managed" : "Unmanaged"}
        </Badge>
      ),
    },
    { id: "version", label: "Version", cell: (solution) => solution.version },
    {
      id: "publisher",
      label: "Publisher",
      cell: (solution) => solution.publisherid?.friendlyname ?? "–",
    },
    { id: "installed", label: "Installed on", cell: (solution) => date(solution.installedon) },
  ];

  return (
    <Page
      title="Solutions"
      subtitle="Packages of tables, apps and flows that travel between environments."
      pending={pending || solutions.isPending}
      error={error ?? solutions.error}
      retry={() => solutions.refetch()}
      commands={
        <Toolbar aria-label="Commands" style={{ padding: 0 }}>
          <ToolbarButton
            appearance="primary"
            icon={<ArrowImportRegular />}
            onClick={() => setImporting(true)}
          >
            Import solution
          </ToolbarButton>
          <ToolbarButton
            icon={<CloudArrowUpRegular />}
            disabledFocusable={publish.isPending}
            onClick={() => publish.mutate()}
          >
            {publish.isPending ? "Publishing…" : "Publish all customizations"}
          </ToolbarButton>
        </Toolbar>
      }
    >
      {publish.error ? <ErrorMessage error={publish.error} /> : null}
      {solutions.data?.length === 0 ? (
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
      ) : (
        <Grid
          label="Solutions"
          columns={columns}
          items={solutions.data ?? []}
          keyOf={(solution) => solution.solutionid}
        />
      )}
      {isImporting && base && <ImportDialog base={base} close={() => setImporting(false)} />}
    </Page>
  );
}
