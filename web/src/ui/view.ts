// View state in the address: what is found for, and how a list is sorted.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export interface Sort {
  column: string;
  descending: boolean;
}

export interface ListView {
  find?: string;
  sort?: string;
  descending?: true;
}

/** The view state of the page, and how to change it. It is no step to go back to. */
export function useView<T extends ListView>() {
  const navigate = useNavigate();
  const search: unknown = useSearch({ strict: false });
  const view = search as T;
  const change = useCallback(
    (by: Partial<T>) => {
      // The address of every page takes what its own `validateSearch` knows.
      const next = ((before: object) => ({ ...before, ...by })) as never;
      navigate({ to: ".", search: next, replace: true });
    },
    [navigate],
  );
  const find = useCallback(
    (text: string) => change({ find: text || undefined } as Partial<T>),
    [change],
  );
  const sort: Sort | undefined = view.sort
    ? { column: view.sort, descending: view.descending ?? false }
    : undefined;
  const sortBy = (column: string) => {
    const isAgain = view.sort === column && !view.descending;
    change({ sort: column, descending: isAgain || undefined } as Partial<T>);
  };
  return { view, change, find, sort, sortBy };
}

/** `items` by what `value` gives for them: numbers by size, texts as people sort them. */
export function sorted<T>(
  items: T[],
  value: (item: T) => string | number | boolean | null | undefined,
  descending: boolean,
): T[] {
  const keyed = items.map((item) => ({ item, key: value(item) ?? "" }));
  keyed.sort((a, b) =>
    typeof a.key === "number" && typeof b.key === "number"
      ? a.key - b.key
      : String(a.key).localeCompare(String(b.key), undefined, { numeric: true }),
  );
  if (descending) keyed.reverse();
  return keyed.map(({ item }) => item);
}

/** Whether one of `texts` has `part` in it, in any case. */
export function matches(part: string | undefined, ...texts: (string | null | undefined)[]) {
  const wanted = (part ?? "").trim().toLowerCase();
  return wanted === "" || texts.some((text) => text?.toLowerCase().includes(wanted));
}
