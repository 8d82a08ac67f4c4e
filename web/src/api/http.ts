// One way to call the server: a bearer token, JSON, and errors that a person can read.

import { token } from "./auth";

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

interface Options {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls `path` as the signed-in person; gives the answer, or throws what the server said. */
export async function request(path: string, options: Options = {}): Promise<Response> {
  const answer = await fetch(path, {
    method: options.method ?? "GET",
    headers: {
      Authorization: `Bearer ${await token()}`,
      Accept: "application/json",
      ...(options.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...options.headers,
    },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  if (!answer.ok) throw await readError(answer);
  return answer;
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
