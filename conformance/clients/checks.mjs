// How a runner tells what it found: a line of JSON for each check, into the file that
// CONFORMANCE_RESULTS names. A check that throws has failed; the ones behind it still run.

import { appendFileSync } from "node:fs";

export const URL_ = process.env.CONFORMANCE_URL ?? "";
export const TOKEN = process.env.CONFORMANCE_TOKEN ?? "";
const results = process.env.CONFORMANCE_RESULTS;

function record(name, ok, why = "") {
  const line = JSON.stringify({ name, ok, why: String(why).replace(/\s+/g, " ").slice(0, 400) });
  if (results) appendFileSync(results, line + "\n");
  if (!ok) console.error(`FAILED ${name}: ${why}`);
}

// Calls between startBatch and executeBatch are not waited for; what they reject is a failure of the check.
let stray;
process.on("unhandledRejection", (error) => { stray ??= error; });

/** Runs the function at once, as a check of this name. */
export async function check(name, body) {
  try {
    stray = undefined;
    await body();
    if (stray) throw stray;
    record(name, true);
  } catch (error) {
    const place = /clients\/\w+\.mjs:(\d+)/.exec(error?.stack ?? "");
    const status = error?.status ? `${error.status} ` : "";
    const inner = Array.isArray(error) ? error.map((e) => e?.message || `${e?.status ?? ""} ${JSON.stringify(e)}`).join("; ") : "";
    record(name, false, `${status}${error?.message ?? inner}${place ? ` [line ${place[1]}]` : ""}`);
  }
}

/** Fails with both values unless they are the same. */
export function same(found, wanted, what = "") {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what ? `${what}: ` : ""}found ${a}, wanted ${b}`);
}

/** Fails unless it is true. */
export function sure(value, what) {
  if (!value) throw new Error(what);
}

/** The error of a call, which must fail with this status. */
export async function refused(status, promise) {
  let given;
  try {
    given = await promise;
  } catch (error) {
    const first = Array.isArray(error) ? error.find((e) => e instanceof Error || e?.status) ?? error[0] : error;
    same(first?.status, status, first?.message ?? "status");
    return first;
  }
  throw new Error(`not refused; ${JSON.stringify(given)} was given`);
}

/** What the function gives as soon as it is true. */
export async function until(body, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await body();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
