import { Dropdown, Field, Input, Option, Switch, Textarea } from "@fluentui/react-components";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import {
  createEnvironment,
  type EnvironmentType,
  environmentsQuery,
  locationsQuery,
  regionName,
} from "../api/environments";
import { domainFrom } from "../ui/format";
import { notify } from "../ui/notify";
import { Panel } from "../ui/Panel";
import { DatabaseFields, DEFAULT_DATABASE } from "./DatabaseFields";

const TYPES: Partial<Record<EnvironmentType, string>> = {
  Sandbox: "For development and testing. Can be copied and reset.",
  Production: "For permanent work. Needs 1 GB of database capacity.",
  Trial: "For one person, for 30 days. One at a time for each person.",
  Developer: "For its owner only. Needs the developer plan.",
};

/** The two steps of "New" as one panel: the environment, and its data store. */
export function NewEnvironmentPanel({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const locations = useQuery(locationsQuery);
  const [name, setName] = useState("");
  const [type, setType] = useState<EnvironmentType>("Sandbox");
  const [chosenLocation, setLocation] = useState<string>();
  const [description, setDescription] = useState("");
  const [hasDatabase, setHasDatabase] = useState(true);
  const [database, setDatabase] = useState(DEFAULT_DATABASE);

  const home = locations.data?.find((other) => other.properties.isDefault)?.name ?? "";
  const location = chosenLocation ?? home;
  const rename = (value: string) => {
    // The URL follows the name until somebody changes it.
    const follows = database.domain === domainFrom(name);
    if (follows) setDatabase({ ...database, domain: domainFrom(value) });
    setName(value);
  };
  const create = async () => {
    const displayName = name.trim();
    const created = await createEnvironment({
      displayName,
      description,
      type,
      location,
      database: hasDatabase ? database : undefined,
    });
    await queries.invalidateQueries(environmentsQuery);
    notify(`${displayName} is ready`);
    await navigate({ to: "/environments/$environment", params: { environment: created } });
  };

  return (
    <Panel title="New environment" action="Create" working="Creating…" run={create} close={close}>
      <Field label="Name" required>
        <Input value={name} onChange={(_, data) => rename(data.value)} />
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
          value={regionName(locations.data, location)}
          selectedOptions={[location]}
          onOptionSelect={(_, data) => setLocation(data.optionValue)}
        >
          {locations.data?.map((other) => (
            <Option
              key={other.name}
              value={other.name}
              text={other.properties.displayName}
              disabled={other.properties.isDisabled}
            >
              {other.properties.displayName}
              {other.properties.isDisabled && " (only for tenants that are at home there)"}
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
    </Panel>
  );
}
