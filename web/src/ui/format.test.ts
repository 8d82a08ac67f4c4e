import { expect, test } from "vitest";
import { exportFileName, hexCode } from "../api/solutions";
import { count, domainFrom, megabytes } from "./format";

test("a domain comes from a name", () => {
  expect(domainFrom("Sales Dev")).toBe("sales-dev");
  expect(domainFrom("  Zürich (Prod) ")).toBe("zurich-prod");
  expect(domainFrom("—")).toBe("");
});

test("numbers of things", () => {
  expect(count(1, "row", "rows")).toBe("1 row");
  expect(count(5000, "row", "rows", 5000)).toBe("5,000+ rows");
});

test("sizes", () => {
  expect(megabytes(3.25)).toBe("3.3 MB");
  expect(megabytes(2048)).toBe("2.0 GB");
});

test("error codes", () => {
  expect(hexCode(-2147188685)).toBe("0x80048033");
});

test("an exported package is named as the platform names it", () => {
  const solution = { uniquename: "Tracker", version: "1.0.0.3" };
  expect(exportFileName(solution, true)).toBe("Tracker_1_0_0_3_managed.zip");
});
