// What the addresses of pages say beside the path: what is found for, sort, tab.
// What makes no sense in an address is left out.

import type { ListView } from "../ui/view";

export type SolutionsView = ListView & { show?: "managed" | "unmanaged" };
export type SolutionView = ListView & { kind?: string };
export type TablesView = ListView & { show?: "all" };
export type TableView = ListView & { show?: "columns" };

type Search = Record<string, unknown>;

const text = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));

const oneOf = <T extends string>(value: unknown, ...known: T[]) =>
  known.find((other) => other === value);

export const listView = (search: Search): ListView => ({
  find: text(search.find),
  sort: text(search.sort),
  descending: search.descending === true ? true : undefined,
});

export const solutionsView = (search: Search): SolutionsView => ({
  ...listView(search),
  show: oneOf(search.show, "managed", "unmanaged"),
});

export const solutionView = (search: Search): SolutionView => ({
  ...listView(search),
  kind: text(search.kind),
});

export const tablesView = (search: Search): TablesView => ({
  ...listView(search),
  show: oneOf(search.show, "all"),
});

export const tableView = (search: Search): TableView => ({
  ...listView(search),
  show: oneOf(search.show, "columns"),
});
