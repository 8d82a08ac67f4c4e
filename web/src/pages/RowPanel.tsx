import { Button, Skeleton, SkeletonItem } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type ColumnInfo,
  choicesQuery,
  createRow,
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
import { byDefault, formColumns, fromRow, property, rowOf, type Value } from "./row";

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
    // A form begins with what is true now, and then stands still: what others change meanwhile is
    // noticed when it is saved.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const [values, setValues] = useState<Record<string, Value>>({});
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? fields.columns : fields.columns.slice(0, fields.main);
  const error = choices.error ?? references.error ?? tables.error ?? before.error;
  const isPending =
    !choices.data || !references.data || !tables.data || Boolean(id && !before.data);

  const valueIn = (column: ColumnInfo) => {
    if (column.LogicalName in values) return values[column.LogicalName];
    return before.data ? fromRow(before.data, column) : byDefault(column);
  };
  const save = async () => {
    const wire = rowOf(fields.columns, values, references.data ?? [], tables.data ?? []);
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
            value={valueIn(column)}
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
