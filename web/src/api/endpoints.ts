/** Every path that the pages ask, in one place; and how an answer becomes what a page reads. */
import { http, type Query } from "./http";
import type * as T from "./types";

type Raw = Record<string, unknown>;

/** A list, whether the server sends it bare or as a page of items. */
export function items<V>(answer: unknown): V[] {
  if (Array.isArray(answer)) return answer as V[];
  const page = (answer as { items?: unknown } | null)?.items;
  return Array.isArray(page) ? (page as V[]) : [];
}

export function num(v: unknown): number | null {
  if (v === null || v === undefined || v === "") return null;
  const n = Number(v);
  return Number.isFinite(n) ? n : null;
}

const list = async <V>(path: string, query?: Query, signal?: AbortSignal): Promise<V[]> => items<V>(await http.get<unknown>(path, query, signal));

export const channel = (c: Raw): T.Channel => ({
  tag: String(c.tag),
  unit: String(c.unit ?? ""),
  description: String(c.description ?? ""),
  low: num(c.low),
  high: num(c.high),
  resolution: num(c.resolution),
  alarm_low: num(c.alarm_low),
  alarm_high: num(c.alarm_high),
  normal_low: num(c.normal_low),
  normal_high: num(c.normal_high),
  writable: Boolean(c.writable),
  connection: String(c.connection ?? ""),
});

/** A batch, whether the server sends the row bare or beside what it derives from it. */
export function batchOf(raw: Raw): T.Batch {
  const row = (raw.batch ?? raw) as Raw;
  return {
    ...(row as unknown as T.Batch),
    recipe_code: String(row.recipe_code ?? raw.recipe_code ?? raw.recipe ?? ""),
    recipe_version: num(row.recipe_version ?? raw.recipe_version),
    phase: String(raw.phase ?? row.phase ?? ""),
  };
}

export const ENDED = ["complete", "completed", "stopped", "aborted"];

/** Whether a batch still runs (or waits, or is held). */
export const isOpen = (b: T.Batch) => !ENDED.includes(b.execution.toLowerCase());

export const api = {
  search: (q: string, signal?: AbortSignal) => list<T.Hit>("/api/search", { q }, signal),

  // equipment and historian
  units: (signal?: AbortSignal) => list<T.UnitSummary>("/api/equipment/units", undefined, signal),
  unit: async (code: string, signal?: AbortSignal): Promise<T.UnitDetail> => {
    const raw = await http.get<T.UnitDetail & { channels?: Raw[] }>(`/api/equipment/units/${encodeURIComponent(code)}`, undefined, signal);
    return { ...raw, channels: (raw.channels ?? []).map((c) => channel(c as unknown as Raw)) };
  },
  logbook: (code: string, signal?: AbortSignal) => list<T.LogEntry>(`/api/equipment/units/${encodeURIComponent(code)}/logbook`, undefined, signal),
  connections: (signal?: AbortSignal) => list<T.Connection>("/api/equipment/connections", undefined, signal),
  connection: (name: string, signal?: AbortSignal) => http.get<T.Connection>(`/api/equipment/connections/${encodeURIComponent(name)}`, undefined, signal),
  channelsOf: async (connection: string, signal?: AbortSignal) =>
    (await list<Raw>("/api/equipment/channels", { connection }, signal)).map(channel),
  gaps: (query: Query, signal?: AbortSignal) => list<T.GapOut>("/api/equipment/gaps", query, signal),
  trend: (query: { tags: string[]; start_us: number; end_us: number; buckets: number }, signal?: AbortSignal) =>
    list<T.TrendSeries>(
      "/api/historian/trend",
      { tag: query.tags, start_us: query.start_us, end_us: query.end_us, buckets: query.buckets },
      signal,
    ),

  // batches and tasks
  batches: async (signal?: AbortSignal) => (await list<Raw>("/api/mes/batches", undefined, signal)).map(batchOf),
  batch: async (id: string, signal?: AbortSignal) => batchOf(await http.get<Raw>(`/api/mes/batches/${encodeURIComponent(id)}`, undefined, signal)),
  steps: (id: string, signal?: AbortSignal) => list<T.Step>(`/api/mes/batches/${encodeURIComponent(id)}/steps`, undefined, signal),
  batchRecord: (id: string, signal?: AbortSignal) => http.get<T.BatchRecord>(`/api/mes/batches/${encodeURIComponent(id)}/record`, undefined, signal),
  command: (id: string, name: string, reason: string) => http.post<unknown>(`/api/mes/batches/${encodeURIComponent(id)}/commands`, { name, reason }),
  tasks: (query: { open?: boolean; batch_id?: string; unit_code?: string }, signal?: AbortSignal) => list<T.Task>("/api/mes/tasks", query, signal),
  task: (id: string, signal?: AbortSignal) => http.get<T.Task>(`/api/mes/tasks/${encodeURIComponent(id)}`, undefined, signal),
  enterTask: (id: string, body: { version: number; entries: Record<string, string>; scan?: string; comment?: string }) =>
    http.post<T.Task>(`/api/mes/tasks/${encodeURIComponent(id)}/enter`, body),

  // materials
  definitions: (signal?: AbortSignal) => list<T.Definition>("/api/material/definitions", undefined, signal),
  lots: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Lot>("/api/material/lots", query, signal),
  consumed: (batch: string, signal?: AbortSignal) => list<T.Edge>(`/api/material/batches/${encodeURIComponent(batch)}/consumed`, undefined, signal),

  // laboratory
  worklist: (query: { state?: string; batch_id?: string }, signal?: AbortSignal) => list<T.Work>("/api/lims/worklist", query, signal),
  samples: (query: { batch_id?: string; state?: string }, signal?: AbortSignal) => list<T.Sample>("/api/lims/samples", query, signal),
  sample: (id: string, signal?: AbortSignal) => http.get<T.SampleDetail>(`/api/lims/samples/${encodeURIComponent(id)}`, undefined, signal),
  results: (batch_id: string, signal?: AbortSignal) => list<T.Result>("/api/lims/results", { batch_id }, signal),
  result: (id: string, signal?: AbortSignal) => http.get<T.Result>(`/api/lims/results/${encodeURIComponent(id)}`, undefined, signal),
  evaluations: (id: string, signal?: AbortSignal) => list<T.Evaluation>(`/api/lims/results/${encodeURIComponent(id)}/evaluations`, undefined, signal),
  origin: (id: string, signal?: AbortSignal) => list<T.OriginLink>(`/api/lims/results/${encodeURIComponent(id)}/origin`, undefined, signal),
  enterReading: (test: string, body: { raw: string; unit: string | null; reason?: string }) =>
    http.post<unknown>(`/api/lims/tests/${encodeURIComponent(test)}/reading`, body),
  runs: (signal?: AbortSignal) => list<T.Run>("/api/lims/runs", undefined, signal),
  run: (id: string, signal?: AbortSignal) => http.get<T.RunDetail>(`/api/lims/runs/${encodeURIComponent(id)}`, undefined, signal),
  chromatogram: (run: string, position: number, signal?: AbortSignal) =>
    http.get<T.InjectionTrace>(`/api/lims/runs/${encodeURIComponent(run)}/injections/${position}/trace`, { points: 2000 }, signal),
  investigations: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Investigation>("/api/lims/investigations", query, signal),
  contractCertificates: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.ContractCertificate>("/api/lims/contract-certificates", query, signal),
  certificates: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Certificate>("/api/lims/certificates", query, signal),
  files: (signal?: AbortSignal) => list<T.RawFile>("/api/lims/files", undefined, signal),

  // quality
  exceptions: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.QualityException>("/api/quality/exceptions", query, signal),
  deviations: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Deviation>("/api/quality/deviations", query, signal),
  investigateDeviation: (id: string) => http.post<T.Deviation>(`/api/quality/deviations/${encodeURIComponent(id)}/investigate`),
  raiseDeviation: (body: { title: string; description: string; batch_id?: string | null; exception_ids: string[]; key: string }) =>
    http.post<T.Deviation>("/api/quality/deviations", body),
  dispositions: (signal?: AbortSignal) => list<T.Disposition>("/api/quality/batches", undefined, signal),
  beginReview: (batch: string) => http.post<T.Disposition>(`/api/quality/batches/${encodeURIComponent(batch)}/review`),
  review: (batch: string, signal?: AbortSignal) => http.get<T.BatchReview>(`/api/quality/batches/${encodeURIComponent(batch)}`, undefined, signal),

  // models
  alerts: (query: { state?: string; batch_id?: string }, signal?: AbortSignal) => list<T.Alert>("/api/insight/alerts", query, signal),
  alert: (id: string, signal?: AbortSignal) => http.get<T.AlertDetail>(`/api/insight/alerts/${encodeURIComponent(id)}`, undefined, signal),
  acknowledge: (id: string) => http.post<T.Alert>(`/api/insight/alerts/${encodeURIComponent(id)}/acknowledge`),
  models: (signal?: AbortSignal) => list<T.ModelVersion>("/api/insight/models", undefined, signal),
  deployments: (signal?: AbortSignal) => list<T.Deployment>("/api/insight/deployments", undefined, signal),
  monitoring: (batch: string, signal?: AbortSignal) => http.get<T.MonitoringChart>(`/api/insight/batches/${encodeURIComponent(batch)}/chart`, undefined, signal),
  tunnel: (batch: string, name: string, signal?: AbortSignal) => http.get<T.Tunnel>(`/api/insight/batches/${encodeURIComponent(batch)}/tunnel`, { name }, signal),

  // twin
  twins: (signal?: AbortSignal) => list<T.TwinInstance>("/api/twin/instances", undefined, signal),
  bands: (twin: string, query: { as_known_at?: string }, signal?: AbortSignal) => list<T.TwinBand>(`/api/twin/instances/${encodeURIComponent(twin)}/bands`, query, signal),
  proposals: (query: Query, signal?: AbortSignal) => list<T.Proposal>("/api/twin/proposals", query, signal),
  proposal: (id: string, signal?: AbortSignal) => http.get<T.Proposal>(`/api/twin/proposals/${encodeURIComponent(id)}`, undefined, signal),

  // record
  ledger: (query: { before?: number; limit?: number; record_type?: string; record_id?: string }, signal?: AbortSignal) =>
    http.get<T.LedgerPage>("/api/ledger", query, signal),
  proof: (id: string, signal?: AbortSignal) => http.get<T.EntryProof>(`/api/ledger/${encodeURIComponent(id)}/proof`, undefined, signal),
  verify: () => http.post<T.Verdict>("/api/ledger/verify"),
  signatures: (record_type: string, record_id: string, signal?: AbortSignal) =>
    list<T.SignatureRow>("/api/signatures", { record_type, record_id }, signal),
  people: (signal?: AbortSignal) => list<T.PersonRow>("/api/people", undefined, signal),
  training: (person: string, signal?: AbortSignal) => list<T.TrainingRow>(`/api/people/${encodeURIComponent(person)}/training`, undefined, signal),
};

/** Where the bytes under a digest are fetched. */
export const contentAddress = (digest: string) => `/api/content/${encodeURIComponent(digest)}`;
