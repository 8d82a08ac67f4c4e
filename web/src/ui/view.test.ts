import { expect, test } from "vitest";
import { matches, sorted } from "./view";

test("numbers sort by size, texts as people sort them", () => {
  expect(sorted([10, 9, 100], (n) => n, false)).toEqual([9, 10, 100]);
  expect(sorted(["1.10.0", "1.9.0", "b", "A"], (text) => text, false)).toEqual([
    "1.9.0",
    "1.10.0",
    "A",
    "b",
  ]);
  expect(sorted(["a", "b"], (text) => text, true)).toEqual(["b", "a"]);
});

test("finding goes by parts, in any case", () => {
  expect(matches("POLL", "Apollo", undefined)).toBe(true);
  expect(matches(" ", null)).toBe(true);
  expect(matches("x", "Apollo", null)).toBe(false);
});
