import {
  Button,
  Checkbox,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
  useArrowNavigationGroup,
} from "@fluentui/react-components";
import { type ReactNode, useState } from "react";
import { useWidth } from "./useWidth";
import { type Sort, sorted } from "./view";

export interface GridColumn<T> {
  id: string;
  label: string;
  cell: (item: T) => ReactNode;
  /** The least width, in pixels; what is left over is shared out in proportion. */
  width: number;
  /** The narrowest window that has room for it. */
  from?: number;
  /** What the column is sorted by here; where the server sorts, `true` is enough. */
  sort?: ((item: T) => string | number | boolean | null | undefined) | true;
}

interface Selection {
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Long lists are drawn in parts: a browser is slow with thousands of rows. */
const PART = 100;
const CHECK_WIDTH = 48;

const useStyles = makeStyles({
  frame: {
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow2,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    overflowX: "auto",
    overflowY: "hidden",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  line: {
    "& > :first-child": { paddingLeft: tokens.spacingHorizontalL },
    ":last-child": { borderBottomColor: "transparent" },
  },
  head: { "& > :first-child": { paddingLeft: tokens.spacingHorizontalL } },
  label: {
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: "nowrap",
    boxSizing: "border-box",
  },
  cell: {
    height: "44px",
    whiteSpace: "nowrap",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  check: { paddingRight: 0, boxSizing: "border-box" },
  more: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground2,
  },
});

/** A list of things of one kind, one row each. */
export function Grid<T>(props: {
  label: string;
  columns: GridColumn<T>[];
  items: T[];
  keyOf: (item: T) => string;
  /** What a row is called, for whoever chooses it. */
  nameOf?: (item: T) => string;
  sort?: Sort;
  onSort?: (column: string) => void;
  selection?: Selection;
}) {
  const styles = useStyles();
  const width = useWidth();
  // Rows that are chosen among are one stop for the Tab key, with arrows within.
  const arrows = useArrowNavigationGroup({ axis: "grid", memorizeCurrent: true });
  const [drawn, setDrawn] = useState(PART);
  const columns = props.columns.filter((column) => (column.from ?? 0) <= width);
  const { sort, selection, keyOf, nameOf = keyOf } = props;
  const by = props.columns.find((column) => column.id === sort?.column)?.sort;
  const items =
    sort && typeof by === "function" ? sorted(props.items, by, sort.descending) : props.items;
  const shown = items.slice(0, drawn);
  const least = columns.reduce((sum, column) => sum + column.width, selection ? CHECK_WIDTH : 0);

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard. */}
      <section className={styles.frame} aria-label={`${props.label} list`} tabIndex={0}>
        <Table
          aria-label={props.label}
          role={selection ? "grid" : undefined}
          sortable={Boolean(props.onSort)}
          style={{ minWidth: least }}
        >
          <TableHeader>
            <TableRow className={styles.head}>
              {selection && (
                <TableHeaderCell
                  sortable={false}
                  style={{ width: CHECK_WIDTH }}
                  className={styles.check}
                >
                  <ChooseAll keys={shown.map(keyOf)} {...selection} />
                </TableHeaderCell>
              )}
              {columns.map((column) => {
                const isSortable = Boolean(column.sort && props.onSort);
                const direction = sort?.descending ? "descending" : "ascending";
                return (
                  <TableHeaderCell
                    key={column.id}
                    className={styles.label}
                    style={{ width: column.width }}
                    sortable={isSortable}
                    sortDirection={sort?.column === column.id ? direction : undefined}
                    onClick={isSortable ? () => props.onSort?.(column.id) : undefined}
                  >
                    {column.label}
                  </TableHeaderCell>
                );
              })}
            </TableRow>
          </TableHeader>
          <TableBody {...(selection ? arrows : {})}>
            {shown.map((item) => (
              <TableRow
                key={keyOf(item)}
                className={styles.line}
                appearance={selection?.chosen.has(keyOf(item)) ? "brand" : "none"}
                aria-selected={selection ? selection.chosen.has(keyOf(item)) : undefined}
              >
                {selection && (
                  <TableCell className={styles.check}>
                    <Choose id={keyOf(item)} name={nameOf(item)} {...selection} />
                  </TableCell>
                )}
                {columns.map((column) => (
                  <TableCell key={column.id} className={styles.cell}>
                    {column.cell(item)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </section>
      {items.length > drawn && (
        <div className={styles.more}>
          <Button onClick={() => setDrawn(drawn + PART)}>Show more</Button>
          <Text>
            {drawn.toLocaleString()} of {items.length.toLocaleString()} are shown.
          </Text>
        </div>
      )}
    </>
  );
}

function Choose({ id, name, chosen, onChoose }: Selection & { id: string; name: string }) {
  const toggle = () => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return <Checkbox aria-label={`Choose ${name}`} checked={chosen.has(id)} onChange={toggle} />;
}

function ChooseAll({ keys, chosen, onChoose }: Selection & { keys: string[] }) {
  const isAll = keys.length > 0 && keys.every((key) => chosen.has(key));
  return (
    <Checkbox
      aria-label="Choose all rows"
      checked={isAll || (chosen.size > 0 ? "mixed" : false)}
      onChange={() => onChoose(new Set(isAll ? [] : keys))}
    />
  );
}
