import {
  makeStyles,
  mergeClasses,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from "@fluentui/react-components";
import type { ReactNode } from "react";

export interface GridColumn<T> {
  id: string;
  label: string;
  cell: (item: T) => ReactNode;
  width?: string;
  sortable?: boolean;
}

const useStyles = makeStyles({
  frame: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    overflow: "auto",
    backgroundColor: tokens.colorNeutralBackground1,
  },
  head: { backgroundColor: tokens.colorNeutralBackground2 },
  label: { fontWeight: tokens.fontWeightSemibold },
  cell: { whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis" },
});

/** A list of things of one kind, one row each. */
export function Grid<T>(props: {
  label: string;
  columns: GridColumn<T>[];
  items: T[];
  keyOf: (item: T) => string;
  sort?: { column: string; descending: boolean };
  onSort?: (column: string) => void;
}) {
  const styles = useStyles();
  const direction = props.sort?.descending ? "descending" : "ascending";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard.
    <section className={styles.frame} aria-label={props.label} tabIndex={0}>
      <Table aria-label={props.label} sortable={Boolean(props.onSort)}>
        <TableHeader className={styles.head}>
          <TableRow>
            {props.columns.map((column) => (
              <TableHeaderCell
                key={column.id}
                className={styles.label}
                style={{ minWidth: column.width }}
                sortDirection={props.sort?.column === column.id ? direction : undefined}
                onClick={column.sortable ? () => props.onSort?.(column.id) : undefined}
                sortable={Boolean(column.sortable && props.onSort)}
              >
                {column.label}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {props.items.map((item) => (
            <TableRow key={props.keyOf(item)}>
              {props.columns.map((column) => (
                <TableCell key={column.id} className={mergeClasses(styles.cell)}>
                  {column.cell(item)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  );
}
