// One way to call the server: a bearer token, JSON, and errors that a person can read.

import { renew, signInAgain, token } from "./auth";

/** An error that the server told, with its code and the id under which its log has it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {}

interface Options {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls `path` as the signed-in person; gives the answer, or throws what the server said. */
export async function request(path: string, options: Options = {}): Promise<Response> {
  let answer = await send(path, options, await token());
  // The token may have been withdrawn before its time.
  if (answer.status === 401) answer = await send(path, options, await renew());
  if (answer.status === 401) await signInAgain();
  if (!answer.ok) throw await readError(answer);
  return answer;
}

async function send(path: string, options: Options, bearer: string): Promise<Response> {
  const { method = "GET", body, headers } = options;
  try {
    return await fetch(path, {
      method,
      headers: {
        Authorization: `Bearer ${bearer}`,
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Unreachable("The server does not answer. Is it running, and are you online?");
  }
}

/** Calls `path` and reads the JSON of the answer. */
export async function json<T>(path: string, options?: Options): Promise<T> {
  return (await request(path, options)).json() as Promise<T>;
}

/** The error of an answer, whatever shape the protocol gives it. */
export async function readError(answer: Response): Promise<ApiError> {
  const requestId = answer.headers.get("x-ms-request-id");
  const text = await answer.text();
  try {
    const body = JSON.parse(text);
    const error = body.error ?? body;
    if (typeof error.message === "string") {
      return new ApiError(answer.status, error.code ?? "", error.message, requestId);
    }
  } catch {
    // Not JSON: the status has to do.
  }
  const message = `The server answered ${answer.status} ${answer.statusText}.`;
  return new ApiError(answer.status, "", message, requestId);
}

/** Waits between two looks at something that is under way. */
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
