import { expect, test } from "vitest";
import { count, date, domainFrom, megabytes } from "./format";

test("a domain comes from a name", () => {
  expect(domainFrom("Sales Dev")).toBe("sales-dev");
  expect(domainFrom("  Zürich (Prod) ")).toBe("zurich-prod");
  expect(domainFrom("—")).toBe("");
  expect(domainFrom("An environment with a long name here")).toBe(
    "an-environment-with-a-long-name",
  );
});

test("numbers of things", () => {
  expect(count(1, "row", "rows")).toBe("1 row");
  expect(count(5000, "row", "rows", 5000)).toBe("5,000+ rows");
});

test("sizes", () => {
  expect(megabytes(9)).toBe("9 MB");
  expect(megabytes(3.25)).toBe("3.3 MB");
  expect(megabytes(2048)).toBe("2.0 GB");
});

test("what is no date is shown as it is", () => {
  expect(date(undefined)).toBe("–");
  expect(date("soon")).toBe("soon");
});
