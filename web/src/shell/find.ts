/** What can be found by Ctrl+K: the records that the pages list, asked once when the palette opens. */
import { api } from "../api/endpoints";
import type { Hit } from "../api/types";

/** Everything that answers; a layer that is switched off is left out, not an error. */
export async function findable(signal?: AbortSignal): Promise<Hit[]> {
  const asked: Promise<Hit[]>[] = [
    api.batches(signal).then((rows) => rows.map((r) => ({ record_type: "mes_batch", id: r.id, title: r.number, subtitle: `batch, ${r.product}, ${r.execution.toLowerCase()}` }))),
    api.units(signal).then((rows) => rows.map((r) => ({ record_type: "equipment_unit", id: r.code, title: r.code, subtitle: r.name, href: `/units/${encodeURIComponent(r.code)}` }))),
    api.connections(signal).then((rows) => rows.map((r) => ({ record_type: "equipment_connection", id: r.name, title: r.name, subtitle: `connection, ${r.type}`, href: `/links/${encodeURIComponent(r.name)}` }))),
    api.samples({}, signal).then((rows) => rows.map((r) => ({ record_type: "lims_sample", id: r.id, title: r.number, subtitle: `sample ${r.point}` }))),
    api.worklist({}, signal).then((rows) => rows.flatMap((r) => (r.result ? [{ record_type: "lims_result", id: r.result.id, title: `${r.test.number} ${r.test.analysis}`, subtitle: `result of ${r.sample.number}` }] : []))),
    api.runs(signal).then((rows) => rows.map((r) => ({ record_type: "lims_run", id: r.id, title: r.number, subtitle: `run on ${r.instrument}` }))),
    api.investigations({}, signal).then((rows) => rows.map((r) => ({ record_type: "lims_result", id: r.result_id, title: r.number, subtitle: `investigation, ${r.title}` }))),
    api.exceptions({}, signal).then((rows) => rows.map((r) => ({ record_type: "quality_exception", id: r.id, title: r.number, subtitle: r.title, href: `/review?batch=${r.batch_id ?? ""}&exception=${r.id}` }))),
    api.deviations({}, signal).then((rows) => rows.map((r) => ({ record_type: "quality_deviation", id: r.id, title: r.number, subtitle: r.title, href: `/review?batch=${r.batch_id ?? ""}&tab=deviations&deviation=${r.id}` }))),
    api.alerts({}, signal).then((rows) => rows.map((r) => ({ record_type: "insight_alert", id: r.id, title: r.number, subtitle: r.title }))),
    api.proposals({}, signal).then((rows) => rows.map((r) => ({ record_type: "twin_proposal", id: r.id, title: r.number, subtitle: r.title }))),
    api.tasks({ open_only: true }, signal).then((rows) => rows.map((r) => ({ record_type: "mes_task", id: r.id, title: r.title, subtitle: `task on ${r.unit_code}`, href: `/tasks/${r.id}` }))),
  ];
  const answers = await Promise.allSettled(asked);
  return answers.flatMap((a) => (a.status === "fulfilled" ? a.value : []));
}

/** Those that have every word, the ones that begin with the text first. */
export function matching(hits: readonly Hit[], text: string, most = 30): Hit[] {
  const q = text.trim().toLowerCase();
  const words = q.split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return hits
    .map((h) => ({ h, t: `${h.title} ${h.subtitle ?? ""}`.toLowerCase() }))
    .filter(({ t }) => words.every((w) => t.includes(w)))
    .sort((a, b) => Number(b.t.startsWith(q)) - Number(a.t.startsWith(q)))
    .slice(0, most)
    .map(({ h }) => h);
}
