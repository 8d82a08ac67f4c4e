// What an administrator does on the first day, with the keyboard alone.

import { readFileSync, writeFileSync } from "node:fs";
import { api, PACKAGE } from "./api";
import { choose, expect, isAccessible, isTold, press, signIn, signOut, test, type } from "./test";
import { textIn } from "./zip";

test("from sign-in to rows and back, by keyboard", async ({ page, expected }, info) => {
  // It is long, and the machine may have other things to do.
  test.setTimeout(240_000);
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  const heading = (name: string) => page.getByRole("heading", { level: 1, name });
  const link = (name: string) => page.getByRole("link", { name, exact: true });

  await test.step("signs in", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await isAccessible(page);
    await signIn(page, "admin");
    await expect(page).toHaveTitle("Environments · Freehold");
  });

  await test.step("sees the environments", async () => {
    const row = page.getByRole("row", { name: /\(default\)/ });
    await expect(row.getByText("Default", { exact: true })).toBeVisible();
    await expect(row.getByText("No data store")).toBeVisible();
    await isAccessible(page);
  });

  await test.step("creates a sandbox with a data store", async () => {
    await press(button("New"));
    const panel = page.getByRole("dialog", { name: "New environment" });
    await expect(panel.getByLabel("Name")).toBeFocused();
    await isAccessible(page);
    await page.keyboard.press("Escape");
    await expect(button("New")).toBeFocused();
    await page.keyboard.press("Enter");
    await type(panel.getByLabel("Name"), "Sales Dev");
    await choose(panel.getByRole("combobox", { name: "Type" }), "Sandbox");
    await choose(panel.getByRole("combobox", { name: "Region" }), "Europe");
    await expect(panel.getByRole("switch")).toBeChecked();
    await choose(panel.getByRole("combobox", { name: "Currency" }), "EUR Euro (€)");
    await expect(panel.getByLabel("URL")).toHaveValue("sales-dev");
    await press(panel.getByRole("button", { name: "Create" }));
  });

  await test.step("sees its details", async () => {
    await expect(heading("Sales Dev")).toBeVisible();
    await isTold(page, "Sales Dev is ready");
    const main = page.getByRole("main");
    await expect(main.getByText("Europe")).toBeVisible();
    await expect(main.getByText(/\/orgs\/sales-dev\/api\/data/)).toBeVisible();
    await expect(main.getByText("Succeeded")).toBeVisible();
    await isAccessible(page);
  });

  await test.step("goes elsewhere and comes back with the environment picker", async () => {
    await press(button(/^Environment Sales Dev, Sandbox/));
    await isAccessible(page);
    await press(page.getByRole("menuitemradio", { name: /\(default\)/ }));
    await expect(heading("Freehold (default)")).toBeVisible();
    await expect(button("Delete")).toHaveAttribute("aria-disabled", "true");
    await expect(button("Delete")).toHaveAccessibleDescription(/cannot be performed/);
    await isAccessible(page);
    await press(button(/^Environment Freehold \(default\)/));
    await press(page.getByRole("menuitemradio", { name: /Sales Dev/ }));
    await expect(heading("Sales Dev")).toBeVisible();
  });

  await test.step("imports a package, not without one mistake", async () => {
    await press(link("Solutions"));
    await expect(heading("Solutions")).toBeVisible();
    await expect(link("Default Solution")).toBeVisible();
    await isAccessible(page);
    await press(button("Import solution"));
    const dialog = page.getByRole("dialog", { name: "Import a solution" });
    const file = dialog.getByLabel("Package", { exact: true });
    await expect(file).toBeFocused();

    expected.push(/400 .*\/StageSolution/);
    const broken = info.outputPath("broken.zip");
    writeFileSync(broken, "This is no package.");
    await file.setInputFiles(broken);
    await expect(dialog.getByRole("alert")).toContainText("This file cannot be imported");
    await expect(dialog.getByRole("alert")).toContainText("is not a zip");
    await expect(dialog.getByRole("alert")).toContainText(/0x80048033 · Request [0-9a-f-]{36}/);
    await isAccessible(page);

    await file.setInputFiles(PACKAGE);
    await expect(dialog.getByText("Project Tracker", { exact: true })).toBeVisible();
    await expect(dialog.getByText("1.0.0.0")).toBeVisible();
    await type(dialog.getByLabel("fh_ReminderAddress"), "projects@contoso.example");
    await isAccessible(page);
    // The import may be done before one can look, so its first answer waits.
    let goOn = () => {};
    const seen = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route(/\/asyncoperations\(/, (route) => seen.then(() => route.continue()), {
      times: 1,
    });
    await press(dialog.getByRole("button", { name: "Import" }));
    await expect(dialog.getByRole("progressbar")).toBeVisible();
    await isAccessible(page);
    goOn();
    await expect(dialog.getByRole("status")).toContainText("Project Tracker was imported", {
      timeout: 60_000,
    });
    await expect(dialog.getByRole("link", { name: "Open the solution" })).toBeFocused();
    await isAccessible(page);
    await page.keyboard.press("Enter");
  });

  await test.step("looks at its objects", async () => {
    await expect(heading("Project Tracker")).toBeVisible();
    const objects = page.getByRole("table", { name: "Objects" });
    await expect(objects.getByRole("row", { name: /Remind about overdue tasks/ })).toBeVisible();
    await isAccessible(page);
    await press(page.getByRole("tab", { name: "Table (2)" }));
    await expect(objects.getByRole("row")).toHaveCount(3);
    await expect(objects.getByRole("row", { name: /fh_project/i })).toBeVisible();
    // The kind is in the address.
    await page.reload();
    await expect(objects.getByRole("row")).toHaveCount(3);
  });

  await test.step("exports it managed", async () => {
    await press(button("Export"));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      press(page.getByRole("menuitem", { name: "Managed", exact: true })),
    ]);
    expect(download.suggestedFilename()).toBe("ProjectTracker_1_0_0_0_managed.zip");
    const zip = readFileSync(await download.path());
    expect(textIn(zip, "solution.xml")).toContain("<Managed>1</Managed>");
    expect(textIn(zip, "customizations.xml")).toContain("fh_Project");
    await isTold(page, "ProjectTracker_1_0_0_0_managed.zip was exported");
  });

  const rows = page.getByRole("grid", { name: "Rows" });
  await test.step("opens a table", async () => {
    await press(link("Tables"));
    await expect(heading("Tables")).toBeVisible();
    await expect(link("Project")).toBeVisible();
    await isAccessible(page);
    await press(page.getByRole("tab", { name: "All" }));
    await expect(link("Account")).toBeVisible();
    await isAccessible(page);
    await type(page.getByRole("searchbox", { name: "Find a table" }), "fh_proj");
    await expect(page).toHaveURL(/find=fh_proj/);
    await press(link("Project"));
    await expect(heading("Projects")).toBeVisible();
    await expect(page.getByRole("heading", { name: "No rows yet" })).toBeVisible();
    await isAccessible(page);
  });

  await test.step("creates a row", async () => {
    await press(button("New row"));
    const panel = page.getByRole("dialog", { name: "New Project" });
    await expect(panel.getByLabel("Name")).toBeFocused();
    await type(panel.getByLabel("Name"), "Apollo");
    await choose(panel.getByRole("combobox", { name: "Stage" }), "Running");
    await type(panel.getByLabel("Progress (%)"), "40");
    await type(panel.getByLabel("Budget", { exact: true }), "125000.5");
    await isAccessible(page);
    await press(panel.getByRole("button", { name: "Save" }));
    await expect(panel).toBeHidden();
    const row = rows.getByRole("row", { name: /Apollo/ });
    await expect(row.getByText("Running")).toBeVisible();
    await expect(row.getByText("40")).toBeVisible();
    await isAccessible(page);
  });

  await test.step("changes it", async () => {
    await press(button("Apollo"));
    const panel = page.getByRole("dialog", { name: "Apollo" });
    await expect(panel.getByLabel("Name")).toBeFocused();
    await type(panel.getByLabel("Name"), "Apollo 11");
    await press(panel.getByRole("button", { name: "Save" }));
    await expect(button("Apollo 11")).toBeVisible();
  });

  await test.step("pages, sorts and finds", async () => {
    const numbers = Array.from({ length: 60 }, (_, at) => String(at + 1).padStart(2, "0"));
    const path = "/orgs/sales-dev/api/data/v9.2/fh_projects";
    await Promise.all(numbers.map((number) => api(path, { fh_name: `Mission ${number}` })));
    await page.reload();
    await expect(page.getByRole("status")).toHaveText("61 rows");
    await expect(rows.getByRole("row")).toHaveCount(51);
    await press(button("Show more rows"));
    await expect(rows.getByRole("row")).toHaveCount(62);
    await expect(button("Show more rows")).toBeHidden();

    const names = rows.getByRole("button", { name: /^(Mission|Apollo)/ });
    await press(rows.getByRole("columnheader", { name: "Name" }).getByRole("button"));
    await expect(names.first()).toHaveText("Apollo 11");
    await press(rows.getByRole("columnheader", { name: "Name" }).getByRole("button"));
    await expect(names.first()).toHaveText("Mission 60");
    await expect(page).toHaveURL(/sort=fh_name&descending=true/);

    await type(page.getByRole("searchbox", { name: "Find by name" }), "POLL");
    await expect(page.getByRole("status")).toHaveText("1 row");
    await expect(names).toHaveText(["Apollo 11"]);
    // All of this is in the address.
    await page.reload();
    await expect(names).toHaveText(["Apollo 11"]);
  });

  await test.step("deletes the row", async () => {
    await expect(button("Delete")).toHaveAccessibleDescription("Choose rows first.");
    await press(page.getByRole("checkbox", { name: "Choose Apollo 11" }), "Space");
    await press(button("Delete"));
    const dialog = page.getByRole("alertdialog", { name: "Delete 1 row?" });
    await isAccessible(page);
    await press(dialog.getByRole("button", { name: "Delete" }));
    await expect(page.getByRole("heading", { name: "No row has such a name" })).toBeVisible();
    await isAccessible(page);
  });

  await test.step("looks at the columns", async () => {
    await press(page.getByRole("tab", { name: "Columns" }));
    const columns = page.getByRole("table", { name: "Columns" });
    await expect(columns.getByRole("row", { name: /Stage/ })).toContainText("Choice");
    await isAccessible(page);
  });

  await test.step("signs out", async () => {
    await signOut(page);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeHidden();
  });
});
