/** The left rail: at most seven entries, by role, of the layers that are on. Everything else is one Ctrl+K away. */
import type { Message } from "../i18n";
import type { IconName } from "./icons";

export interface Entry {
  to: string;
  key: Message;
  icon: IconName;
  /** The layer that has to be on; an entry without one is always there. */
  layer?: string;
}

export const ENTRIES = {
  today: { to: "/today", key: "nav.today", icon: "today" },
  tasks: { to: "/tasks", key: "nav.tasks", icon: "tasks", layer: "mes" },
  units: { to: "/units", key: "nav.units", icon: "units" },
  batches: { to: "/batches", key: "nav.batches", icon: "batches", layer: "mes" },
  materials: { to: "/materials", key: "nav.materials", icon: "materials" },
  lab: { to: "/lab", key: "nav.lab", icon: "lab", layer: "lims" },
  review: { to: "/review", key: "nav.review", icon: "review" },
  alerts: { to: "/alerts", key: "nav.alerts", icon: "alerts", layer: "insight" },
  alarms: { to: "/alarms", key: "nav.alarms", icon: "alerts" },
  models: { to: "/models", key: "nav.models", icon: "models", layer: "insight" },
  twin: { to: "/twin", key: "nav.twin", icon: "twin", layer: "twin" },
  trends: { to: "/trends", key: "nav.trends", icon: "chart" },
  links: { to: "/links", key: "nav.links", icon: "links" },
  people: { to: "/people", key: "nav.people", icon: "person" },
  recipes: { to: "/recipes", key: "nav.recipes", icon: "recipes", layer: "mes" },
  record: { to: "/record", key: "nav.record", icon: "record" },
} as const satisfies Record<string, Entry>;

type Name = keyof typeof ENTRIES;

const BY_ROLE: Record<string, Name[]> = {
  operator: ["units", "tasks", "batches", "materials", "lab", "record"],
  analyst: ["lab", "materials", "batches", "units", "links", "record"],
  reviewer: ["review", "batches", "lab", "materials", "alerts", "record"],
  quality: ["review", "batches", "lab", "materials", "alerts", "record"],
  scientist: ["batches", "alerts", "models", "twin", "units", "record"],
  process_owner: ["batches", "recipes", "twin", "alerts", "models", "record"],
  automation: ["links", "trends", "units", "batches", "alerts", "record"],
  steward: ["links", "trends", "record", "batches", "lab", "models"],
  administrator: ["people", "links", "units", "record"],
  inspector: ["record", "batches", "lab", "review", "materials", "links"],
};

const ORDER: Name[] = ["today", "tasks", "units", "batches", "recipes", "lab", "materials", "review", "alerts", "alarms", "models", "twin", "trends", "links", "people", "record"];

/** Whether a page is there: a layer that is off is absent from the pages. */
export function isOn(entry: Entry, layers: readonly string[]): boolean {
  return entry.layer === undefined || layers.includes(entry.layer);
}

/** The person's entries, after "For you": the first role decides what is kept when there are more than seven. */
export function entriesFor(roles: readonly string[], layers: readonly string[]): Entry[] {
  const wanted: Name[] = ["today"];
  for (const role of roles) for (const name of BY_ROLE[role] ?? []) if (!wanted.includes(name)) wanted.push(name);
  if (wanted.length === 1) wanted.push("units", "batches", "record");
  const kept = new Set(wanted.filter((name) => isOn(ENTRIES[name], layers)).slice(0, 7));
  return ORDER.filter((name) => kept.has(name)).map((name) => ENTRIES[name]);
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
    case "lims_raw_file":
      return `/lab/files/${key}`;
    case "lims_certificate":
      return `/lab/certificates/${key}`;
    case "lims_contract_certificate":
      return "/lab?tab=certificates";
    case "record_person":
      return `/people/${key}`;
    case "material_lot":
      return `/materials/${key}`;
    case "mes_task":
      return `/tasks/${key}`;
    case "mes_recipe":
      return `/recipes/${key}`;
    case "mes_order":
      return "/batches";
    case "insight_model":
      return `/models?model=${key}`;
    case "insight_alert":
      return `/alerts/${key}`;
    case "equipment_unit":
      return `/units/${key}`;
    case "equipment_connection":
      return `/links/${key}`;
    case "equipment_certificate":
      return `/links/certificates?certificate=${key}`;
    case "twin_proposal":
      return `/twin/proposals/${key}`;
    case "quality_audit_trail_review":
      return `/review/trail/${key}`;
    case "record_access_review":
      return `/people?tab=reviews&review=${key}`;
    case "record_delegation":
      return "/people?tab=delegations";
    case "record_duty_conflict":
      return "/people?tab=conflicts";
    case "record_edge":
    case "record_edge_certificate":
      return "/links";
    case "record_machine_token":
      return "/people?tab=tokens";
    case "systems_declaration":
      return `/record/systems?declaration=${key}`;
    case "systems_source":
    case "systems_import":
    case "systems_reconciliation":
    case "systems_verification":
      return "/record/systems";
    case "quality_exception":
      return `/review?exception=${key}`;
    case "quality_deviation":
      return `/review?tab=deviations&deviation=${key}`;
    default:
      return null;
  }
}

/** Where a record is read that is told with its batch, or with the record that shows it. */
export function placeOf(record: { record_type: string; record_id: string; name?: string; batch_id?: string | null; about?: string | null }): string | null {
  const { record_type: type, record_id: id, name = "" } = record;
  const batch = record.batch_id ? `batch=${encodeURIComponent(record.batch_id)}` : "";
  const about = record.about ?? null;
  switch (type) {
    case "quality_exception":
      return `/review?${batch}&exception=${encodeURIComponent(id)}`;
    case "quality_deviation":
      return `/review?${batch}&tab=deviations&deviation=${encodeURIComponent(id)}`;
    case "quality_disposition":
      return `/review?${batch}`;
    case "quality_audit_trail_review":
      return `/review/trail/${encodeURIComponent(id)}`;
    case "lims_investigation":
      return about ? addressOf("lims_result", about) : null;
    case "lims_test":
      return about ? addressOf("lims_sample", about) : null;
    case "equipment_node":
    case "equipment_unit":
      return `/units/${encodeURIComponent(name)}`;
    case "equipment_connection":
      return `/links/${encodeURIComponent(name)}`;
    case "equipment_channel":
      return about ? `/units/${encodeURIComponent(about)}?lanes=${encodeURIComponent(name)}` : null;
    case "material_definition":
      return `/materials?lots.q=${encodeURIComponent(name)}`;
    case "lims_design":
      return `/lab?tab=documents&design=${encodeURIComponent(id)}`;
    default:
      return addressOf(type, id);
  }
}
