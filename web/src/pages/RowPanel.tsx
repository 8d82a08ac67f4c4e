import { Button, Skeleton, SkeletonItem } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type ColumnInfo,
  choicesQuery,
  createRow,
  type Row,
  referencesQuery,
  row,
  type TableInfo,
  tableName,
  tablesQuery,
  updateRow,
} from "../api/dataverse";
import { ErrorMessage } from "../ui/ErrorMessage";
import { Panel } from "../ui/Panel";
import { RowField } from "./RowField";
import { formColumns, fromRow, property, toWire, type Value } from "./row";

interface Props {
  base: string;
  table: TableInfo;
  columns: ColumnInfo[];
  /** The columns of the default view: the ones that matter. */
  view: string[];
  /** The row to change; without one, a new row. */
  id?: string;
  saved: () => Promise<unknown>;
  close: () => void;
}

/** A row to fill in. */
export function RowPanel(props: Props) {
  const { base, table, id, close } = props;
  const fields = formColumns(props.columns, props.view, !id);
  const choices = useQuery(choicesQuery(base, table.LogicalName));
  const references = useQuery(referencesQuery(base, table.LogicalName));
  const tables = useQuery(tablesQuery(base));
  const before = useQuery({
    queryKey: ["row", base, table.LogicalName, id],
    queryFn: () => row(base, table, id ?? "", fields.columns.map(property)),
    enabled: Boolean(id),
    // A form begins with what is true now.
    staleTime: 0,
    gcTime: 0,
  });
  const [values, setValues] = useState<Record<string, Value>>({});
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? fields.columns : fields.columns.slice(0, fields.main);
  const error = choices.error ?? references.error ?? tables.error ?? before.error;
  const isPending =
    !choices.data || !references.data || !tables.data || Boolean(id && !before.data);

  const setTo = (column: ColumnInfo) =>
    column.LogicalName in values
      ? values[column.LogicalName]
      : before.data && fromRow(before.data, column);
  /** A value as the API wants it: plain, or as a link. */
  const member = (column: ColumnInfo): [string, unknown] => {
    const value = values[column.LogicalName];
    if (column.AttributeType !== "Lookup" && column.AttributeType !== "Customer") {
      return [column.LogicalName, toWire(column, value as string | undefined)];
    }
    const target = typeof value === "object" ? value : undefined;
    const reference = references.data?.find(
      ({ ReferencingAttribute: name, ReferencedEntity: to }) =>
        name === column.LogicalName && (!target || to === target.table),
    );
    const set = tables.data?.find((other) => other.LogicalName === target?.table)?.EntitySetName;
    const link = `${reference?.ReferencingEntityNavigationPropertyName}@odata.bind`;
    return [link, target ? `/${set}(${target.id})` : null];
  };
  const save = async () => {
    const changed = fields.columns.filter((column) => column.LogicalName in values);
    const wire: Row = Object.fromEntries(changed.map(member));
    await (before.data ? updateRow(base, table, before.data, wire) : createRow(base, table, wire));
    await props.saved();
  };

  const name = before.data?.[table.PrimaryNameAttribute ?? ""];
  return (
    <Panel
      title={id ? String(name || tableName(table)) : `New ${tableName(table)}`}
      action="Save"
      working="Saving…"
      run={save}
      close={close}
      pending={isPending}
    >
      {error && <ErrorMessage error={error} />}
      {isPending && !error && (
        <Skeleton aria-label="Loading">
          <SkeletonItem size={32} />
        </Skeleton>
      )}
      {!isPending &&
        shown.map((column) => (
          <RowField
            key={column.LogicalName}
            base={base}
            column={column}
            choices={choices.data?.get(column.LogicalName) ?? []}
            tables={tables.data ?? []}
            value={setTo(column)}
            onChange={(value) => setValues({ ...values, [column.LogicalName]: value })}
          />
        ))}
      {!isPending && shown.length < fields.columns.length && (
        <div>
          <Button onClick={() => setShowsAll(true)}>
            Show {fields.columns.length - shown.length} more columns
          </Button>
        </div>
      )}
    </Panel>
  );
}
