/** The left rail: at most seven entries, by role. Everything else is one Ctrl+K away. */
import type { Message } from "../i18n";
import type { IconName } from "./icons";

export interface Entry {
  to: string;
  key: Message;
  icon: IconName;
}

export const ENTRIES = {
  tasks: { to: "/tasks", key: "nav.tasks", icon: "tasks" },
  units: { to: "/units", key: "nav.units", icon: "units" },
  batches: { to: "/batches", key: "nav.batches", icon: "batches" },
  lab: { to: "/lab", key: "nav.lab", icon: "lab" },
  review: { to: "/review", key: "nav.review", icon: "review" },
  alerts: { to: "/alerts", key: "nav.alerts", icon: "alerts" },
  models: { to: "/models", key: "nav.models", icon: "models" },
  twin: { to: "/twin", key: "nav.twin", icon: "twin" },
  links: { to: "/links", key: "nav.links", icon: "links" },
  record: { to: "/record", key: "nav.record", icon: "record" },
} as const satisfies Record<string, Entry>;

type Name = keyof typeof ENTRIES;

const BY_ROLE: Record<string, Name[]> = {
  operator: ["tasks", "units", "batches", "lab", "alerts", "record"],
  analyst: ["lab", "tasks", "batches", "units", "links", "record"],
  reviewer: ["review", "batches", "lab", "alerts", "units", "record"],
  quality: ["review", "batches", "lab", "alerts", "twin", "models", "record"],
  scientist: ["batches", "alerts", "models", "twin", "units", "lab", "record"],
  process_owner: ["batches", "twin", "alerts", "models", "units", "review", "record"],
  automation: ["links", "units", "batches", "alerts", "record"],
  steward: ["links", "record", "batches", "lab", "models"],
  administrator: ["record", "links", "units"],
  inspector: ["record", "batches", "lab", "review", "models", "twin", "links"],
};

const ORDER: Name[] = ["tasks", "units", "batches", "lab", "review", "alerts", "models", "twin", "links", "record"];

/** The person's entries: the first role decides what is kept when there are more than seven. */
export function entriesFor(roles: readonly string[]): Entry[] {
  const wanted: Name[] = [];
  for (const role of roles) for (const name of BY_ROLE[role] ?? []) if (!wanted.includes(name)) wanted.push(name);
  if (wanted.length === 0) wanted.push("units", "batches", "record");
  const kept = new Set(wanted.slice(0, 7));
  return ORDER.filter((name) => kept.has(name)).map((name) => ENTRIES[name]);
}

/** The page that a person comes to first. */
export function homeOf(roles: readonly string[]): string {
  const first = roles.map((r) => BY_ROLE[r]?.[0]).find(Boolean);
  return first ? ENTRIES[first].to : "/units";
}

/** Where a record of a type is read. */
export function addressOf(recordType: string, id: string): string | null {
  const key = encodeURIComponent(id);
  switch (recordType) {
    case "mes_batch":
      return `/batches/${key}`;
    case "lims_sample":
      return `/lab/samples/${key}`;
    case "lims_result":
      return `/lab/results/${key}`;
    case "lims_run":
      return `/lab/runs/${key}`;
    case "insight_alert":
      return `/alerts/${key}`;
    case "equipment_unit":
      return `/units/${key}`;
    case "equipment_connection":
      return `/links/${key}`;
    case "twin_proposal":
      return `/twin/proposals/${key}`;
    case "quality_exception":
      return `/review?exception=${key}`;
    case "quality_deviation":
      return `/review?tab=deviations&deviation=${key}`;
    default:
      return null;
  }
}
