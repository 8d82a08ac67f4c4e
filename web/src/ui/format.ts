// How values are written for people.

function written(value: string | null | undefined, options: Intl.DateTimeFormatOptions): string {
  if (!value) return "–";
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? value : time.toLocaleString(undefined, options);
}

/** A date in the person's own way of writing it, or a dash. */
export const date = (value: string | null | undefined) => written(value, { dateStyle: "medium" });

/** The same with the time of day. */
export const dateTime = (value: string | null | undefined) =>
  written(value, { dateStyle: "medium", timeStyle: "short" });

/** Megabytes in the largest unit that keeps a whole part. */
export function megabytes(value: number): string {
  if (value >= 1024) return `${(value / 1024).toFixed(1)} GB`;
  return `${value.toFixed(value < 10 && value !== Math.round(value) ? 1 : 0)} MB`;
}

/** A number of things: `1 row`, `2 rows`, `5,000+ rows`. */
export function count(value: number, one: string, many: string, limit = Number.POSITIVE_INFINITY) {
  const number = value.toLocaleString();
  return `${number}${value >= limit ? "+" : ""} ${value === 1 ? one : many}`;
}

/** A host name label from what people call a thing: `Sales Dev` becomes `sales-dev`. */
export function domainFrom(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 32)
    .replace(/^-+|-+$/g, "");
}
