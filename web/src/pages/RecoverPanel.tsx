import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  Skeleton,
  SkeletonItem,
  Text,
  tokens,
} from "@fluentui/react-components";
import { DeleteRegular, DismissRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import {
  deletedEnvironmentsQuery,
  type Environment,
  environmentsQuery,
  recoverEnvironment,
} from "../api/environments";
import { EmptyState } from "../ui/EmptyState";
import { ErrorMessage } from "../ui/ErrorMessage";
import { useReturnFocus } from "../ui/focus";
import { notify } from "../ui/notify";
import { TypeBadge } from "../ui/TypeBadge";

const useStyles = makeStyles({
  surface: { width: "min(520px, 100vw)" },
  list: { listStyle: "none", margin: 0, padding: 0 },
  item: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  name: { flexGrow: 1, overflowWrap: "anywhere" },
});

/** Deleted environments, and the way back. */
export function RecoverPanel({ close }: { close: () => void }) {
  const styles = useStyles();
  useReturnFocus();
  const deleted = useQuery(deletedEnvironmentsQuery);
  const surface = useRef<HTMLDivElement>(null);
  // A button that was pressed goes with what was recovered; the keyboard stays in the panel.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about each change of the list.
  useEffect(() => {
    if (document.activeElement === document.body) surface.current?.querySelector("button")?.focus();
  }, [deleted.data]);
  return (
    <OverlayDrawer
      open
      ref={surface}
      position="end"
      className={styles.surface}
      aria-label="Recover deleted environments"
      onOpenChange={(_, data) => !data.open && close()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label="Close"
              icon={<DismissRegular />}
              onClick={close}
            />
          }
        >
          Recover deleted environments
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        {deleted.isPending && (
          <Skeleton aria-label="Loading">
            <SkeletonItem size={32} />
          </Skeleton>
        )}
        {deleted.error && <ErrorMessage error={deleted.error} retry={() => deleted.refetch()} />}
        {deleted.data?.length === 0 && (
          <EmptyState icon={<DeleteRegular />} title="Nothing to recover">
            Deleted environments stay here for seven days.
          </EmptyState>
        )}
        <ul className={styles.list}>
          {deleted.data?.map((environment) => (
            <Deleted key={environment.name} environment={environment} />
          ))}
        </ul>
      </DrawerBody>
    </OverlayDrawer>
  );
}

function Deleted({ environment }: { environment: Environment }) {
  const styles = useStyles();
  const queries = useQueryClient();
  const { displayName, environmentSku } = environment.properties;
  const recover = useMutation({
    mutationFn: () => recoverEnvironment(environment.name),
    onSuccess: async () => {
      await queries.invalidateQueries(environmentsQuery);
      await queries.invalidateQueries(deletedEnvironmentsQuery);
      notify(`${displayName} is back`);
    },
  });
  return (
    <li>
      <div className={styles.item}>
        <Text className={styles.name}>{displayName}</Text>
        <TypeBadge type={environmentSku} />
        <Button
          disabledFocusable={recover.isPending}
          aria-label={`Recover ${displayName}`}
          onClick={() => !recover.isPending && recover.mutate()}
        >
          {recover.isPending ? "Recovering…" : "Recover"}
        </Button>
      </div>
      {recover.error && <ErrorMessage error={recover.error} />}
    </li>
  );
}
