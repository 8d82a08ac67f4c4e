import {
  Badge,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tab,
  TabList,
  Toolbar,
  ToolbarButton,
} from "@fluentui/react-components";
import { ArrowExportRegular, BoxMultipleRegular, DeleteRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  deleteSolution,
  exportSolution,
  objectsQuery,
  type SolutionObject,
  solutionsQuery,
} from "../api/dataverse";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorMessage } from "../ui/ErrorMessage";
import { Grid, type GridColumn } from "../ui/Grid";
import { Page } from "../ui/Page";
import { useEnvironment } from "./useEnvironment";

/** One solution and its objects, by kind. */
export function SolutionPage() {
  const { name, base, pending, error } = useEnvironment();
  const { solution: uniqueName = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const solutions = useQuery({ ...solutionsQuery(base ?? ""), enabled: Boolean(base) });
  const objects = useQuery({ ...objectsQuery(base ?? "", uniqueName), enabled: Boolean(base) });
  const solution = solutions.data?.find((other) => other.uniquename === uniqueName);
  const [kind, setKind] = useState("All");
  const [isDeleting, setDeleting] = useState(false);
  const save = useMutation({
    mutationFn: (managed: boolean) =>
      solution ? exportSolution(base ?? "", solution, managed) : Promise.resolve(),
  });

  const counts = new Map<string, number>();
  for (const object of objects.data ?? []) {
    counts.set(object.kind, (counts.get(object.kind) ?? 0) + 1);
  }
  const shown = (objects.data ?? []).filter((object) => kind === "All" || object.kind === kind);
  const columns: GridColumn<SolutionObject>[] = [
    { id: "display", label: "Display name", width: "240px", cell: (object) => object.displayName },
    { id: "name", label: "Name", cell: (object) => object.name },
    { id: "kind", label: "Type", cell: (object) => object.kind },
    { id: "table", label: "Table", cell: (object) => object.table ?? "–" },
    {
      id: "managed",
      label: "Managed",
      cell: (object) => (object.isManaged ? "Yes" : "No"),
    },
  ];

  return (
    <Page
      title={solution?.friendlyname ?? uniqueName}
      badge={
        solution && (
          <Badge appearance="outline" color={solution.ismanaged ? "brand" : "informative"}>
            {solution.ismanaged ? "Managed" : "Unmanaged"}
          </Badge>
        )
      }
      subtitle={solution && `${solution.uniquename} · ${solution.version}`}
      pending={pending || solutions.isPending || objects.isPending}
      error={error ?? solutions.error ?? objects.error}
      commands={
        solution && (
          <Toolbar aria-label="Commands" style={{ padding: 0 }}>
            <Menu>
              <MenuTrigger disableButtonEnhancement>
                <ToolbarButton
                  appearance="primary"
                  icon={<ArrowExportRegular />}
                  disabledFocusable={solution.ismanaged || save.isPending}
                  title={
                    solution.ismanaged
                      ? "A managed solution can only be exported where it was made."
                      : undefined
                  }
                >
                  {save.isPending ? "Exporting…" : "Export"}
                </ToolbarButton>
              </MenuTrigger>
              <MenuPopover>
                <MenuList>
                  <MenuItem onClick={() => save.mutate(true)}>Managed</MenuItem>
                  <MenuItem onClick={() => save.mutate(false)}>Unmanaged</MenuItem>
                </MenuList>
              </MenuPopover>
            </Menu>
            <ToolbarButton icon={<DeleteRegular />} onClick={() => setDeleting(true)}>
              Delete
            </ToolbarButton>
          </Toolbar>
        )
      }
    >
      {save.error ? <ErrorMessage error={save.error} /> : null}
      <TabList
        selectedValue={kind}
        onTabSelect={(_, data) => setKind(String(data.value))}
        style={{ overflowX: "auto" }}
      >
        <Tab value="All">All ({objects.data?.length ?? 0})</Tab>
        {[...counts].map(([other, count]) => (
          <Tab key={other} value={other}>
            {other} ({count})
          </Tab>
        ))}
      </TabList>
      {shown.length === 0 ? (
        <EmptyState icon={<BoxMultipleRegular />} title="No objects yet">
          What you create with this solution chosen appears here.
        </EmptyState>
      ) : (
        <Grid
          label="Objects"
          columns={columns}
          items={shown}
          keyOf={(object) => `${object.kind}/${object.id}/${object.name}`}
        />
      )}
      {isDeleting && solution && (
        <ConfirmDialog
          title={`Delete ${solution.friendlyname}?`}
          action="Delete"
          typeName={solution.ismanaged ? solution.uniquename : undefined}
          run={async () => {
            await deleteSolution(base ?? "", solution);
            await queries.invalidateQueries();
            await navigate({
              to: "/environments/$environment/solutions",
              params: { environment: name },
            });
          }}
          close={() => setDeleting(false)}
        >
          {solution.ismanaged
            ? "Its components are removed, with the data of tables that only it brought."
            : "Only the list is removed; its components stay in the environment."}
        </ConfirmDialog>
      )}
    </Page>
  );
}
