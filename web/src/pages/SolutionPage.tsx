import { makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import {
  ArrowExportRegular,
  BoxMultipleRegular,
  DeleteRegular,
  SearchRegular,
} from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  deleteSolution,
  exportSolution,
  objectsQuery,
  type Solution,
  type SolutionObject,
  solutionsQuery,
} from "../api/solutions";
import type { SolutionView } from "../app/views";
import { CommandBar } from "../ui/CommandBar";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorMessage } from "../ui/ErrorMessage";
import { FindBox } from "../ui/FindBox";
import { Grid, type GridColumn } from "../ui/Grid";
import { PageLink } from "../ui/links";
import { notify } from "../ui/notify";
import { Page } from "../ui/Page";
import { useWidth } from "../ui/useWidth";
import { matches, useView } from "../ui/view";
import { PackageType } from "./SolutionsPage";
import { useEnvironment, useTrail } from "./useEnvironment";

const useStyles = makeStyles({
  body: {
    display: "grid",
    gridTemplateColumns: "216px minmax(0, 1fr)",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    "@media (max-width: 1000px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  kinds: {
    overflowX: "auto",
    "@media (min-width: 1000px)": {
      backgroundColor: tokens.colorNeutralBackground1,
      border: `1px solid ${tokens.colorNeutralStroke2}`,
      borderRadius: tokens.borderRadiusXLarge,
      boxShadow: tokens.shadow2,
      padding: tokens.spacingVerticalXS,
    },
  },
  kind: { flexShrink: 0 },
  list: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
});

/** One solution and its objects, by kind. */
export function SolutionPage() {
  const styles = useStyles();
  const { name, base, pending, dataError } = useEnvironment();
  const { solution: uniqueName = "" } = useParams({ strict: false });
  const trail = useTrail(
    <PageLink
      key="solutions"
      to="/environments/$environment/solutions"
      params={{ environment: name }}
    >
      Solutions
    </PageLink>,
  );
  const { view, find, sort, sortBy } = useView<SolutionView>();
  const solutions = useQuery(solutionsQuery(base));
  const objects = useQuery(objectsQuery(base, uniqueName));
  const solution = solutions.data?.find((other) => other.uniquename === uniqueName);
  const all = objects.data ?? [];
  const shown = all.filter(
    (object) =>
      (!view.kind || object.kind === view.kind) &&
      matches(view.find, object.displayName, object.name, object.table),
  );
  const save = useExport(base ?? "", solution);
  const [isDeleting, setDeleting] = useState(false);
  return (
    <Page
      title={solution?.friendlyname ?? uniqueName}
      trail={trail}
      badge={solution && <PackageType isManaged={solution.ismanaged} />}
      subtitle={solution && about(solution)}
      pending={pending || solutions.isPending || objects.isPending}
      error={dataError ?? solutions.error ?? objects.error}
      commands={
        solution && (
          <CommandBar
            commands={[
              {
                label: save.isPending ? "Exporting…" : "Export",
                icon: <ArrowExportRegular />,
                primary: true,
                reason: whyNoExport(solution) ?? (save.isPending ? "It is being done." : undefined),
                menu: [
                  { label: "Managed", run: () => save.mutate(true) },
                  { label: "Unmanaged", run: () => save.mutate(false) },
                ],
              },
              {
                label: "Delete",
                icon: <DeleteRegular />,
                reason: whyNoDelete(solution),
                run: () => setDeleting(true),
              },
            ]}
          >
            <FindBox label="Find an object" value={view.find ?? ""} onChange={find} />
          </CommandBar>
        )
      }
    >
      {save.error ? <ErrorMessage error={save.error} /> : null}
      {all.length === 0 ? (
        <EmptyState icon={<BoxMultipleRegular />} title="No objects yet">
          What you create with this solution chosen appears here.
        </EmptyState>
      ) : (
        <div className={styles.body}>
          <Kinds objects={all} />
          <div className={styles.list}>
            {shown.length > 0 ? (
              <Grid
                key={view.kind}
                label="Objects"
                columns={columnsFor(name)}
                items={shown}
                keyOf={(object) => `${object.kind}/${object.id}/${object.name}`}
                sort={sort}
                onSort={sortBy}
              />
            ) : (
              <EmptyState icon={<SearchRegular />} title="No object is like that">
                Look at all kinds, or search for something else.
              </EmptyState>
            )}
          </div>
        </div>
      )}
      {isDeleting && solution && base && (
        <DeleteDialog
          environment={name}
          base={base}
          solution={solution}
          close={() => setDeleting(false)}
        />
      )}
    </Page>
  );
}

const about = ({ uniquename, version, publisherid: publisher, description }: Solution) =>
  [uniquename, version, publisher?.friendlyname, description].filter(Boolean).join(" · ");

function whyNoExport(solution: Solution): string | undefined {
  if (solution.ismanaged) return "A managed solution can only be exported where it was made.";
  return isBuiltIn(solution) ? "The default solution cannot be exported." : undefined;
}

const whyNoDelete = (solution: Solution) =>
  isBuiltIn(solution) ? "It belongs to the environment and stays as long as that." : undefined;

/** The two solutions that every environment has, by their ids. */
const BUILT_IN = ["fd140aaf-4df4-11dd-bd17-0019b9312238", "00000001-0000-0000-0001-00000000009b"];
const isBuiltIn = (solution: Solution) => BUILT_IN.includes(solution.solutionid);

function useExport(base: string, solution: Solution | undefined) {
  return useMutation({
    mutationFn: async (managed: boolean) => {
      if (solution) notify(`${await exportSolution(base, solution, managed)} was exported`);
    },
  });
}

/** The kinds of objects that there are, to look at one of them. */
function Kinds({ objects }: { objects: SolutionObject[] }) {
  const styles = useStyles();
  const isWide = useWidth() >= 1000;
  const { view, change } = useView<SolutionView>();
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].sort(([a], [b]) => a.localeCompare(b));
  return (
    <TabList
      aria-label="Kinds of objects"
      vertical={isWide}
      size={isWide ? "medium" : "small"}
      className={styles.kinds}
      selectedValue={view.kind ?? ""}
      onTabSelect={(_, { value }) => change({ kind: String(value) || undefined })}
    >
      <Tab value="" className={styles.kind}>
        All ({objects.length.toLocaleString()})
      </Tab>
      {kinds.map(([kind, count]) => (
        <Tab key={kind} value={kind} className={styles.kind}>
          {kind} ({count.toLocaleString()})
        </Tab>
      ))}
    </TabList>
  );
}

const columnsFor = (environment: string): GridColumn<SolutionObject>[] => [
  {
    id: "display",
    label: "Display name",
    width: 200,
    sort: (object) => object.displayName,
    cell: (object) =>
      object.kind === "Table" ? (
        <PageLink
          to="/environments/$environment/tables/$table"
          params={{ environment, table: object.name.toLowerCase() }}
        >
          {object.displayName}
        </PageLink>
      ) : (
        object.displayName
      ),
  },
  {
    id: "name",
    label: "Name",
    width: 160,
    from: 800,
    sort: (object) => object.name,
    cell: (object) => object.name,
  },
  {
    id: "kind",
    label: "Type",
    width: 156,
    sort: (object) => object.kind,
    cell: (object) => object.kind,
  },
  {
    id: "table",
    label: "Table",
    width: 96,
    from: 640,
    sort: (object) => object.table,
    cell: (object) => object.table ?? "–",
  },
  {
    id: "managed",
    label: "Managed",
    width: 96,
    from: 640,
    sort: (object) => object.isManaged,
    cell: (object) => (object.isManaged ? "Yes" : "No"),
  },
];

function DeleteDialog(props: {
  environment: string;
  base: string;
  solution: Solution;
  close: () => void;
}) {
  const { environment, base, solution, close } = props;
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      title={`Delete ${solution.friendlyname}?`}
      action="Delete"
      working="Deleting…"
      typeName={solution.ismanaged ? solution.uniquename : undefined}
      run={async () => {
        await deleteSolution(base, solution);
        await navigate({ to: "/environments/$environment/solutions", params: { environment } });
        await queries.invalidateQueries();
        notify(`${solution.friendlyname} was deleted`);
      }}
      close={close}
    >
      {solution.ismanaged
        ? "Its components are removed, with the data of tables that only it brought."
        : "Only the list is removed; its components stay in the environment."}
    </ConfirmDialog>
  );
}
