// Starts the real server on a fresh data folder and a free port, and stops it in the end.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const freehold = process.env.FREEHOLD ?? join(root, "target/debug/freehold");

/** What the server had to say of its accounts: a line `admin@… password` for each. */
const ACCOUNT = /^\s+(\w+)@(\S+)\s+([a-z0-9-]+)$/;
const START_MS = 60_000;

export default async function start() {
  if (!existsSync(freehold)) {
    throw new Error(`${freehold} is not there; build it, or name another one in FREEHOLD.`);
  }
  const folder = mkdtempSync(join(tmpdir(), "freehold-e2e-"));
  const data = join(folder, "data");
  const port = await freePort();
  const server = spawn(
    freehold,
    ["serve", "--demo", "--data", data, "--http", `127.0.0.1:${port}`, "--https", "off"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const stop = async () => {
    const ended = new Promise((done) => server.once("exit", done));
    if (server.exitCode === null && server.kill()) await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const accounts = await ready(server);
    const url = `http://localhost:${port}`;
    await hasPortal(url);
    const packed = join(folder, "ProjectTracker.zip");
    const sample = join(root, "samples/project-tracker");
    execFileSync(freehold, ["solution", "pack", "--folder", sample, "--zipfile", packed]);
    // The tests run in processes of their own and read these.
    process.env.E2E_URL = url;
    process.env.E2E_ACCOUNTS = JSON.stringify(accounts);
    process.env.E2E_PACKAGE = packed;
    process.env.E2E_TOKEN = execFileSync(freehold, ["token", "--data", data, "--user", "admin"], {
      encoding: "utf8",
    }).trim();
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

type Accounts = Record<string, { name: string; password: string }>;

/** Reads what the server says until it is ready; gives the accounts that it told. */
function ready(server: ReturnType<typeof spawn>): Promise<Accounts> {
  return new Promise((done, fail) => {
    const accounts: Accounts = {};
    let said = "";
    const timer = setTimeout(() => fail(new Error(`The server did not start:\n${said}`)), START_MS);
    const read = (chunk: Buffer) => {
      said += chunk;
      for (const line of said.split("\n")) {
        const [, who, domain, password] = ACCOUNT.exec(line) ?? [];
        if (who && password) accounts[who] = { name: `${who}@${domain}`, password };
      }
      if (!/\bready\s*$/m.test(said)) return;
      clearTimeout(timer);
      done(accounts);
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("exit", () => fail(new Error(`The server ended:\n${said}`)));
  });
}

async function hasPortal(url: string) {
  const page = await (await fetch(url, { headers: { Accept: "text/html" } })).text();
  if (!page.includes('id="root"')) {
    throw new Error("The binary has no portal: run 'npm run build', then build it again.");
  }
}
