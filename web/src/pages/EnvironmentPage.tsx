import {
  Button,
  Card,
  CardHeader,
  Field,
  Input,
  Link,
  makeStyles,
  ProgressBar,
  Text,
  Textarea,
  Toolbar,
  ToolbarButton,
  tokens,
} from "@fluentui/react-components";
import { DatabaseRegular, DeleteRegular, EditRegular, OpenRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import {
  addDatabase,
  deleteEnvironment,
  type Environment,
  editEnvironment,
  environmentsQuery,
  locationsQuery,
} from "../api/environments";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorMessage } from "../ui/ErrorMessage";
import { date, megabytes } from "../ui/format";
import { Page } from "../ui/Page";
import { TypeBadge } from "../ui/TypeBadge";
import { DatabaseFields, DEFAULT_DATABASE } from "./DatabaseFields";
import { state } from "./EnvironmentsPage";
import { useEnvironment } from "./useEnvironment";

const useStyles = makeStyles({
  cards: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(320px, 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
  },
  facts: {
    display: "grid",
    gridTemplateColumns: "max-content 1fr",
    columnGap: tokens.spacingHorizontalXL,
    rowGap: tokens.spacingVerticalS,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: "anywhere" },
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

/** One environment: what it is, where its data is, how much it uses. */
export function EnvironmentPage() {
  const styles = useStyles();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { environment, base, pending, error } = useEnvironment();
  const locations = useQuery(locationsQuery);
  const [dialog, setDialog] = useState<"edit" | "delete">();
  if (!environment) return <Page title="Environment" pending={pending} error={error} />;
  const { properties } = environment;
  const database = properties.linkedEnvironmentMetadata;
  const region = locations.data?.find((other) => other.name === environment.location);
  return (
    <Page
      title={properties.displayName}
      badge={<TypeBadge type={properties.environmentSku} />}
      subtitle={properties.description || undefined}
      commands={
        <Toolbar aria-label="Commands" style={{ padding: 0 }}>
          {database && (
            <ToolbarButton
              appearance="primary"
              icon={<OpenRegular />}
              onClick={() =>
                navigate({
                  to: "/environments/$environment/solutions",
                  params: { environment: environment.name },
                })
              }
            >
              Solutions
            </ToolbarButton>
          )}
          <ToolbarButton icon={<EditRegular />} onClick={() => setDialog("edit")}>
            Edit
          </ToolbarButton>
          <ToolbarButton
            icon={<DeleteRegular />}
            disabledFocusable={properties.isDefault}
            title={properties.isDefault ? "The default environment cannot be deleted." : undefined}
            onClick={() => !properties.isDefault && setDialog("delete")}
          >
            Delete
          </ToolbarButton>
        </Toolbar>
      }
    >
      <div className={styles.cards}>
        <Card>
          <CardHeader
            header={
              <Text as="h2" weight="semibold" size={400} style={{ margin: 0 }}>
                Details
              </Text>
            }
          />
          <Facts>
            <Fact term="State">{state(environment)}</Fact>
            <Fact term="Type">{properties.environmentSku}</Fact>
            <Fact term="Region">{region?.properties.displayName ?? environment.location}</Fact>
            <Fact term="Environment ID">{environment.name}</Fact>
            <Fact term="Created on">{date(properties.createdTime)}</Fact>
            <Fact term="Created by">{properties.createdBy?.displayName ?? "–"}</Fact>
            {properties.expirationTime && (
              <Fact term="Expires on">{date(properties.expirationTime)}</Fact>
            )}
          </Facts>
        </Card>
        {database && (
          <Card>
            <CardHeader
              header={
                <Text as="h2" weight="semibold" size={400} style={{ margin: 0 }}>
                  Dataverse
                </Text>
              }
            />
            <Facts>
              <Fact term="URL">
                <Link href={database.instanceUrl}>{database.instanceUrl}</Link>
              </Fact>
              <Fact term="Organization ID">{database.resourceId}</Fact>
              <Fact term="Unique name">{database.uniqueName}</Fact>
              <Fact term="Version">{database.version}</Fact>
              <Fact term="Web API">
                <code>{base}</code>
              </Fact>
            </Facts>
          </Card>
        )}
        {database && <Capacity environment={environment} />}
      </div>
      {!database && <NoDatabase environment={environment} />}
      {dialog === "edit" && (
        <EditDialog environment={environment} close={() => setDialog(undefined)} />
      )}
      {dialog === "delete" && (
        <ConfirmDialog
          title={`Delete ${properties.displayName}?`}
          action="Delete"
          typeName={properties.displayName}
          run={async () => {
            await deleteEnvironment(environment.name);
            await queries.invalidateQueries(environmentsQuery);
            await navigate({ to: "/environments" });
          }}
          close={() => setDialog(undefined)}
        >
          Its apps, flows and data go with it. An administrator can recover it for seven days.
        </ConfirmDialog>
      )}
    </Page>
  );
}

function Facts({ children }: { children: ReactNode }) {
  return <dl className={useStyles().facts}>{children}</dl>;
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value}>{children}</dd>
    </>
  );
}

function Capacity({ environment }: { environment: Environment }) {
  const used = environment.properties.capacity ?? [];
  if (used.length === 0) return null;
  return (
    <Card>
      <CardHeader
        header={
          <Text as="h2" weight="semibold" size={400} style={{ margin: 0 }}>
            Capacity
          </Text>
        }
      />
      {used.map((entry) => (
        <Field
          key={entry.capacityType}
          label={entry.capacityType}
          hint={`${megabytes(entry.actualConsumption)} used, rated as ${megabytes(entry.ratedConsumption)}`}
        >
          <ProgressBar
            thickness="large"
            value={entry.actualConsumption}
            max={Math.max(entry.ratedConsumption, entry.actualConsumption, 1)}
          />
        </Field>
      ))}
    </Card>
  );
}

function NoDatabase({ environment }: { environment: Environment }) {
  const styles = useStyles();
  const queries = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [database, setDatabase] = useState(DEFAULT_DATABASE);
  const add = useMutation({
    mutationFn: () => addDatabase(environment.name, database),
    onSuccess: () => queries.invalidateQueries(environmentsQuery),
  });
  if (!isAdding) {
    return (
      <EmptyState
        icon={<DatabaseRegular />}
        title="No Dataverse data store yet"
        action={
          <Button appearance="primary" onClick={() => setAdding(true)}>
            Add Dataverse
          </Button>
        }
      >
        Apps and flows work without one. Tables, model-driven apps and solutions need one.
        Environment Admins become System Administrators; makers must be given a security role again.
      </EmptyState>
    );
  }
  return (
    <Card>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!add.isPending) add.mutate();
        }}
      >
        {add.error ? <ErrorMessage error={add.error} /> : null}
        <DatabaseFields location={environment.location} value={database} onChange={setDatabase} />
        {add.isPending && <ProgressBar aria-label="Adding the data store" />}
        <div style={{ display: "flex", gap: 8 }}>
          <Button appearance="primary" type="submit" disabledFocusable={add.isPending}>
            Add
          </Button>
          <Button onClick={() => setAdding(false)}>Cancel</Button>
        </div>
      </form>
    </Card>
  );
}

function EditDialog({ environment, close }: { environment: Environment; close: () => void }) {
  const styles = useStyles();
  const queries = useQueryClient();
  const [displayName, setDisplayName] = useState(environment.properties.displayName);
  const [description, setDescription] = useState(environment.properties.description ?? "");
  return (
    <ConfirmDialog
      title="Edit details"
      action="Save"
      run={async () => {
        await editEnvironment(environment.name, { displayName, description });
        await queries.invalidateQueries(environmentsQuery);
      }}
      close={close}
    >
      <span className={styles.form}>
        <Field label="Name" required>
          <Input value={displayName} onChange={(_, data) => setDisplayName(data.value)} />
        </Field>
        <Field label="Purpose">
          <Textarea value={description} onChange={(_, data) => setDescription(data.value)} />
        </Field>
      </span>
    </ConfirmDialog>
  );
}
