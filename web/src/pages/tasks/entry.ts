import type { TaskField } from "../../api/types";

export type EntryCheck = { kind: "empty" | "good" } | { kind: "invalid" | "outside"; text: string };

/**
 * What the page says while a value is typed. The text goes to the server as it was typed; the server decides.
 * A comma is refused rather than guessed at: 1,234 means two things in two countries.
 */
export function checkEntry(field: TaskField, text: string): EntryCheck {
  const t = text.trim();
  if (t === "") return { kind: "empty" };
  if (field.type === "yes") return t === "no" ? { kind: "outside", text: "No: it will be an exception." } : { kind: "good" };
  if (field.type !== undefined && field.type !== "number") return { kind: "good" };
  if (t.includes(",")) return { kind: "invalid", text: "Write the decimal mark as a point." };
  if (!/^[+-]?\d+(\.\d+)?$/.test(t)) return { kind: "invalid", text: "This is not a number." };
  if (field.low !== undefined && Number(t) < Number(field.low)) return { kind: "outside", text: `Below the limit of ${field.low}: it will be an exception.` };
  if (field.high !== undefined && Number(t) > Number(field.high)) return { kind: "outside", text: `Above the limit of ${field.high}: it will be an exception.` };
  return { kind: "good" };
}
