// The picture of the portal in the README: `npm run picture`.

import { resolve } from "node:path";
import { createEnvironment, importPackage } from "./api";
import { expect, signIn, test } from "./test";

test("@picture", async ({ page }) => {
  await createEnvironment("Sales", { type: "Production", domain: "sales" });
  const name = await createEnvironment("Sales Dev", { domain: "sales-dev" });
  await importPackage("sales-dev");
  await page.goto(`/environments/${name}/solutions/ProjectTracker`);
  await signIn(page, "admin");
  await expect(page.getByRole("table", { name: "Objects" })).toBeVisible();
  await page.getByRole("main").blur();
  await page.screenshot({
    path: resolve(import.meta.dirname, "../../docs/portal.png"),
    animations: "disabled",
  });
});
