import {
  Badge,
  Button,
  Field,
  Input,
  makeStyles,
  ProgressBar,
  Text,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import {
  ArrowSwapRegular,
  BoxMultipleRegular,
  DatabaseRegular,
  DeleteRegular,
  EditRegular,
} from "@fluentui/react-icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import {
  addDatabase,
  convertEnvironment,
  dataUrl,
  deletedEnvironmentsQuery,
  deleteEnvironment,
  type Environment,
  editEnvironment,
  environmentsQuery,
  locationsQuery,
  type Operation,
  operationsQuery,
  refusal,
  regionName,
} from "../api/environments";
import { CommandBar } from "../ui/CommandBar";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { Copied, Fact, Facts, Section } from "../ui/Facts";
import { date, dateTime, megabytes } from "../ui/format";
import { notify } from "../ui/notify";
import { Page } from "../ui/Page";
import { Panel } from "../ui/Panel";
import { StateText } from "../ui/StateText";
import { TypeBadge } from "../ui/TypeBadge";
import { DatabaseFields, DEFAULT_DATABASE } from "./DatabaseFields";
import { useEnvironment, useTrail } from "./useEnvironment";

const useStyles = makeStyles({
  cards: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(380px, 100%), 1fr))",
    gap: tokens.spacingHorizontalL,
    alignItems: "stretch",
  },
  list: { listStyle: "none", margin: 0, padding: 0 },
  operation: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ":last-child": { borderBottom: "none" },
  },
  soft: { color: tokens.colorNeutralForeground2 },
});

type Dialog = "edit" | "convert" | "delete" | "database";

/** One environment: what it is, where its data is, how much it uses, what was done to it. */
export function EnvironmentPage() {
  const styles = useStyles();
  const { environment, pending, error } = useEnvironment();
  const trail = useTrail().slice(0, 1);
  const [dialog, setDialog] = useState<Dialog>();
  if (!environment) {
    return <Page title="Environment" trail={trail} pending={pending} error={error} />;
  }
  const { properties } = environment;
  const database = properties.linkedEnvironmentMetadata;
  const canRead = !refusal(environment, "", "AdminReadEnvironment");
  return (
    <Page
      title={properties.displayName}
      trail={trail}
      badge={<TypeBadge type={properties.environmentSku} />}
      subtitle={properties.description || undefined}
      commands={<Commands environment={environment} open={setDialog} />}
    >
      <div className={styles.cards}>
        <Details environment={environment} />
        {database && <Dataverse environment={environment} />}
        {database && <Capacity environment={environment} />}
        {canRead && <RecentOperations environment={environment} />}
      </div>
      {!database && <NoDatabase environment={environment} add={() => setDialog("database")} />}
      <Dialogs environment={environment} dialog={dialog} close={() => setDialog(undefined)} />
    </Page>
  );
}

function Commands(props: { environment: Environment; open: (dialog: Dialog) => void }) {
  const { environment, open } = props;
  const navigate = useNavigate();
  const hasDatabase = Boolean(environment.properties.linkedEnvironmentMetadata);
  return (
    <CommandBar
      commands={[
        {
          label: "Solutions",
          icon: <BoxMultipleRegular />,
          primary: true,
          reason: hasDatabase ? undefined : "Solutions need a Dataverse data store.",
          run: () =>
            navigate({
              to: "/environments/$environment/solutions",
              params: { environment: environment.name },
            }),
        },
        {
          label: "Edit",
          icon: <EditRegular />,
          reason: refusal(environment, "Edit", "UpdateEnvironment"),
          run: () => open("edit"),
        },
        {
          label: `Convert to ${otherType(environment).toLowerCase()}`,
          icon: <ArrowSwapRegular />,
          reason: refusal(environment, "Convert", "UpdateEnvironment"),
          run: () => open("convert"),
        },
        {
          label: "Delete",
          icon: <DeleteRegular />,
          reason: refusal(environment, "Delete", "DeleteEnvironment"),
          run: () => open("delete"),
        },
      ]}
    />
  );
}

const otherType = ({ properties }: Environment) =>
  properties.environmentSku === "Production" ? "Sandbox" : "Production";

function Details({ environment }: { environment: Environment }) {
  const locations = useQuery(locationsQuery);
  const { properties } = environment;
  const by = properties.createdBy?.displayName;
  return (
    <Section title="Details">
      <Facts>
        <Fact term="State">
          <StateText environment={environment} />
        </Fact>
        <Fact term="Type">{properties.environmentSku}</Fact>
        <Fact term="Region">{regionName(locations.data, environment.location)}</Fact>
        <Fact term="Created on">{dateTime(properties.createdTime)}</Fact>
        <Fact term="Created by">{by === "SYSTEM" ? "System" : (by ?? "–")}</Fact>
        {properties.expirationTime && (
          <Fact term="Expires on">{date(properties.expirationTime)}</Fact>
        )}
        <Fact term="Environment ID">
          <Copied what="the environment ID" text={environment.name} />
        </Fact>
      </Facts>
    </Section>
  );
}

function Dataverse({ environment }: { environment: Environment }) {
  const database = environment.properties.linkedEnvironmentMetadata;
  if (!database) return null;
  return (
    <Section title="Dataverse">
      <Facts>
        <Fact term="URL">
          <Copied what="the URL" text={database.instanceUrl} />
        </Fact>
        <Fact term="Web API">
          <Copied what="the Web API's address" text={location.origin + dataUrl(environment)} />
        </Fact>
        <Fact term="Organization ID">
          <Copied what="the organization ID" text={database.resourceId} />
        </Fact>
        <Fact term="Unique name">{database.uniqueName}</Fact>
        <Fact term="Version">{database.version}</Fact>
      </Facts>
    </Section>
  );
}

function Capacity({ environment }: { environment: Environment }) {
  const styles = useStyles();
  const used = (environment.properties.capacity ?? []).filter(
    (entry) => entry.ratedConsumption > 0 || entry.actualConsumption > 0,
  );
  return (
    <Section title="Capacity">
      {used.length === 0 && <Text className={styles.soft}>Nothing is used yet.</Text>}
      {used.map((entry) => (
        <Field
          key={entry.capacityType}
          label={`${entry.capacityType}: ${megabytes(entry.actualConsumption)}`}
          validationState="none"
          hint={`Counted as ${megabytes(entry.ratedConsumption)}, the least that an environment takes.`}
        >
          <ProgressBar
            thickness="large"
            value={entry.actualConsumption}
            max={Math.max(entry.ratedConsumption, entry.actualConsumption, 1)}
          />
        </Field>
      ))}
    </Section>
  );
}

const SHOWN = 5;

function RecentOperations({ environment }: { environment: Environment }) {
  const styles = useStyles();
  const operations = useQuery(operationsQuery(environment.name));
  return (
    <Section title="Recent operations">
      {operations.data?.length === 0 && (
        <Text className={styles.soft}>Nothing has been done to it yet.</Text>
      )}
      {operations.error && <Text className={styles.soft}>{operations.error.message}</Text>}
      <ul className={styles.list}>
        {operations.data?.slice(0, SHOWN).map((operation) => (
          <li key={operation.id} className={styles.operation}>
            <div>
              <Text weight="semibold" block>
                {operation.typeDisplayName}
              </Text>
              <Text size={200} className={styles.soft}>
                {dateTime(operation.createdDateTime)} · {operation.requestedBy?.displayName}
                {took(operation)}
              </Text>
              {operation.error && (
                <Text size={200} block>
                  {operation.error.message}
                </Text>
              )}
            </div>
            <Badge appearance="tint" color={OPERATION_COLOR[operation.state.id] ?? "informative"}>
              {operation.state.id}
            </Badge>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const OPERATION_COLOR: Record<string, "success" | "danger"> = {
  Succeeded: "success",
  Failed: "danger",
};

function took({ createdDateTime, lastActionDateTime }: Operation): string {
  if (!lastActionDateTime) return "";
  const seconds = (Date.parse(lastActionDateTime) - Date.parse(createdDateTime)) / 1000;
  return seconds >= 1 ? ` · ${Math.round(seconds)} s` : "";
}

function NoDatabase({ environment, add }: { environment: Environment; add: () => void }) {
  const reason = refusal(environment, "Provision", "CreateDatabase");
  return (
    <EmptyState
      icon={<DatabaseRegular />}
      title="No Dataverse data store yet"
      action={
        reason ? (
          <Text weight="semibold">{reason}</Text>
        ) : (
          <Button appearance="primary" onClick={add}>
            Add Dataverse
          </Button>
        )
      }
    >
      Apps and flows work without one. Tables, model-driven apps and solutions need one. Environment
      Admins become System Administrators; makers must be given a security role again.
    </EmptyState>
  );
}

function Dialogs(props: { environment: Environment; dialog?: Dialog; close: () => void }) {
  const { environment, dialog, close } = props;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { displayName } = environment.properties;
  const refresh = async () => {
    await queries.invalidateQueries(environmentsQuery);
    await queries.invalidateQueries(operationsQuery(environment.name));
  };
  if (dialog === "edit") return <EditPanel {...{ environment, close, refresh }} />;
  if (dialog === "database") return <DatabasePanel {...{ environment, close, refresh }} />;
  if (dialog === "convert") {
    const type = otherType(environment);
    return (
      <ConfirmDialog
        title={`Convert to ${type.toLowerCase()}?`}
        action="Convert"
        working="Converting…"
        run={async () => {
          await convertEnvironment(environment.name, type);
          await refresh();
          notify(`${displayName} is a ${type.toLowerCase()} environment now`);
        }}
        close={close}
      >
        {displayName} keeps its people, apps, flows and data. It can be converted back later.
      </ConfirmDialog>
    );
  }
  if (dialog !== "delete") return null;
  return (
    <ConfirmDialog
      title={`Delete ${displayName}?`}
      action="Delete"
      working="Deleting…"
      typeName={displayName}
      run={async () => {
        await deleteEnvironment(environment.name);
        await navigate({ to: "/environments" });
        await queries.invalidateQueries(environmentsQuery);
        await queries.invalidateQueries(deletedEnvironmentsQuery);
        notify(`${displayName} was deleted`);
      }}
      close={close}
    >
      Its apps, flows and data go with it. An administrator can recover it for seven days.
    </ConfirmDialog>
  );
}

interface PanelProps {
  environment: Environment;
  close: () => void;
  refresh: () => Promise<void>;
}

function EditPanel({ environment, close, refresh }: PanelProps) {
  const [displayName, setDisplayName] = useState(environment.properties.displayName);
  const [description, setDescription] = useState(environment.properties.description ?? "");
  const save = async () => {
    await editEnvironment(environment.name, { displayName, description });
    await refresh();
  };
  return (
    <Panel title="Edit details" action="Save" working="Saving…" run={save} close={close}>
      <Field label="Name" required>
        <Input value={displayName} onChange={(_, data) => setDisplayName(data.value)} />
      </Field>
      <Field label="Purpose">
        <Textarea value={description} onChange={(_, data) => setDescription(data.value)} />
      </Field>
    </Panel>
  );
}

function DatabasePanel({ environment, close, refresh }: PanelProps) {
  const [database, setDatabase] = useState(DEFAULT_DATABASE);
  const add = async () => {
    await addDatabase(environment.name, database);
    await refresh();
    notify(`${environment.properties.displayName} has a data store now`);
  };
  return (
    <Panel title="Add Dataverse" action="Add" working="Adding…" run={add} close={close}>
      <DatabaseFields location={environment.location} value={database} onChange={setDatabase} />
    </Panel>
  );
}
