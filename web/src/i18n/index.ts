import { en, type Message } from "./en";

export type { Message };

/** The words for a key, with its {parts} filled in. */
export function t(key: Message, parts?: Record<string, string | number>): string {
  const text: string = en[key];
  return parts ? text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in parts ? String(parts[name]) : whole)) : text;
}
