/** An entry of the ledger as a sentence that people read: who did what to which record, from what to what, and why. */
import type { Entry } from "../../api/types";
import { label, noun } from "../../format/words";

/** Columns that change with every change and say nothing about it. */
const BOOKKEEPING = new Set(["id", "version", "recorded_at", "process_at"]);
/** Columns that name a record to people, best first. */
const NAMES = ["number", "code", "name", "username", "title", "tag", "full_name"];

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

export function changes(entry: Pick<Entry, "before" | "after">): Change[] {
  const fields = new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})]);
  return [...fields]
    .filter((f) => !BOOKKEEPING.has(f))
    .map((field) => ({ field, before: readable(field, entry.before?.[field]), after: readable(field, entry.after?.[field]) }))
    .filter((c) => JSON.stringify(c.before ?? null) !== JSON.stringify(c.after ?? null));
}

/** A stored value as people read it: instants are kept as microseconds, documents as canonical JSON text. */
export function readable(field: string, v: unknown): unknown {
  if (typeof v === "number" && /_at$|_us$/.test(field) && v > 1e14 && v < 1e17) return new Date(v / 1000).toISOString();
  if (typeof v === "string" && /^[[{]/.test(v)) {
    try {
      return JSON.parse(v) as unknown;
    } catch {
      return v;
    }
  }
  return v;
}

export function brief(v: unknown): string {
  if (v === null || v === undefined || v === "") return "nothing";
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(v)) return `${v.slice(0, 19).replace("T", " ")} UTC`;
  if (Array.isArray(v)) return v.length === 0 ? "none" : `${v.length} item${v.length === 1 ? "" : "s"}`;
  const text = typeof v === "object" ? JSON.stringify(v) : String(v);
  return text.length > 48 ? `${text.slice(0, 45)}…` : text;
}

export function nameOf(entry: Pick<Entry, "before" | "after" | "record_id">): string {
  const row = entry.after ?? entry.before ?? {};
  for (const key of NAMES) {
    const v = row[key];
    if (typeof v === "string" && v) return v;
  }
  for (const key of ["sequence", "hour", "revision"]) if (typeof row[key] === "number") return String(row[key]);
  return entry.record_id.slice(-8);
}

/** "lims.sample.register" -> "sample register" is no sentence; the change itself is said instead. */
export function sentence(entry: Entry): string {
  const who = entry.actor.name || entry.actor.id;
  const what = `${noun(entry.record_type)} ${nameOf(entry)}`;
  const because = entry.reason ? ` because: ${entry.reason}` : "";
  if (entry.before === null) {
    const state = entry.after?.state;
    return `${who} entered ${what}${typeof state === "string" ? ` (${state.replaceAll("_", " ")})` : ""}${because}`;
  }
  if (entry.after === null) return `${who} removed ${what}${because}`;
  const all = changes(entry);
  const said = all
    .slice(0, 3)
    .map((c) => `${label(c.field).toLowerCase()} ${brief(c.before)} → ${brief(c.after)}`)
    .join(", ");
  const more = all.length > 3 ? ` and ${all.length - 3} more` : "";
  return all.length === 0 ? `${who} touched ${what}${because}` : `${who} changed ${what}: ${said}${more}${because}`;
}

export interface Head {
  origin: string;
  size: number;
  root: string;
  /** Names of those who signed the head: the first is the ledger itself, the others are witnesses. */
  signers: string[];
}

/** A checkpoint's note (C2SP tlog-checkpoint): origin, size, root in base64, then the signature lines. */
export function head(note: string | null): Head | null {
  if (!note) return null;
  const lines = note.split("\n");
  const size = Number(lines[1]);
  if (lines.length < 3 || !Number.isInteger(size)) return null;
  return {
    origin: lines[0] ?? "",
    size,
    root: lines[2] ?? "",
    signers: lines.filter((l) => l.startsWith("— ")).map((l) => l.split(" ")[1] ?? ""),
  };
}
