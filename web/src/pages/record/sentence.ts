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

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export function brief(v: unknown, names: Names = {}): string {
  if (v === null || v === undefined || v === "") return "nothing";
  if (typeof v === "boolean") return v ? "yes" : "no";
  if (typeof v === "string" && /^\d{4}-\d\d-\d\dT.*Z$/.test(v)) return `${v.slice(0, 19).replace("T", " ")} UTC`;
  if (Array.isArray(v)) return v.length === 0 ? "none" : `${v.length} item${v.length === 1 ? "" : "s"}`;
  const text = (typeof v === "object" ? JSON.stringify(v) : String(v)).replace(ID, (id) => names[id] ?? id.slice(-8));
  return text.length > 48 ? `${text.slice(0, 45)}…` : text;
}

/** What people call the records that an entry mentions, by their ids. */
export type Names = Readonly<Record<string, string>>;

export function nameOf(entry: Pick<Entry, "before" | "after" | "record_id">, names: Names = {}): string {
  const row = entry.after ?? entry.before ?? {};
  for (const key of NAMES) {
    const v = row[key];
    if (typeof v === "string" && v) return v;
  }
  const known = names[entry.record_id];
  if (known) return known;
  for (const key of ["sequence", "hour", "revision"]) if (typeof row[key] === "number") return String(row[key]);
  return entry.record_id.slice(-8);
}

type Row = Record<string, unknown>;

const words = (v: unknown): string => String(v ?? "").replaceAll("_", " ");

/** Who did it: people and models by name; what Titer does by itself is said to be done by itself. */
export function actorOf(entry: Pick<Entry, "actor">): string {
  const { kind, name, id } = entry.actor;
  const called = name || id;
  if (kind === "person") return called;
  if (kind === "connection") return `Connection ${called}`;
  if (kind === "model") return `Model ${called}`;
  return `Titer (${called.replaceAll(".", " ")})`;
}

/** Kinds of records of which a sentence of its own says more than "entered X". */
const SAID: Record<string, (who: string, row: Row, of: (field: string) => string, entry: Entry) => string | null> = {
  record_session: (_who, row, of, entry) => (entry.before === null ? `${of("person_id")} logged in` : row.ended_at ? `${of("person_id")} is logged out: ${words(row.ended_because)}` : null),
  record_person: (_who, row, _of, entry) =>
    entry.before && !entry.before.policy_acknowledged_at && row.policy_acknowledged_at ? `${String(row.full_name)} acknowledged that an electronic signature binds` : null,
  record_access_event: (_who, row) => `${String(row.username ?? "somebody")}: ${words(row.kind)} (${words(row.detail)})`,
  record_signature: (_who, row, of) => `${String(row.printed_name ?? "")}${row.robot ? " (demo robot)" : ""} signed: ${String(row.title ?? words(row.meaning))}, ${noun(String(row.record_type ?? ""))} ${of("record_id")}`,
  record_role_assignment: (who, row, of) => `${who} ${row.active ? "gave" : "took from"} ${of("person_id")} the role ${words(row.role)}`,
  record_training: (who, row, of) => `${who} entered the training of ${of("person_id")} in ${words(row.competency)}`,
  record_content: (who, row) => `${who} kept ${row.origin ? String(row.origin) : "content"} (${brief(row.media_type)}, ${brief(row.size)} bytes)`,
  record_export: (who, row, of) => `${who} exported ${String(row.title ?? "") || `${noun(String(row.subject_type ?? ""))} ${of("subject_id")}`}`,
  mes_journal: (_who, row, of) => `Batch ${of("batch_id")}: ${words(row.type)}${row.path ? ` at ${String(row.path)}` : ""}`,
  mes_task_entry: (_who, row, of) => `${of("entered_by")} entered ${words(row.name)} ${[row.text, row.unit].filter(Boolean).map(String).join(" ")} in ${of("task_id")}`,
  lims_measurement: (who, row, of) => `${who} entered ${words(row.name)} ${[row.raw, row.unit].filter(Boolean).map(String).join(" ")} for sample ${of("sample_id")}`,
  lims_evaluation: (who, row, of) => `${who} judged ${of("result_id")}: ${words(row.outcome)} (${brief(row.limit_text)})`,
  lims_test: (who, row, of, entry) => (entry.before === null ? `${who} planned ${words(row.analysis)} (${String(row.number ?? "")}) for sample ${of("sample_id")}` : null),
  lims_result: (who, row, of, entry) => (entry.before === null ? `${who} entered the result ${words(row.analysis)} ${[row.text, row.unit].filter(Boolean).map(String).join(" ")} for sample ${of("sample_id")}` : null),
  historian_seal: (_who, row) => `Titer sealed ${brief(row.row_count)} values in ${brief(row.segment_count)} segments (seal ${brief(row.number)})`,
  historian_segment: (_who, row) => `Titer sealed a segment of ${String(row.day ?? "")}: ${brief(row.row_count)} values of ${brief(row.tag_count)} channels`,
  equipment_gap: (who, row, _of, entry) => (entry.before === null ? `${who} noted a gap in ${String(row.connection ?? "")}: ${words(row.reason)}` : null),
  equipment_logbook: (who, row, of) => `${who} wrote in the logbook of ${of("node_id")}: ${String(row.text ?? "")}`,
  insight_block: (_who, row, of) => `The monitoring model scored ${brief(row.rows)} rows (block ${brief(row.sequence)}) of ${of("watch_id")}`,
};

/** "lims.sample.register" -> "sample register" is no sentence; the change itself is said instead. */
export function sentence(entry: Entry, names: Names = {}): string {
  return said(entry, names).replace(ID, (id) => names[id] ?? id.slice(-8));
}

function said(entry: Entry, names: Names): string {
  const who = actorOf(entry);
  const row = (entry.after ?? entry.before ?? {}) as Row;
  const of = (field: string): string => {
    const id = row[field];
    return typeof id === "string" ? (names[id] ?? id) : "";
  };
  const because = entry.reason ? ` because: ${entry.reason}` : "";
  const own = SAID[entry.record_type]?.(who, row, of, entry);
  if (own) return `${own}${because}`;
  const what = `${noun(entry.record_type)} ${nameOf(entry, names)}`;
  if (entry.before === null) {
    const state = entry.after?.state;
    return `${who} entered ${what}${typeof state === "string" ? ` (${words(state)})` : ""}${because}`;
  }
  if (entry.after === null) return `${who} removed ${what}${because}`;
  const all = changes(entry);
  const told = all
    .slice(0, 3)
    .map((c) => `${label(c.field.replace(/_id$/, "")).toLowerCase()} ${called(c.before, names)} → ${called(c.after, names)}`)
    .join(", ");
  const more = all.length > 3 ? ` and ${all.length - 3} more` : "";
  return all.length === 0 ? `${who} touched ${what}${because}` : `${who} changed ${what}: ${told}${more}${because}`;
}

/** A value by the name of the record that it refers to; a digest by its first digits. */
function called(v: unknown, names: Names): string {
  if (typeof v === "string" && names[v]) return names[v];
  if (typeof v === "string" && /^[0-9a-f]{40,}$/.test(v)) return `${v.slice(0, 8)}…`;
  return brief(v, names);
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
