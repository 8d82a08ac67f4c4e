import {
  Button,
  Drawer,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  Dropdown,
  Field,
  Input,
  makeStyles,
  Option,
  ProgressBar,
  Switch,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  createEnvironment,
  type EnvironmentType,
  environmentsQuery,
  locationsQuery,
} from "../api/environments";
import { ErrorMessage } from "../ui/ErrorMessage";
import { domainFrom } from "../ui/format";
import { DatabaseFields, DEFAULT_DATABASE } from "./DatabaseFields";

const useStyles = makeStyles({
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
});

const TYPES: Partial<Record<EnvironmentType, string>> = {
  Sandbox: "For development and testing. Can be copied and reset.",
  Production: "For permanent work. Needs 1 GB of database capacity.",
  Trial: "For one person, for 30 days. One at a time for each person.",
  Developer: "For its owner only. Needs the developer plan.",
};

/** The two steps of "New" as one panel: the environment, and its data store. */
export function NewEnvironmentPanel({ close }: { close: () => void }) {
  const styles = useStyles();
  const queries = useQueryClient();
  const locations = useQuery(locationsQuery);
  const [name, setName] = useState("");
  const [type, setType] = useState<EnvironmentType>("Sandbox");
  const [chosenLocation, setLocation] = useState<string>();
  const [description, setDescription] = useState("");
  const [hasDatabase, setHasDatabase] = useState(true);
  const [database, setDatabase] = useState(DEFAULT_DATABASE);

  const fallback = locations.data?.find((other) => other.properties.isDefault)?.name ?? "";
  const location = chosenLocation ?? fallback;
  const create = useMutation({
    mutationFn: () =>
      createEnvironment({
        displayName: name.trim(),
        description,
        type,
        location,
        database: hasDatabase ? database : undefined,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries(environmentsQuery);
      close();
    },
  });
  const isReady = name.trim() !== "" && location !== "";

  return (
    <Drawer open position="end" size="medium" onOpenChange={(_, data) => !data.open && close()}>
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
          New environment
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <form
          id="new-environment"
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady && !create.isPending) create.mutate();
          }}
        >
          {create.error ? <ErrorMessage error={create.error} /> : null}
          <Field label="Name" required>
            <Input
              value={name}
              onChange={(_, data) => {
                const follows = database.domain === domainFrom(name);
                setName(data.value);
                if (follows) setDatabase({ ...database, domain: domainFrom(data.value) });
              }}
            />
          </Field>
          <Field label="Type" hint={TYPES[type]}>
            <Dropdown
              value={type}
              selectedOptions={[type]}
              onOptionSelect={(_, data) => setType(data.optionValue as EnvironmentType)}
            >
              {Object.keys(TYPES).map((other) => (
                <Option key={other} value={other}>
                  {other}
                </Option>
              ))}
            </Dropdown>
          </Field>
          <Field label="Region" hint="Apps and data stay there. Cannot be changed later.">
            <Dropdown
              value={
                locations.data?.find((other) => other.name === location)?.properties.displayName ??
                ""
              }
              selectedOptions={[location]}
              onOptionSelect={(_, data) => setLocation(data.optionValue)}
            >
              {locations.data?.map((other) => (
                <Option key={other.name} value={other.name} disabled={other.properties.isDisabled}>
                  {other.properties.displayName}
                </Option>
              ))}
            </Dropdown>
          </Field>
          <Field label="Purpose">
            <Textarea value={description} onChange={(_, data) => setDescription(data.value)} />
          </Field>
          <Switch
            label="Add a Dataverse data store"
            checked={hasDatabase}
            onChange={(_, data) => setHasDatabase(data.checked)}
          />
          {hasDatabase && (
            <DatabaseFields location={location} value={database} onChange={setDatabase} />
          )}
        </form>
      </DrawerBody>
      <DrawerFooter style={{ flexDirection: "column", alignItems: "stretch" }}>
        {create.isPending && <ProgressBar aria-label="Creating the environment" />}
        <div style={{ display: "flex", gap: 8 }}>
          <Button
            appearance="primary"
            type="submit"
            form="new-environment"
            disabledFocusable={!isReady || create.isPending}
          >
            {create.isPending ? "Creating…" : "Create"}
          </Button>
          <Button onClick={close}>Cancel</Button>
        </div>
      </DrawerFooter>
    </Drawer>
  );
}
