import {
  Combobox,
  Dropdown,
  Field,
  Input,
  Option,
  Switch,
  Textarea,
} from "@fluentui/react-components";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Choice,
  type ColumnInfo,
  columnName,
  nameContains,
  rows,
  type TableInfo,
  text,
} from "../api/dataverse";
import { editorOf, isRequired, type Target, type Value } from "./row";

interface Props {
  base: string;
  column: ColumnInfo;
  choices: Choice[];
  tables: TableInfo[];
  value: Value;
  onChange: (value: Value) => void;
}

/** The field for one column of a row. */
export function RowField(props: Props) {
  const { column, value, onChange } = props;
  const label = columnName(column);
  if (editorOf(column) === "yesNo") {
    return (
      <Field label={label} hint={text(column.Description)}>
        <Switch
          label={value === "true" ? yes(props.choices) : no(props.choices)}
          checked={value === "true"}
          onChange={(_, data) => onChange(String(data.checked))}
        />
      </Field>
    );
  }
  return (
    <Field label={label} required={isRequired(column)} hint={text(column.Description) || undefined}>
      <Control {...props} />
    </Field>
  );
}

const yes = (choices: Choice[]) => choices.find((choice) => choice.value === 1)?.label ?? "Yes";
const no = (choices: Choice[]) => choices.find((choice) => choice.value === 0)?.label ?? "No";

/** What stands in the field. It takes what `Field` gives its child: id, description, whether required. */
function Control({ base, column, choices, tables, value, onChange, ...given }: Props) {
  const plain = typeof value === "string" ? value : "";
  const editor = editorOf(column);
  switch (editor) {
    case "memo":
      return (
        <Textarea
          {...given}
          resize="vertical"
          maxLength={column.MaxLength}
          value={plain}
          onChange={(_, data) => onChange(data.value)}
        />
      );
    case "choice":
    case "choices":
      return (
        <ChoiceControl
          {...given}
          choices={choices}
          several={editor === "choices"}
          isRequired={isRequired(column)}
          value={plain}
          onChange={onChange}
        />
      );
    case "lookup":
      return (
        <LookupControl
          {...given}
          base={base}
          tables={tables.filter((table) => column.Targets?.includes(table.LogicalName))}
          value={typeof value === "object" ? value : undefined}
          onChange={onChange}
        />
      );
    default:
      return (
        <Input
          {...given}
          type={inputType(column)}
          step={editor === "whole" ? 1 : editor === "number" ? "any" : undefined}
          min={column.MinValue}
          max={column.MaxValue}
          maxLength={editor === "text" ? column.MaxLength : undefined}
          value={plain}
          onChange={(_, data) => onChange(data.value)}
        />
      );
  }
}

function inputType(column: ColumnInfo) {
  switch (editorOf(column)) {
    case "whole":
    case "number":
      return "number";
    case "date":
      return "date";
    case "dateTime":
      return "datetime-local";
    default:
      return TEXT_TYPE[column.Format ?? ""] ?? "text";
  }
}

const TEXT_TYPE: Record<string, "email" | "url" | "tel"> = {
  Email: "email",
  Url: "url",
  Phone: "tel",
};

const NOTHING = "";

function ChoiceControl(props: {
  choices: Choice[];
  several: boolean;
  isRequired: boolean;
  value: string;
  onChange: (value: Value) => void;
}) {
  const { choices, several, isRequired: mustBe, value, onChange, ...given } = props;
  const chosen = value === "" ? [] : value.split(",");
  const labels = choices.filter((choice) => chosen.includes(String(choice.value)));
  return (
    <Dropdown
      {...given}
      multiselect={several}
      value={labels.map((choice) => choice.label).join(", ")}
      selectedOptions={chosen}
      onOptionSelect={(_, data) =>
        onChange(data.selectedOptions.filter((option) => option !== NOTHING).join(","))
      }
    >
      {!several && !mustBe && (
        <Option value={NOTHING} text="Nothing">
          –
        </Option>
      )}
      {choices.map((choice) => (
        <Option key={choice.value} value={String(choice.value)}>
          {choice.label}
        </Option>
      ))}
    </Dropdown>
  );
}

const FOUND = 10;

/** Finds the row that a lookup leads to by its name. */
function LookupControl(props: {
  base: string;
  tables: TableInfo[];
  value: Target | undefined;
  onChange: (value: Value) => void;
}) {
  const { base, tables, value, onChange, ...given } = props;
  const [typed, setTyped] = useState<string>();
  const find = typed ?? "";
  const found = useQuery({
    queryKey: ["lookup", base, tables.map((table) => table.LogicalName), find],
    queryFn: () => targets(base, tables, find),
    placeholderData: keepPreviousData,
  });
  return (
    <Combobox
      {...given}
      placeholder="Find by name"
      value={typed ?? value?.name ?? ""}
      selectedOptions={value ? [value.id] : []}
      onChange={(event) => {
        setTyped(event.target.value);
        if (event.target.value === "") onChange(undefined);
      }}
      onBlur={() => setTyped(undefined)}
      onOptionSelect={(_, data) => {
        setTyped(undefined);
        onChange(found.data?.find((target) => target.id === data.optionValue));
      }}
    >
      {found.data?.map((target) => (
        <Option key={target.id} value={target.id} text={target.name}>
          {target.name}
        </Option>
      ))}
      {found.data?.length === 0 && (
        <Option disabled text="">
          {find ? "Nothing has such a name." : "There are no rows yet."}
        </Option>
      )}
      {found.error && (
        <Option disabled text="">
          {found.error.message}
        </Option>
      )}
    </Combobox>
  );
}

async function targets(base: string, tables: TableInfo[], find: string): Promise<Target[]> {
  const lists = await Promise.all(
    tables
      .filter((table) => table.PrimaryNameAttribute)
      .map(async (table) => {
        const name = table.PrimaryNameAttribute ?? "";
        const page = await rows(base, table, {
          columns: [name],
          orderBy: name,
          filter: find ? nameContains(table, find) : undefined,
        });
        return page.rows.slice(0, FOUND).map((row) => ({
          id: String(row[table.PrimaryIdAttribute]),
          table: table.LogicalName,
          name: String(row[name] ?? "–"),
        }));
      }),
  );
  return lists.flat().slice(0, FOUND);
}
