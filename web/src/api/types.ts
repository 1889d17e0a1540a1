/**
 * The shapes that the pages read, narrow and by hand: what a page shows, not all that the server sends.
 * `endpoints.ts` is the one place that knows paths and turns the server's answers into these.
 */

export interface Stamped {
  id: string;
  version: number;
  recorded_at: string;
  process_at: string;
}

export interface Hit {
  record_type: string;
  id: string;
  title: string;
  subtitle?: string;
  href?: string;
}

export interface Channel {
  tag: string;
  unit: string;
  description: string;
  low: number | null;
  high: number | null;
  resolution: number | null;
  alarm_low: number | null;
  alarm_high: number | null;
  normal_low: number | null;
  normal_high: number | null;
  writable: boolean;
  connection: string;
}

export interface UnitSummary extends Stamped {
  code: string;
  title: string;
  kind: string;
  state: string;
  batch_id: string | null;
  not_ready: string[];
}

export interface UnitDetail extends UnitSummary {
  location: string;
  qualification: string;
  calibration_due: string | null;
  cleanliness: string;
  channels: Channel[];
}

export interface LogEntry {
  at: string;
  text: string;
  by: string;
  kind: string;
}

export interface Connection extends Stamped {
  name: string;
  type: string;
  state: string;
  since: string | null;
  message: string;
  backlog: number | null;
  clock_offset_us: number | null;
  clock_uncertainty_us: number | null;
  qualified: boolean | null;
  qualified_until: string | null;
  owner: string;
  last_value_at: string | null;
  epoch: number | null;
  host: string;
  settings: Record<string, unknown>;
  identity: Record<string, unknown>;
  completeness: CompletenessDay[];
  gaps_open: number;
  gaps_filled: number;
  gaps_unrecoverable: number;
}

export interface CompletenessDay {
  day: string;
  /** 0..1; null = nothing was expected. */
  share: number | null;
}

export interface GapOut extends Stamped {
  connection: string;
  channels: string[];
  from_us: number;
  to_us: number | null;
  state: string;
  reason: string;
  filled_count: number | null;
}

export interface TrendSeries {
  tag: string;
  unit?: string;
  points: [number, number | null, number][];
  from_count: number;
  gaps: { from_us: number; to_us: number | null; state: string; reason: string }[];
}

export interface Batch extends Stamped {
  number: string;
  product: string;
  recipe_code: string;
  recipe_version: number | null;
  /** Code of the unit that holds it. */
  equipment: string;
  /** Procedural state (ISA-88), as the engine writes it: Running, Held, Complete ... */
  execution: string;
  simulated: boolean;
  started_at: string | null;
  ended_at: string | null;
  /** What runs now, in words. */
  phase: string;
}

export interface Step {
  path: string;
  kind: string;
  title: string;
  unit: string | null;
  state: string;
  outcome: string;
  attempt: number;
  started_at: string | null;
  ended_at: string | null;
  planned_us: number | null;
  verify: string;
}

export interface JournalEvent {
  sequence: number;
  type: string;
  path: string | null;
  event: Record<string, unknown>;
  process_at: string;
  recorded_at: string;
}

type Rows = Record<string, unknown>[];

/** The batch record's content, as it is signed and exported. */
export interface BatchRecord {
  simulated: boolean;
  demo: boolean;
  batch: { id: string; number: string; product: string; execution: string; started_at: string | null; ended_at: string | null };
  order: { number: string | null; quantity: string | null; unit: string | null };
  recipe: {
    code: string | null;
    version: number | null;
    title: string | null;
    content_digest: string | null;
    snapshot_digest: string | null;
    bindings: Record<string, string>;
    formula_at_start: Record<string, unknown>;
    formula_at_end: Record<string, unknown>;
  };
  steps: Step[];
  setpoints: Rows;
  feeds: Rows;
  values_used: Rows;
  tasks: Rows;
  materials: Rows;
  samples: Rows;
  equipment: Rows;
  adjustments: Rows;
  commands: Rows;
  exceptions: Rows;
  outages: Rows;
  notes: Rows;
  signatures: {
    id: string;
    record_type: string;
    record_id: string;
    meaning: string;
    title: string;
    printed_name: string;
    person: string;
    robot: boolean;
    signed_at: string;
    time_zone: string;
    digest: string;
    reason: string;
  }[];
  journal: { events: number; digest: string; state_digest: string };
  persons: Record<string, string>;
  digest: string;
}

export interface Task extends Stamped {
  key: string;
  batch_id: string;
  batch_number: string;
  path: string;
  unit_code: string;
  title: string;
  role: string;
  form: TaskForm;
  state: string;
  offered_at: string;
  entered_by: string | null;
  entered_at: string | null;
  comment: string | null;
  lot_number: string | null;
  witness_signature_id: string | null;
  accepted_at: string | null;
  entries: TaskEntry[];
}

/** What the recipe asks of a person; the plain form that the task record holds. */
export interface TaskForm {
  manual?: string;
  instruction?: string;
  entries?: TaskField[];
  scan?: unknown;
  charge?: Record<string, unknown>;
  produce?: Record<string, unknown>;
  witness?: boolean;
}

export interface TaskField {
  name: string;
  prompt?: string;
  type?: "number" | "text" | "choice" | "yes";
  unit?: string;
  low?: string;
  high?: string;
  choices?: string[];
  optional?: boolean;
}

export interface TaskEntry {
  name: string;
  revision: number;
  text: string;
  unit: string | null;
  inside: boolean | null;
  entered_by: string;
  reason: string | null;
  process_at: string;
}

export interface Sample extends Stamped {
  number: string;
  kind: string;
  state: string;
  parent_id: string | null;
  batch_id: string | null;
  lot_id: string | null;
  point: string;
  location: string;
  planned_at: string | null;
  sampled_at: string | null;
  sampled_by: string | null;
  received_at: string | null;
}

export interface Test extends Stamped {
  number: string;
  sample_id: string;
  batch_id: string | null;
  analysis: string;
  method_id: string;
  kind: string;
  state: string;
  run_id: string | null;
  redetermines_id: string | null;
  investigation_id: string | null;
}

export interface Evaluation extends Stamped {
  result_id: string;
  kind: string;
  outcome: string;
  rounded: string | null;
  limit_text: string;
  rounding: string;
  trace: string[];
}

export interface Result extends Stamped {
  test_id: string;
  sample_id: string;
  batch_id: string | null;
  analysis: string;
  state: string;
  /** Unrounded. */
  value: string | null;
  /** What was reported. */
  text: string;
  unit: string | null;
  trace: Record<string, unknown>[];
  inputs: Record<string, unknown>;
  pinned: Record<string, unknown>;
  sampled_at: string | null;
  entered_by: string;
  reviewed_by: string | null;
  approved_by: string | null;
}

export interface Work {
  test: Test;
  sample: Sample;
  method_code: string;
  method_revision: number;
  technique: string;
  result: Result | null;
  evaluation: Evaluation | null;
}

export interface Measurement extends Stamped {
  sample_id: string | null;
  test_id: string | null;
  run_id: string | null;
  name: string;
  replicate: number;
  raw: string;
  value: string | null;
  unit: string | null;
  source: Record<string, unknown>;
  supersedes_id: string | null;
  reason: string | null;
}

export interface Attachment extends Stamped {
  title: string;
  file_name: string;
  media_type: string;
  digest: string;
}

export interface SampleDetail {
  sample: Sample;
  tests: Work[];
  measurements: Measurement[];
  attachments: Attachment[];
  aliquots: Sample[];
}

export interface Injection {
  position: number;
  name: string;
  kind?: string;
  injected_at: string | null;
  peaks: Record<string, unknown>[];
}

export interface Run extends Stamped {
  number: string;
  instrument: string;
  analyst_id: string;
  state: string;
  test_ids: string[];
  document_digest: string | null;
  raw_file_id: string | null;
  injections: Injection[];
  suitability: Record<string, unknown>[];
  findings: Record<string, unknown>[];
  instrument_trail: Record<string, unknown>[];
  started_at: string | null;
}

export interface RunDetail {
  run: Run;
  tests: Work[];
  measurements: Measurement[];
  attachments: Attachment[];
  not_ready: string[];
}

export interface InjectionTrace {
  injection: string;
  time: number[];
  signal: number[];
  from_count: number;
  decimated: boolean;
}

/** One link of the chain that a result came by. */
export interface OriginLink {
  kind: string;
  title: string;
  detail: string;
  record_type: string | null;
  record_id: string | null;
  at: string | null;
  data: Record<string, unknown>;
}

export interface Investigation extends Stamped {
  number: string;
  test_id: string;
  result_id: string;
  batch_id: string | null;
  exception_id: string | null;
  state: string;
  title: string;
  hypothesis: string | null;
  evidence: Record<string, unknown>[];
  assignable_cause: string | null;
  cause_kind: string | null;
  redetermination_id: string | null;
  conclusion: string | null;
}

export interface ContractCertificate extends Stamped {
  number: string;
  laboratory: string;
  reference: string;
  sample_id: string;
  batch_id: string | null;
  digest: string;
  file_name: string;
  state: string;
  transcription: Record<string, unknown>[];
}

export interface Certificate extends Stamped {
  number: string;
  batch_id: string | null;
  lot_id: string | null;
  state: string;
  content: Record<string, unknown>;
  digest: string;
}

export interface RawFile extends Stamped {
  document_id: string;
  digest: string;
  file_name: string;
  connection: string;
  disposition: string;
  reason: string | null;
  run_id: string | null;
}

export interface Lot extends Stamped {
  number: string;
  definition_id: string;
  supplier: string;
  supplier_lot: string;
  quantity: string;
  remaining: string;
  unit: string;
  expires_on: string | null;
  received_at: string | null;
  usage: string;
  disposition: string;
  disposition_reason: string | null;
  batch_id: string | null;
  not_ready: string[];
}

export interface Definition extends Stamped {
  code: string;
  title: string;
  kind: string;
  unit: string;
}

export interface Edge extends Stamped {
  key: string;
  kind: string;
  source_type: string;
  source_id: string;
  target_type: string;
  target_id: string;
  quantity: string | null;
  unit: string | null;
  happened_at: string;
}

export interface QualityException extends Stamped {
  number: string;
  kind: string;
  severity: string;
  title: string;
  detail: string;
  batch_id: string | null;
  subject_type: string;
  subject_id: string;
  evidence: Record<string, unknown>;
  state: string;
  disposition: string | null;
  comment: string | null;
  deviation_id: string | null;
}

export interface Deviation extends Stamped {
  number: string;
  title: string;
  description: string;
  batch_id: string | null;
  exception_ids: string[];
  state: string;
  classification: string | null;
  root_cause: string | null;
  product_impact: string | null;
  corrective_action: string | null;
  investigator_id: string | null;
  closed_at: string | null;
}

export interface AuditTrailReview extends Stamped {
  batch_id: string;
  state: string;
  seed: number;
  sampled: Record<string, unknown>[];
  flagged: Record<string, unknown>[];
  outcome: string | null;
  comment: string | null;
}

export interface Disposition extends Stamped {
  batch_id: string;
  batch_number: string;
  state: string;
  coverage: Record<string, unknown>;
  decided_at: string | null;
}

export interface Check {
  gate: string;
  id: string;
  title: string;
  outcome: string;
  detail: string;
  record_type: string;
  record_id: string;
  blocks: boolean;
  exceptions: string[];
}

export interface BatchReview {
  disposition: Disposition;
  sentence: string;
  blockers: string[];
  checks: Check[];
  exceptions: QualityException[];
  deviations: Deviation[];
  audit_trail_review: AuditTrailReview | null;
}

export interface Alert extends Stamped {
  number: string;
  watch_id: string;
  model_id: string;
  batch_id: string;
  batch_number: string;
  equipment: string;
  state: string;
  title: string;
  statistic: string;
  /** Of the statistic to its limit. */
  ratio: string;
  first_at: string;
  raised_at: string;
  cleared_at: string | null;
  batch_hour: string;
  contributions: Contribution[];
  lead: string;
  block_digest: string;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
  disposition: string | null;
  comment: string | null;
  signature_id: string | null;
  exception_id: string | null;
  deviation_id: string | null;
  overdue: boolean;
}

export interface Contribution {
  feature: string;
  statistic: string;
  share: string;
  deviation: string;
  value: string;
  normal: string;
  tags: string[];
}

export interface AlertDetail {
  alert: Alert;
  trends: { feature: string; tags: string[]; from_us: number; to_us: number }[];
  similar: Alert[];
}

export interface ModelVersion extends Stamped {
  name: string;
  revision: number;
  state: string;
  state_reason: string | null;
  dataset_id: string;
  spec: Record<string, unknown>;
  acceptance: Record<string, unknown>;
  artefact_digest: string;
  calibration: Record<string, unknown>;
  validation: Record<string, unknown> | null;
  code_version: string;
  author_id: string;
  criteria_signature_id: string | null;
  test_opened_by: string | null;
  test_opened_at: string | null;
  owner_signature_id: string | null;
  quality_signature_id: string | null;
}

export interface Deployment extends Stamped {
  number: string;
  model_id: string;
  artefact_digest: string;
  equipment: string;
  state: string;
  state_reason: string | null;
  golden_check: string;
  fallback: string;
}

export interface MonitoringChart {
  watch: { id: string; model_id: string; batch_id: string; batch_number: string; equipment: string; started_at: string; ended_at: string | null; state: string; state_reason: string | null };
  limits: Record<string, number>;
  times_us: number[];
  hours: (number | null)[];
  t2: number[];
  spe: number[];
  drift: number[];
  verdict: string[];
  alarming: boolean[];
  provisional_from_us: number | null;
  rows_by_verdict: Record<string, number>;
  blocks: number;
}

export interface Tunnel {
  name: string;
  unit: string;
  hours: number[];
  mean: (number | null)[];
  lower: (number | null)[];
  upper: (number | null)[];
  batches: number[];
  times_us: number[] | null;
}

export interface TwinInstance extends Stamped {
  number: string;
  definition_id: string;
  model_id: string;
  batch_id: string;
  batch_number: string;
  equipment: string;
  state: string;
  /** Why it is not to be trusted now. */
  reasons: string[];
  started_at: string | null;
  frozen_at: string | null;
}

export interface TwinBand {
  name: string;
  label: string;
  unit: string;
  us: number[];
  low: (number | null)[];
  mid: (number | null)[];
  high: (number | null)[];
  measured: { taken_us: number; arrived_us: number | null; value: number; source: string }[];
}

export interface Proposal extends Stamped {
  number: string;
  instance_id: string;
  batch_id: string;
  batch_number: string;
  state: string;
  title: string;
  rationale: string;
  author_id: string;
  author_kind: string;
  changes: Record<string, unknown>[];
  predicted: Record<string, unknown>;
  do_nothing: Record<string, unknown>;
  fault_cost: Record<string, unknown>;
  checks: Record<string, unknown>[];
  scenarios: Record<string, unknown>;
  digest: string;
  compare_hour: number;
  expires_at: string;
  submitted_by: string | null;
  decided_by: string | null;
  decided_at: string | null;
  state_reason: string | null;
  applied: Record<string, unknown>[];
  outcome: Record<string, unknown> | null;
}

export interface Entry {
  seq: number;
  id: string;
  leaf_index: number | null;
  record_type: string;
  record_id: string;
  record_version: number;
  verb: string;
  actor: { id: string; kind: string; name: string };
  /** Server clock. */
  time: string;
  /** Process clock. */
  process_time: string;
  reason: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** The canonical text that was hashed. */
  body: string;
}

export interface LedgerPage {
  entries: Entry[];
  tree_size: number;
  checkpoint: string | null;
  next_before: number | null;
}

export interface EntryProof {
  leaf_index: number;
  tree_size: number;
  leaf_hash: string;
  path: string[];
  checkpoint: string;
}

export interface Verdict {
  holds: boolean;
  sentence: string;
  entries: number;
  root: string;
  first_fault: string | null;
  checked: Record<string, number>;
  seconds: string;
}

export interface SignatureRow extends Stamped {
  record_type: string;
  record_id: string;
  record_version: number;
  meaning: string;
  title: string;
  digest: string;
  reason: string;
  person_id: string;
  printed_name: string;
  robot: boolean;
  signed_at: string;
  time_zone: string;
  witnessed: boolean;
}

export interface PersonRow extends Stamped {
  username: string;
  full_name: string;
  active: boolean;
  locked: boolean;
  robot_for: string | null;
  policy_acknowledged: boolean;
  roles: string[];
}

export interface TrainingRow extends Stamped {
  competency: string;
  document: string;
  trained_at: string;
  expires_at: string | null;
}
