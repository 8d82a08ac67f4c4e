import { defineConfig } from "@playwright/test";

// The real binary on a fresh data folder, in the Chromium of the system. FREEHOLD names the
// binary, CHROMIUM the browser; `npm run picture` takes the picture of the README instead.
export default defineConfig({
  testDir: "e2e",
  timeout: 90_000,
  expect: { timeout: 10_000 },
  fullyParallel: false,
  workers: 1,
  reporter: process.env.CI ? "line" : "list",
  grep: process.env.PICTURE ? /@picture/ : undefined,
  grepInvert: process.env.PICTURE ? undefined : /@picture/,
  use: {
    trace: process.env.CI ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"],
    },
  },
  globalSetup: "./e2e/server.ts",
});
