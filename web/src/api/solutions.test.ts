import { expect, test } from "vitest";
import { exportFileName, hexCode } from "./solutions";

test("error codes", () => {
  expect(hexCode(-2147188685)).toBe("0x80048033");
});

test("an exported package is named as the platform names it", () => {
  const solution = { uniquename: "Tracker", version: "1.0.0.3" };
  expect(exportFileName(solution, true)).toBe("Tracker_1_0_0_3_managed.zip");
  expect(exportFileName(solution, false)).toBe("Tracker_1_0_0_3.zip");
});
