/** What a person says of the columns of a table, and the mapping that this makes. */
import type { Table } from "../../api/tables";

export type Is = "" | "time" | "channel" | "ignored";

export interface Said {
  is: Is;
  tag: string;
  unit: string;
  why: string;
}

export interface Way {
  encoding: string;
  zone: string;
  delimiter: string;
  decimal: string;
  header: number;
  sheet: string;
  missing: string;
  format: string;
  unended: boolean;
}

export const NOTHING: Said = { is: "", tag: "", unit: "", why: "" };
export const WAY: Way = { encoding: "utf-8", zone: "UTC", delimiter: "comma", decimal: ".", header: 1, sheet: "", missing: "", format: "%Y-%m-%d %H:%M:%S", unended: false };

/** The names of the columns in the chosen row. */
export function namesIn(first: readonly (readonly string[])[], row: number): string[] {
  return [...new Set((first[row - 1] ?? []).map((cell) => cell.trim()).filter((cell) => cell !== ""))];
}

/** The mapping, once there is a time and a channel; null before. Columns that nobody decided on are told by the server. */
export function mappingOf(way: Way, names: readonly string[], said: ReadonlyMap<string, Said>): Record<string, unknown> | null {
  const of = (is: Is) => names.filter((name) => said.get(name)?.is === is);
  const [time] = of("time");
  const channels = of("channel").filter((name) => said.get(name)?.unit.trim());
  if (time === undefined || channels.length === 0) return null;
  return {
    sheet: way.sheet,
    header_row: way.header,
    delimiter: way.delimiter,
    decimal: way.decimal,
    time: { column: time, format: way.format.trim() },
    missing: ["", ...way.missing.split(",").map((one) => one.trim()).filter((one) => one !== "")],
    columns: channels.map((column) => ({ column, unit: said.get(column)?.unit.trim() ?? "" })),
    ignored: of("ignored")
      .filter((name) => said.get(name)?.why.trim())
      .map((column) => ({ column, reason: said.get(column)?.why.trim() ?? "" })),
  };
}

/** What was said of a connection's tables, to be said anew. */
export function saidOf(table: Table): { way: Way; said: Map<string, Said> } {
  const held = table.mapping as { sheet?: string; header_row?: number; delimiter?: string; decimal?: string; time?: { column: string; format: string }; missing?: string[]; ignored?: { column: string; reason: string }[] };
  const said = new Map<string, Said>();
  if (held.time) said.set(held.time.column, { ...NOTHING, is: "time" });
  for (const one of table.columns) said.set(one.column, { is: "channel", tag: one.tag, unit: one.unit, why: "" });
  for (const one of held.ignored ?? []) said.set(one.column, { ...NOTHING, is: "ignored", why: one.reason });
  const way = {
    encoding: table.encoding,
    zone: table.time_zone,
    delimiter: held.delimiter ?? WAY.delimiter,
    decimal: held.decimal ?? WAY.decimal,
    header: held.header_row ?? WAY.header,
    sheet: held.sheet ?? "",
    missing: (held.missing ?? []).filter((one) => one !== "").join(", "),
    format: held.time?.format ?? WAY.format,
    unended: table.unended,
  };
  return { way, said };
}
