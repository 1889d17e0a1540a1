/** Problem details (RFC 9457) in people's words: what happened, why, and what to do next. */

export interface Problem {
  title: string;
  what: string;
  why: string;
  next: string;
  where: string;
  status: number;
  /** Of a 401: "credentials" where a password was wrong, "session" where nobody is logged in any more. */
  reason: string;
  /** What a proof of identity lacks: "second_factor", "identification" or "password". */
  needs?: string;
  /** The second factors that the person has. */
  offers?: string[];
}

const BY_STATUS: Record<number, { title: string; next: string }> = {
  0: { title: "No connection", next: "Check the network. What you typed is kept; try again." },
  400: { title: "Invalid input", next: "Correct the input and try again." },
  401: { title: "Log in first", next: "Log in and come back to this page." },
  403: { title: "No right to do this", next: "Ask somebody who holds the right, or the administrator." },
  404: { title: "Not found", next: "Check the address, or search with Ctrl+K." },
  409: { title: "Conflict", next: "Reload the record, look at the change, and decide anew." },
  412: { title: "Changed in the meantime", next: "Reload the record, look at the change, and decide anew." },
  413: { title: "Too large", next: "Send a smaller file." },
  422: { title: "Invalid input", next: "Correct the input and try again." },
  429: { title: "Too many attempts", next: "Wait a minute and try again." },
  500: { title: "The server failed", next: "Nothing was written. Try again; if it happens again, tell the administrator." },
  503: { title: "Not available now", next: "Try again in a moment." },
};

function text(v: unknown): string {
  return typeof v === "string" ? v : "";
}

interface FieldError {
  loc?: unknown;
  msg?: unknown;
}

function fieldErrors(errors: unknown): string {
  if (!Array.isArray(errors)) return "";
  return errors
    .map((e: FieldError) => {
      const loc = Array.isArray(e?.loc) ? e.loc.filter((p) => p !== "body").join(" › ") : text(e?.loc);
      const msg = text(e?.msg);
      return loc ? `${loc}: ${msg}` : msg;
    })
    .filter(Boolean)
    .join("; ");
}

/** Reads whatever the server said; a body that is no problem document still becomes a sentence. */
export function problemOf(status: number, body: unknown): Problem {
  const known = BY_STATUS[status] ?? BY_STATUS[status >= 500 ? 500 : 400]!;
  const b = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const detail = text(b.what) || text(b.detail) || fieldErrors(b.errors) || fieldErrors(b.detail);
  return {
    title: text(b.title) || known.title,
    what: detail || `The server answered ${status || "nothing"}.`,
    why: text(b.why),
    next: text(b.do) || text(b.next) || known.next,
    where: text(b.where),
    status,
    reason: text(b.reason),
    needs: text(b.needs),
    offers: Array.isArray(b.offers) ? b.offers.map(text) : [],
  };
}

/** An error that carries a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super([problem.what, problem.why, problem.next].filter(Boolean).join(" "));
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** The problem inside anything that was thrown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const what = error instanceof Error ? error.message : String(error);
  return { title: "The page failed", what, why: "", next: "Reload the page. If it happens again, tell the administrator.", where: "", status: -1, reason: "" };
}
