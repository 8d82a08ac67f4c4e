// What the tests share: signing in, the keyboard, and what has to hold on every page.

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";

export { expect };

const accounts: Record<string, { name: string; password: string }> = JSON.parse(
  process.env.E2E_ACCOUNTS ?? "{}",
);

interface Fixtures {
  /** What the console may say in this test; everything else is a failure. */
  expected: RegExp[];
  quiet: undefined;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: that is how Playwright wants it.
  baseURL: async ({}, use) => use(process.env.E2E_URL),
  // An import that has ended is no longer asked about, but that may come a moment too late.
  expected: async ({ page: _ }, use) => use([/404 .*\/api\/freehold\/imports\//]),
  quiet: [
    async ({ page, expected }, use) => {
      const said: string[] = [];
      page.on("pageerror", (error) => said.push(error.message));
      page.on("console", (message) => {
        if (message.type() !== "error" && message.type() !== "warning") return;
        said.push(`${message.text()} ${message.location().url}`);
      });
      await use(undefined);
      expect(said.filter((line) => !expected.some((known) => known.test(line)))).toEqual([]);
    },
    { auto: true },
  ],
});

/** Signs in on the server's own page, by keyboard. */
export async function signIn(page: Page, who: "admin" | "maker" | "user") {
  const account = accounts[who];
  if (!account) throw new Error(`The server has told no password for ${who}.`);
  const { keyboard } = page;
  await expect(page.getByLabel("User name")).toBeFocused();
  await keyboard.type(account.name);
  await keyboard.press("Tab");
  await expect(page.getByLabel("Password")).toBeFocused();
  await keyboard.type(account.password);
  await keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
}

export async function signOut(page: Page) {
  await press(page.getByRole("button", { name: /^Account of/ }));
  await press(page.getByRole("menuitem", { name: "Sign out" }));
}

/** The portal says that something was done, also to those who do not see it. */
export async function isTold(page: Page, text: string) {
  await expect(page.locator("[aria-live]").getByText(text)).toBeVisible();
}

const STEPS = 120;

/** Goes to `target` with the keys alone: Tab, and the arrows within lists of commands and choices. */
export async function reach(target: Locator) {
  await expect(target).toBeVisible();
  const { keyboard } = target.page();
  for (let step = 0; step < STEPS; step++) {
    const key = await target.evaluate((element) => {
      const active = document.activeElement;
      if (element === active) return undefined;
      const group = element.closest(
        "[role=toolbar], [role=tablist], [role=menu], [role=grid] tbody",
      );
      if (!active || !group?.contains(active)) return "Tab";
      if (group.matches("tbody")) {
        return element.closest("tr")?.contains(active) ? "ArrowRight" : "ArrowDown";
      }
      const isVertical =
        group.role === "menu" || group.getAttribute("aria-orientation") === "vertical";
      return isVertical ? "ArrowDown" : "ArrowRight";
    });
    if (!key) return;
    await keyboard.press(key);
  }
  throw new Error(`${target} cannot be reached by keyboard.`);
}

/** Presses a button or follows a link, by keyboard. */
export async function press(target: Locator, key = "Enter") {
  await reach(target);
  await target.page().keyboard.press(key);
}

/** Fills a field in, by keyboard. */
export async function type(target: Locator, text: string) {
  await reach(target);
  await target.page().keyboard.press("ControlOrMeta+a");
  await target.page().keyboard.type(text);
}

/** Chooses in a drop-down list, by keyboard. */
export async function choose(field: Locator, option: string) {
  const page = field.page();
  await reach(field);
  if ((await field.getAttribute("aria-expanded")) !== "true")
    await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { name: option, exact: true })).toBeVisible();
  for (let step = 0; step < STEPS; step++) {
    const active = await field.getAttribute("aria-activedescendant");
    const name = active && (await page.locator(`[id="${active}"]`).textContent());
    if (name?.trim() === option) break;
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
}

/** What has to hold on every page: axe finds nothing in either scheme, nothing is cut off. */
export async function isAccessible(page: Page) {
  await page.emulateMedia({ colorScheme: "dark" });
  // The page is the same in both schemes but for its colours.
  await findsNothing(page, "dark", new AxeBuilder({ page }).withRules("color-contrast"));
  await page.emulateMedia({ colorScheme: "light" });
  const everything = new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    // What floats above the page, such as menus, is in no region of it.
    .disableRules("region");
  await findsNothing(page, "light", everything);
  const isTooWide = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  expect(isTooWide, `${page.url()} scrolls sideways`).toBe(false);
}

async function findsNothing(page: Page, scheme: string, axe: AxeBuilder) {
  // These hand the keyboard on at once, so nobody ever stands on one.
  const { violations } = await axe.exclude("[data-tabster-dummy]").analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join("\n")}`);
  expect.soft(told, `${page.url()} in ${scheme}`).toEqual([]);
}
