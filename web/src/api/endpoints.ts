/** Every path that the pages ask, in one place; and how an answer becomes what a page reads. */
import { http, type Query } from "./http";
import { us } from "../format/time";
import type { components } from "./schema";
import type * as T from "./types";

type S = components["schemas"];

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

export const channel = (c: S["ChannelOut"]): T.Channel => ({
  tag: c.tag,
  address: c.node,
  unit: c.unit,
  description: c.description,
  low: num(c.low),
  high: num(c.high),
  resolution: num(c.resolution),
  alarm_low: num(c.alarm_low),
  alarm_high: num(c.alarm_high),
  writable: c.writable,
  connection: c.connection,
  floor: c.quality_floor,
});

/** Its standing in one word; the reasons stand in `not_ready`. */
export function standing(u: S["UnitOut"]): T.UnitSummary {
  return { ...u, state: u.used_for ? "in_use" : u.not_ready.length > 0 ? "not ready" : "ready" };
}

export function connectionOf(c: S["ConnectionOut"]): T.Connection {
  return {
    ...c,
    completeness: c.completeness.map((d) => ({
      day: d.day,
      begins: d.begins,
      ends: d.ends,
      share: d.expected_minutes > 0 ? Number(d.percent) / 100 : null,
      missing_minutes: d.missing_minutes,
      filled_minutes: d.filled_minutes,
    })),
  };
}

/** Columns to points; a gap that the equipment's own list explains gets its state there. */
export function seriesOf(s: S["SeriesOut"]): T.TrendSeries {
  return {
    tag: s.tag,
    unit: s.unit,
    points: s.times_us.map((us, i) => [us, s.values[i] ?? null, s.quality[i] ?? 2]),
    from_count: s.from_count,
    gaps: s.gaps.map(([from_us, to_us]) => ({ from_us: from_us ?? 0, to_us: to_us ?? null, state: "open", reason: "" })),
  };
}

/** The procedure's tree, laid flat in its own order. */
export function flat(node: T.StepNode, depth = 0): T.Step[] {
  const { children, ...step } = node;
  return [{ ...step, depth }, ...children.flatMap((c) => flat(c, depth + 1))];
}

export const ENDED = ["complete", "stopped", "aborted"];

/** Whether a batch still runs (or waits, or is held). */
export const isOpen = (b: Pick<T.Batch, "execution">) => !ENDED.includes(b.execution.toLowerCase());

/** What the twin believes as bands in plant time, with the laboratory's values where they were taken. */
export function bandsOf(state: T.TwinState, measured: readonly T.TwinMeasurement[]): T.TwinBand[] {
  const start = us(state.instance.started_at);
  const newest = new Map<string, number>();
  for (const m of measured) newest.set(m.key, Math.max(newest.get(m.key) ?? 0, m.revision));
  return Object.entries(state.series).map(([name, s]) => ({
    name,
    label: s.title || name,
    unit: s.unit,
    us: state.hours.map((h) => start + h * 3600e6),
    low: s.low.map(num),
    mid: s.mean.map(num),
    high: s.high.map(num),
    measured: measured.flatMap((m) => {
      const value = num(m.value);
      return m.output === name && value !== null && m.revision === newest.get(m.key)
        ? [{ taken_us: us(m.sampled_at), arrived_us: us(m.arrived_at), value, source: m.sample_number }]
        : [];
    }),
  }));
}

const key = encodeURIComponent;
const instant = (at_us: number) => new Date(Math.round(at_us / 1000)).toISOString();

export const api = {
  // equipment and historian
  units: async (signal?: AbortSignal) => (await list<S["UnitOut"]>("/api/equipment/units", undefined, signal)).map(standing),
  unit: async (code: string, signal?: AbortSignal): Promise<T.UnitDetail> => {
    const found = await http.get<S["UnitDetail"]>(`/api/equipment/units/${key(code)}`, undefined, signal);
    return { ...found, unit: standing(found.unit), channels: found.channels.map(channel) };
  },
  deviceCommands: (signal?: AbortSignal) => list<T.DeviceCommand>("/api/equipment/commands", undefined, signal),
  connections: async (signal?: AbortSignal) => (await list<S["ConnectionOut"]>("/api/equipment/connections", undefined, signal)).map(connectionOf),
  edges: async (signal?: AbortSignal) => (await http.get<S["EdgesOut"]>("/api/edges", undefined, signal)).edges,
  channels: async (signal?: AbortSignal) => (await list<S["ChannelOut"]>("/api/equipment/channels", undefined, signal)).map(channel),
  clock: (name: string, hours: number, signal?: AbortSignal) => list<S["ClockReadingOut"]>(`/api/equipment/connections/${key(name)}/clock`, { hours }, signal),
  connectionEvents: (name: string, signal?: AbortSignal) => list<S["StreamEventOut"]>(`/api/equipment/connections/${key(name)}/events`, { limit: 50 }, signal),
  gaps: (query: { connection?: string; start?: string; end?: string }, signal?: AbortSignal) => list<T.GapOut>("/api/equipment/gaps", query, signal),
  trend: async (query: { tags: string[]; start_us: number; end_us: number; buckets: number; as_of?: string }, signal?: AbortSignal) => {
    const found = await http.get<S["TrendOut"]>(
      "/api/historian/trend",
      { tags: query.tags, start: instant(query.start_us), end: instant(query.end_us), buckets: query.buckets, as_of: query.as_of },
      signal,
    );
    return found.series.map(seriesOf);
  },
  spectra: (query: { tags?: string[]; start_us: number; end_us: number }, signal?: AbortSignal) =>
    http.get<S["SpectraOut"]>("/api/historian/spectra", { tags: query.tags, start: instant(query.start_us), end: instant(query.end_us) }, signal),
  last: (tags: string[], signal?: AbortSignal) => list<S["LastOut"]>("/api/historian/last", { tags }, signal),

  // batches and tasks
  batches: (signal?: AbortSignal) => list<T.Batch>("/api/mes/batches", undefined, signal),
  batch: (id: string, signal?: AbortSignal) => http.get<T.BatchDetail>(`/api/mes/batches/${key(id)}`, undefined, signal),
  batchRecord: (id: string, signal?: AbortSignal) => http.get<T.BatchRecord>(`/api/mes/batches/${key(id)}/record`, undefined, signal),
  recipes: (signal?: AbortSignal) => list<T.Recipe>("/api/mes/recipes", undefined, signal),
  recipe: (id: string, signal?: AbortSignal) => http.get<T.RecipeDetail>(`/api/mes/recipes/${key(id)}`, undefined, signal),
  checkRecipe: (body: S["SubmitRecipe"]) => http.post<S["MesRecipeCheckOut"]>("/api/mes/recipes/check", body),
  submitRecipe: (body: S["SubmitRecipe"]) => http.post<T.Recipe>("/api/mes/recipes", body),
  makeEffective: (id: string, body: S["ChangeRecipe"]) => http.post<T.Recipe>(`/api/mes/recipes/${key(id)}/effective`, body),
  orders: (signal?: AbortSignal) => list<T.Order>("/api/mes/orders", undefined, signal),
  createOrder: (body: S["CreateOrder"]) => http.post<T.Order>("/api/mes/orders", body),
  createBatch: (body: S["CreateBatch"]) => http.post<T.Batch>("/api/mes/batches", body),
  startBatch: (id: string, body: S["StartBatch"]) => http.post<T.Batch>(`/api/mes/batches/${key(id)}/start`, body),
  command: (id: string, command: string, reason: string) => http.post<T.Batch>(`/api/mes/batches/${key(id)}/command`, { command, reason }),
  tasks: (query: { batch_id?: string; unit?: string; role?: string; open_only?: boolean }, signal?: AbortSignal) => list<T.Task>("/api/mes/tasks", query, signal),
  task: (id: string, signal?: AbortSignal) => http.get<T.Task>(`/api/mes/tasks/${key(id)}`, undefined, signal),
  enterTask: (id: string, body: S["EnterTask"]) => http.post<T.Task>(`/api/mes/tasks/${key(id)}/enter`, body),

  // materials
  definitions: (signal?: AbortSignal) => list<T.Definition>("/api/material/definitions", undefined, signal),
  lots: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Lot>("/api/material/lots", query, signal),
  lot: (id: string, signal?: AbortSignal) => http.get<T.Lot>(`/api/material/lots/${key(id)}`, undefined, signal),
  containers: (lot: string, signal?: AbortSignal) => list<T.Container>(`/api/material/lots/${key(lot)}/containers`, undefined, signal),
  genealogy: (thing: string, forward: boolean, signal?: AbortSignal) => list<T.Kin>(`/api/material/genealogy/${key(thing)}`, { forward }, signal),
  receiveLot: (body: S["ReceiveLot"]) => http.post<T.Lot>("/api/material/lots", body),
  attachCertificate: (lot: string, body: S["AttachLotCertificate"]) => http.post<T.Lot>(`/api/material/lots/${key(lot)}/certificate`, body),
  holdLot: (lot: string, lift: boolean, body: S["HoldLot"]) => http.post<T.Lot>(`/api/material/lots/${key(lot)}/${lift ? "lift-hold" : "hold"}`, body),
  consumed: (batch: string, signal?: AbortSignal) => list<T.Edge>(`/api/material/batches/${key(batch)}/consumed`, undefined, signal),

  // laboratory
  worklist: (query: { state?: string; batch_id?: string; lot_id?: string }, signal?: AbortSignal) => list<T.Work>("/api/lims/worklist", query, signal),
  samples: (query: { batch_id?: string; lot_id?: string; state?: string }, signal?: AbortSignal) => list<T.Sample>("/api/lims/samples", query, signal),
  sample: (id: string, signal?: AbortSignal) => http.get<T.SampleDetail>(`/api/lims/samples/${key(id)}`, undefined, signal),
  results: (batch_id: string, signal?: AbortSignal) => list<T.Result>("/api/lims/results", { batch_id }, signal),
  result: (id: string, signal?: AbortSignal) => http.get<T.Result>(`/api/lims/results/${key(id)}`, undefined, signal),
  evaluations: (id: string, signal?: AbortSignal) => list<T.Evaluation>(`/api/lims/results/${key(id)}/evaluations`, undefined, signal),
  origin: (id: string, signal?: AbortSignal) => list<T.OriginLink>(`/api/lims/results/${key(id)}/origin`, undefined, signal),
  enterReading: (test: string, body: { raw: string; unit: string | null; reason?: string }) =>
    http.post<unknown>(`/api/lims/tests/${key(test)}/reading`, body),
  runs: (signal?: AbortSignal) => list<T.Run>("/api/lims/runs", undefined, signal),
  run: (id: string, signal?: AbortSignal) => http.get<T.RunDetail>(`/api/lims/runs/${key(id)}`, undefined, signal),
  chromatogram: (run: string, position: number, signal?: AbortSignal) =>
    http.get<T.InjectionTrace>(`/api/lims/runs/${key(run)}/injections/${position}/trace`, { points: 2000 }, signal),
  investigations: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Investigation>("/api/lims/investigations", query, signal),
  contractCertificates: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.ContractCertificate>("/api/lims/contract-certificates", query, signal),
  certificate: (id: string, signal?: AbortSignal) => http.get<T.Certificate>(`/api/lims/certificates/${key(id)}`, undefined, signal),
  certificates: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Certificate>("/api/lims/certificates", query, signal),
  designs: async (signal?: AbortSignal) =>
    (await Promise.all(["methods", "specifications", "sampling-plans"].map((kind) => list<T.Design>(`/api/lims/${kind}`, undefined, signal)))).flat(),
  design: (id: string, signal?: AbortSignal) => http.get<T.DesignDetail>(`/api/lims/designs/${key(id)}`, undefined, signal),
  files: (signal?: AbortSignal, disposition?: string) => list<T.RawFile>("/api/lims/files", { disposition }, signal),
  file: (id: string, signal?: AbortSignal) => http.get<T.RawFileDetail>(`/api/lims/files/${key(id)}`, undefined, signal),
  fileWay: (id: string, way: "read-again" | "set-aside", body: { version: number; reason: string }) => http.post<T.RawFile>(`/api/lims/files/${key(id)}/${way}`, body),

  // quality
  exceptions: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.QualityException>("/api/quality/exceptions", query, signal),
  deviations: (query: { batch_id?: string }, signal?: AbortSignal) => list<T.Deviation>("/api/quality/deviations", query, signal),
  investigateDeviation: (id: string) => http.post<T.Deviation>(`/api/quality/deviations/${key(id)}/investigate`),
  raiseDeviation: (body: { title: string; description: string; batch_id?: string | null; exception_ids: string[]; key: string }) =>
    http.post<T.Deviation>("/api/quality/deviations", body),
  dispositions: (signal?: AbortSignal) => list<T.Disposition>("/api/quality/batches", undefined, signal),
  beginReview: (batch: string) => http.post<T.Disposition>(`/api/quality/batches/${key(batch)}/review`),
  review: (batch: string, signal?: AbortSignal) => http.get<T.BatchReview>(`/api/quality/batches/${key(batch)}`, undefined, signal),

  // models
  alerts: (query: { state?: string; batch_id?: string }, signal?: AbortSignal) => list<T.Alert>("/api/insight/alerts", query, signal),
  alert: (id: string, signal?: AbortSignal) => http.get<T.AlertDetail>(`/api/insight/alerts/${key(id)}`, undefined, signal),
  acknowledge: (id: string) => http.post<T.Alert>(`/api/insight/alerts/${key(id)}/acknowledge`),
  models: (signal?: AbortSignal) => list<T.ModelVersion>("/api/insight/models", undefined, signal),
  deployments: (signal?: AbortSignal) => list<T.Deployment>("/api/insight/deployments", undefined, signal),
  monitoring: (batch: string, signal?: AbortSignal) => http.get<T.MonitoringChart>(`/api/insight/batches/${key(batch)}/chart`, undefined, signal),
  tunnel: (batch: string, name: string, signal?: AbortSignal) => http.get<T.Tunnel>(`/api/insight/batches/${key(batch)}/tunnel`, { name }, signal),

  // twin
  twins: (signal?: AbortSignal) => list<T.TwinInstance>("/api/twin/twins", undefined, signal),
  twinState: (twin: string, known: string | undefined, signal?: AbortSignal) => http.get<T.TwinState>(`/api/twin/twins/${key(twin)}/state`, { known }, signal),
  twinMeasurements: (twin: string, signal?: AbortSignal) => list<T.TwinMeasurement>(`/api/twin/twins/${key(twin)}/measurements`, undefined, signal),
  scenarios: (twin: string, signal?: AbortSignal) => list<T.TwinScenario>(`/api/twin/twins/${key(twin)}/scenarios`, undefined, signal),
  draftProposal: (twin: string) => http.post<T.Proposal>(`/api/twin/twins/${key(twin)}/proposals`),
  proposals: (query: { batch_id?: string; state?: string }, signal?: AbortSignal) => list<T.Proposal>("/api/twin/proposals", query, signal),
  outlook: (alert: string, signal?: AbortSignal) => http.get<T.Outlook>(`/api/twin/outlooks/${key(alert)}`, undefined, signal),
  proposal: (id: string, signal?: AbortSignal) => http.get<T.Proposal>(`/api/twin/proposals/${key(id)}`, undefined, signal),

  // what waits, and what is found
  waiting: (signal?: AbortSignal) => list<T.Waiting>("/api/waiting", undefined, signal),
  search: (q: string, signal?: AbortSignal) => list<T.Found>("/api/search", { q, limit: 40 }, signal),

  // the hub itself
  health: (signal?: AbortSignal) => http.get<T.Health>("/api/health", undefined, signal),

  // record
  ledger: (query: { before?: number; limit?: number; record_type?: string; record_id?: string }, signal?: AbortSignal) =>
    http.get<T.LedgerPage>("/api/ledger", query, signal),
  proof: (id: string, signal?: AbortSignal) => http.get<T.EntryProof>(`/api/ledger/${key(id)}/proof`, undefined, signal),
  verify: () => http.post<T.Verdict>("/api/ledger/verify"),
  signatures: (record_type: string, record_id: string, signal?: AbortSignal) =>
    list<T.SignatureRow>("/api/signatures", { record_type, record_id }, signal),
  people: (signal?: AbortSignal) => list<T.PersonRow>("/api/people", undefined, signal),
  addPerson: (body: S["NewPerson"]) => http.post<T.PersonRow>("/api/people", body),
  changeRole: (person: string, role: string, give: boolean, reason: string) => http.post<T.PersonRow>(`/api/people/${key(person)}/roles`, { role, give, reason }),
  enterTraining: (person: string, body: { competency: string; document: string; expires_at: string | null }) =>
    http.post<T.TrainingRow>(`/api/people/${key(person)}/training`, body),
  training: (person: string, signal?: AbortSignal) => list<T.TrainingRow>(`/api/people/${key(person)}/training`, undefined, signal),
};

/** Where the bytes under a digest are fetched. */
export const contentAddress = (digest: string) => `/api/content/${encodeURIComponent(digest)}`;
