import type { FoundNode } from "../../api/browsing";

/** A variable that somebody chose to record, before it is a channel. */
export interface Draft {
  node: string;
  tag: string;
  unit: string;
  unit_text: string;
  low: string;
  high: string;
  description: string;
  states: Record<string, string>;
  /** Whether the server would let somebody write it. */
  takes: boolean;
  /** Whether commands may. */
  writable: boolean;
}

/** What a server offers that can become a channel. */
export type Takeable = Pick<FoundNode, "node" | "tag" | "recordable" | "unit" | "unit_text" | "low" | "high" | "description" | "states" | "writable">;

/** What is chosen with more of it; what was chosen before stays as it was edited. */
export function draftsOf(before: ReadonlyMap<string, Draft>, nodes: readonly Takeable[]): Map<string, Draft> {
  const after = new Map(before);
  const tags = new Set([...before.values()].map((one) => one.tag));
  for (const one of nodes) {
    if (!one.recordable || after.has(one.node)) continue;
    let tag = one.tag;
    for (let n = 2; tags.has(tag); n++) tag = `${one.tag}.${n}`;
    tags.add(tag);
    after.set(one.node, { node: one.node, tag, unit: one.unit, unit_text: one.unit_text, low: one.low, high: one.high, description: one.description, states: one.states, takes: one.writable, writable: false });
  }
  return after;
}

/** As the hub takes them. */
export function channelsOf(chosen: ReadonlyMap<string, Draft>, prefix: string): Record<string, unknown>[] {
  return [...chosen.values()].map((one) => ({
    tag: prefix ? `${prefix}.${one.tag}` : one.tag,
    node: one.node,
    unit: one.unit,
    low: one.low,
    high: one.high,
    description: one.description,
    writable: one.writable,
    ...(Object.keys(one.states).length > 0 ? { names: one.states } : {}),
  }));
}

/** The first tag that stands twice, "" if none does. */
export function twice(chosen: ReadonlyMap<string, Draft>): string {
  const seen = new Set<string>();
  for (const { tag } of chosen.values()) {
    if (seen.has(tag)) return tag;
    seen.add(tag);
  }
  return "";
}
