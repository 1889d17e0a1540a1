/** Canonical content laid out for reading: facts first, a value with its unit, what identifies last. */
import { exact } from "../format/number";

export type Plain = Record<string, unknown>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HASH = /^[0-9a-f]{40,}$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** Fields that hold a number for which `unit` of the same object is meant. */
const MEASURED = ["value", "text", "raw", "quantity", "present", "proposed", "low", "high", "limit", "median", "target", "result", "readback"];

export const isId = (v: unknown): v is string => typeof v === "string" && UUID.test(v);
export const isHash = (v: unknown): v is string => typeof v === "string" && HASH.test(v);
const isPlain = (v: unknown): v is Plain => typeof v === "object" && v !== null && !Array.isArray(v);

/** What a person asks first: what it is called, what came out, against which limit. Fields not named follow as they stand. */
const FIRST = ["number", "certificate", "alert", "run", "sample", "batch", "title", "name", "analysis", "feature", "material", "value", "result", "text", "raw", "limit", "limit_text", "low", "high", "outcome", "conforms", "disposition", "state", "results"];
const rank = (field: string): number => {
  const at = FIRST.indexOf(field);
  return at < 0 ? FIRST.length : at;
};
const byRank = (a: string, b: string): number => rank(a) - rank(b);

/** Whether a field tells a machine which record is meant, and a person nothing. */
export function identifies(field: string, v: unknown): boolean {
  if (["id", "version", "record_version", "key", "seed"].includes(field)) return true;
  if (isHash(v)) return true;
  if (v === null && /_ids?$/.test(field)) return true;
  if (Array.isArray(v)) return v.length > 0 && v.every((one) => isId(one) || isHash(one));
  return isId(v);
}

/** An object whose numbers bear their unit: {value: "9.2", unit: "g/L"} -> {value: "9.2 g/L"}. */
export function withUnits(row: Plain): Plain {
  const u = row.unit;
  if (typeof u !== "string" || u === "") return row;
  const measured = MEASURED.filter((f) => (typeof row[f] === "string" && NUMBER.test(row[f])) || typeof row[f] === "number");
  if (measured.length === 0) return row;
  const out: Plain = {};
  for (const [field, v] of Object.entries(row)) {
    if (field === "unit") continue;
    out[field] = measured.includes(field) ? exact(String(v), u) : v;
  }
  return out;
}

/** What one object says, in the order in which a person asks: facts, then lists and parts, then identifiers. */
export function arranged(content: Plain): { facts: [string, unknown][]; parts: [string, unknown][]; identifiers: [string, unknown][] } {
  const facts: [string, unknown][] = [];
  const parts: [string, unknown][] = [];
  const identifiers: [string, unknown][] = [];
  for (const pair of Object.entries(withUnits(content))) {
    const [field, v] = pair;
    if (identifies(field, v)) identifiers.push(pair);
    else if (isPlain(v) || (Array.isArray(v) && v.some((one) => typeof one === "object" && one !== null))) parts.push(pair);
    else facts.push(pair);
  }
  const sorted = (of: [string, unknown][]) => of.sort(([a], [b]) => byRank(a, b));
  return { facts: sorted(facts), parts: sorted(parts), identifiers };
}

/** The columns of a list of like objects that is read best as a table; null where it is none. */
export function columnsOf(rows: readonly unknown[]): string[] | null {
  if (rows.length < 2 || !rows.every(isPlain)) return null;
  const plain = (rows as Plain[]).map(withUnits);
  const fields = [...new Set(plain.flatMap((r) => Object.keys(r)))].filter((f) => !plain.every((r) => identifies(f, r[f]) || r[f] === null || r[f] === undefined || r[f] === ""));
  const flat = fields.every((f) => plain.every((r) => !isPlain(r[f]) && !(Array.isArray(r[f]) && r[f].some((one) => typeof one === "object"))));
  return flat && fields.length >= 2 && fields.length <= 10 ? fields.sort(byRank) : null;
}

/**
 * What a signature is given over, as the dialog shows it: the record's own facts, then what the person enters.
 * The canonical content names its parts `shown` and `data`; everything else identifies.
 */
export function signed(content: Plain): { shown: Plain; entered: Plain; identifiers: [string, unknown][] } {
  const shown = isPlain(content.shown) ? content.shown : content;
  const entered = isPlain(content.data) ? content.data : {};
  const rest = isPlain(content.shown)
    ? Object.entries(content).filter(([f]) => !["shown", "data", "title", "meaning"].includes(f))
    : [];
  return {
    shown,
    // What was entered and is shown among the facts already need not stand twice.
    entered: Object.fromEntries(Object.entries(entered).filter(([f, v]) => v !== null && v !== "" && JSON.stringify(shown[f]) !== JSON.stringify(v))),
    identifiers: rest,
  };
}
