// What other people see, and what happens off the main path.

import { createEnvironment } from "./api";
import { expect, isAccessible, isTold, press, signIn, signOut, test, type } from "./test";

test("an ordinary user sees what is open to him, and why the rest is not", async ({
  page,
  expected,
}) => {
  const closed = await createEnvironment("Payroll", { domain: "payroll" });
  await page.goto("/environments");
  await signIn(page, "user");
  const environments = page.getByRole("table", { name: "Environments" });
  await expect(environments.getByRole("row", { name: /\(default\)/ })).toBeVisible();
  await expect(environments.getByRole("row")).toHaveCount(2);
  await expect(page.getByText("Payroll")).toBeHidden();
  const recover = page.getByRole("button", { name: "Recover deleted environments" });
  await expect(recover).toHaveAccessibleDescription(/Only administrators/);
  await isAccessible(page);

  await press(page.getByRole("link", { name: /\(default\)/ }));
  await expect(page.getByRole("button", { name: "Edit" })).toHaveAccessibleDescription(
    "Only administrators of this environment may do that.",
  );
  await isAccessible(page);

  expected.push(/404 .*\/environments\//);
  for (const path of ["", "/solutions", "/tables", "/tables/account"]) {
    await page.goto(`/environments/${closed}${path}`);
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("That is not here, or not open to you");
    await expect(alert).toContainText(/EnvironmentNotFound · Request [0-9a-f-]{36}/);
  }
  await isAccessible(page);
  await signOut(page);
});

test("an environment goes and comes back", async ({ page }) => {
  const name = await createEnvironment("Short-lived");
  await page.goto(`/environments/${name}`);
  await signIn(page, "admin");
  await expect(page.getByRole("heading", { name: "No Dataverse data store yet" })).toBeVisible();
  await isAccessible(page);

  await press(page.getByRole("button", { name: "Edit" }));
  const panel = page.getByRole("dialog", { name: "Edit details" });
  await type(panel.getByLabel("Purpose"), "To be deleted");
  await press(panel.getByRole("button", { name: "Save" }));
  await expect(page.getByRole("main").getByText("To be deleted")).toBeVisible();

  await press(page.getByRole("button", { name: "Delete" }));
  const dialog = page.getByRole("alertdialog", { name: "Delete Short-lived?" });
  const confirm = dialog.getByRole("button", { name: "Delete" });
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await type(dialog.getByLabel("Type Short-lived to confirm"), "Short-lived");
  await isAccessible(page);
  await press(confirm);
  await isTold(page, "Short-lived was deleted");
  await expect(page.getByRole("link", { name: "Short-lived" })).toBeHidden();

  await press(page.getByRole("button", { name: "Recover deleted environments" }));
  const recover = page.getByRole("button", { name: "Recover Short-lived" });
  await expect(recover).toBeVisible();
  await isAccessible(page);
  await press(recover);
  await isTold(page, "Short-lived is back");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("link", { name: "Short-lived" })).toBeVisible();
});

test("a data store is added later", async ({ page }) => {
  const name = await createEnvironment("Late");
  await page.goto(`/environments/${name}`);
  await signIn(page, "admin");
  await press(page.getByRole("button", { name: "Add Dataverse" }));
  const panel = page.getByRole("dialog", { name: "Add Dataverse" });
  await type(panel.getByLabel("URL"), "Late!");
  await expect(panel.getByText(/Use lower-case letters/)).toBeVisible();
  await type(panel.getByLabel("URL"), "late");
  await press(panel.getByRole("button", { name: "Add", exact: true }));
  await expect(page.getByText(/\/orgs\/late\/api\/data/)).toBeVisible();
  await press(page.getByRole("link", { name: "Tables" }));
  await expect(page.getByRole("heading", { name: "No custom tables yet" })).toBeVisible();
  await isAccessible(page);
});

test("on a narrow screen everything is within reach", async ({ page }) => {
  const name = await createEnvironment("Pocket", { domain: "pocket" });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/environments");
  await signIn(page, "admin");
  await expect(page.getByRole("link", { name: "Pocket" })).toBeVisible();
  await isAccessible(page);
  for (const path of ["", "/solutions", "/tables?show=all", "/tables/account"]) {
    await page.goto(`/environments/${name}${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByLabel("Loading")).toBeHidden();
    await isAccessible(page);
  }
  await page.getByRole("button", { name: "New row" }).click();
  const panel = page.getByRole("dialog", { name: "New Account" });
  await expect(panel.getByRole("button", { name: "Save" })).toBeInViewport();
});

test("what is not there is said", async ({ page, expected }) => {
  await page.goto("/nowhere");
  await signIn(page, "admin");
  await expect(page.getByRole("heading", { name: "Nothing is at this address" })).toBeVisible();
  await isAccessible(page);
  expected.push(/404 .*\/environments\//);
  await page.goto("/environments/none/tables/account");
  await expect(page.getByRole("alert")).toContainText("EnvironmentNotFound");
});

test("the scheme is kept", async ({ page }) => {
  await page.goto("/");
  await signIn(page, "admin");
  await press(page.getByRole("button", { name: "Switch to dark" }));
  await expect(page.getByRole("button", { name: "Switch to light" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Switch to light" })).toBeVisible();
});

test("a session goes on when its token does not", async ({ page, expected }) => {
  await page.goto("/environments");
  await signIn(page, "admin");
  const change = (member: string, value: unknown) =>
    page.evaluate(
      ([member, value]) => {
        const key = Object.keys(sessionStorage).find((other) => other.startsWith("oidc.user"));
        if (!key) throw new Error("Nobody has signed in.");
        const user = JSON.parse(sessionStorage.getItem(key) ?? "{}");
        sessionStorage.setItem(key, JSON.stringify({ ...user, [String(member)]: value }));
      },
      [member, value],
    );
  const list = page.getByRole("table", { name: "Environments" });

  await change("expires_at", 1);
  await page.reload();
  await expect(list).toBeVisible();

  expected.push(/ 401 /);
  await change("access_token", "withdrawn");
  await page.reload();
  await expect(list).toBeVisible();

  // Without a way to renew it, the server's own session helps; the page stays the same.
  await change("refresh_token", undefined);
  await change("expires_at", 1);
  await page.goto("/environments?find=default");
  await expect(list).toBeVisible();
  await expect(page).toHaveURL(/\/environments\?find=default$/);
});
