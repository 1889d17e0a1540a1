/** The pure half of the table: filter, sort, move. */
import type { Cell } from "../format/csv";

export interface Sort {
  key: string;
  down: boolean;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Numbers by size, texts as people order them (S-2 before S-10), what is missing always last. */
export function compare(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(String(a), String(b));
}

function missing(v: Cell): boolean {
  return v === null || v === undefined || v === "" || (typeof v === "number" && Number.isNaN(v));
}

export function sorted<T>(rows: readonly T[], get: ((row: T) => Cell) | undefined, down: boolean): T[] {
  if (!get) return [...rows];
  return rows
    .map((row, i) => ({ row, i, v: get(row) }))
    .sort((a, b) => {
      const am = missing(a.v);
      const bm = missing(b.v);
      if (am || bm) return am && bm ? a.i - b.i : am ? 1 : -1;
      const c = compare(a.v, b.v);
      return (down ? -c : c) || a.i - b.i;
    })
    .map((x) => x.row);
}

/** Every word of the filter has to occur somewhere in the row. */
export function filtered<T>(rows: readonly T[], getters: readonly ((row: T) => Cell)[], filter: string): T[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...rows];
  return rows.filter((row) => {
    const text = getters.map((g) => String(g(row) ?? "")).join(" ").toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/** "number", "-number" in the address. */
export function sortOf(text: string | undefined): Sort | null {
  if (!text) return null;
  return text.startsWith("-") ? { key: text.slice(1), down: true } : { key: text, down: false };
}

/** First click up, second down, third as given. */
export function nextSort(current: Sort | null, key: string): string | undefined {
  if (current?.key !== key) return key;
  return current.down ? undefined : `-${key}`;
}

export type TableKey = "down" | "up" | "open" | "export" | null;

/** What a key means in a table; nothing while a modifier is held or something is being typed. */
export function tableKey(key: string, modified: boolean): TableKey {
  if (modified) return null;
  switch (key) {
    case "j":
    case "ArrowDown":
      return "down";
    case "k":
    case "ArrowUp":
      return "up";
    case "Enter":
      return "open";
    case "e":
      return "export";
    default:
      return null;
  }
}

/** Where the selection goes, kept inside the rows. */
export function moved(at: number, key: "down" | "up", rows: number): number {
  if (rows === 0) return -1;
  if (at < 0) return key === "down" ? 0 : rows - 1;
  return Math.min(rows - 1, Math.max(0, at + (key === "down" ? 1 : -1)));
}
