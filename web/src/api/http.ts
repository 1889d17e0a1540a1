/** One way to the server: cookies for the session, the CSRF header on what changes something, problems as errors. */
import { problemOf, ProblemError } from "./problem";

let csrf = "";
let touched = Date.now();
for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"])
  globalThis.addEventListener?.(kind, () => (touched = Date.now()), { passive: true, capture: true });

/** After a minute without a hand on it, a page's own questions keep no session alive. */
const UNATTENDED_MS = 60_000;
let lost: (() => void) | null = null;
let prove: (() => Promise<boolean>) | null = null;

export function setCsrf(token: string): void {
  csrf = token;
}

/** Called when the server says that nobody is logged in any more. */
export function onSessionLost(callback: (() => void) | null): void {
  lost = callback;
}

/** Called when an action takes a fresh proof; the request goes out again once it was given. */
export function onProofAsked(callback: (() => Promise<boolean>) | null): void {
  prove = callback;
}

export type Query = Record<string, string | number | boolean | null | undefined | string[]>;

export function address(path: string, query?: Query): string {
  if (!query) return path;
  const search = new URLSearchParams();
  for (const [key, v] of Object.entries(query)) {
    if (v === null || v === undefined || v === "") continue;
    if (Array.isArray(v)) for (const item of v) search.append(key, item);
    else search.append(key, String(v));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function call<T>(method: string, path: string, body: unknown, signal?: AbortSignal, proved = false): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (Date.now() - touched > UNATTENDED_MS) headers["X-Titer-Unattended"] = "1";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ProblemError(problemOf(0, { detail: "The server could not be reached." }));
  }
  const raw = await response.text();
  let parsed: unknown = null;
  if (raw) {
    try {
      parsed = JSON.parse(raw);
    } catch {
      // A path that the API does not know is answered with the pages' own HTML.
      if (response.ok) throw new ProblemError(problemOf(404, { detail: `The server has no ${path.split("?")[0]}.` }));
    }
  }
  if (!response.ok) {
    const problem = problemOf(response.status, parsed);
    // A wrong password ends no session: the dialog stays and says so. What ended is asked for anew, over the page.
    if (problem.reason === "session" && path !== "/api/session") lost?.();
    if (problem.needs === "proof" && prove && !proved && (await prove())) return call<T>(method, path, body, signal, true);
    throw new ProblemError(problem);
  }
  return parsed as T;
}

export const http = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => call<T>("GET", address(path, query), undefined, signal),
  post: <T>(path: string, body?: unknown) => call<T>("POST", path, body ?? {}),
  put: <T>(path: string, body?: unknown) => call<T>("PUT", path, body ?? {}),
  del: <T>(path: string) => call<T>("DELETE", path, undefined),
};

/** Fetches a file and hands it to the browser to keep; a body makes it a POST (an export is entered in the ledger). */
export async function save(path: string, name: string, body?: unknown): Promise<void> {
  const headers: Record<string, string> = body === undefined ? {} : { "X-CSRF-Token": csrf, "Content-Type": "application/json" };
  let response: Response;
  try {
    response = await fetch(path, { method: body === undefined ? "GET" : "POST", headers, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new ProblemError(problemOf(0, { detail: "The server could not be reached." }));
  }
  if (!response.ok) {
    const problem = problemOf(response.status, await response.json().catch(() => null));
    if (problem.reason === "session") lost?.();
    throw new ProblemError(problem);
  }
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
