/**
 * The shapes that the pages read. What the server sends as it is comes from `schema.d.ts`, which is generated
 * (`npm run api`); where the server says "an object", the part that a page reads is written out here.
 * `endpoints.ts` is the one place that knows paths.
 */
import type { components } from "./schema";

type S = components["schemas"];
type With<B, P> = Omit<B, keyof P> & P;

export type Stamped = Pick<S["LimsSampleOut"], "id" | "version" | "recorded_at" | "process_at">;

export type Health = S["HealthOut"];
export type Found = S["FoundOut"];
export type Waiting = S["WaitingOut"];

export interface Channel {
  tag: string;
  address: string;
  unit: string;
  description: string;
  low: number | null;
  high: number | null;
  resolution: number | null;
  alarm_low: number | null;
  alarm_high: number | null;
  writable: boolean;
  connection: string;
  /** The best quality that its values can have now: 0 good, 1 uncertain, 2 bad. */
  floor: number;
}

/** A piece of equipment; `state` is its standing in one word. */
export type UnitSummary = S["UnitOut"] & { state: string };

export interface UnitDetail {
  unit: UnitSummary;
  channels: Channel[];
  calibrations: S["CalibrationOut"][];
  logbook: S["LogbookOut"][];
}

export type DeviceCommand = S["CommandOut"];

export interface CompletenessDay {
  /** Of the site's calendar. */
  day: string;
  begins: string;
  ends: string;
  /** 0..1; null = nothing was expected. */
  share: number | null;
  missing_minutes: string;
  filled_minutes: string;
}

export type EdgeHost = S["EdgeOut"];
export type Connection = With<S["ConnectionOut"], { completeness: CompletenessDay[]; seen_identity: Record<string, unknown> | null }>;

export type GapOut = S["GapOut"];

export interface TrendSeries {
  tag: string;
  unit: string;
  points: [number, number | null, number][];
  from_count: number;
  /** Nothing is known strictly between. */
  gaps: { from_us: number; to_us: number | null; state: string; reason: string }[];
}

export type Batch = S["MesBatchOut"];
export type BatchDetail = S["MesBatchDetailOut"];

/** A step of the procedure, out of its tree, with how deep it lay. */
export type Step = Omit<S["MesStepOut"], "children"> & { depth: number };
export type StepNode = S["MesStepOut"];

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
  steps: Rows;
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

export type Task = With<S["MesTaskOut"], { form: TaskForm }>;

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

export type TaskEntry = S["MesTaskEntryOut"];

export type Sample = S["LimsSampleOut"];
export type Test = S["LimsTestOut"];
export type Evaluation = S["LimsEvaluationOut"];
export type Result = S["LimsResultOut"];
export type Work = S["LimsWorkOut"];
export type Measurement = S["LimsMeasurementOut"];
export type Attachment = S["LimsAttachmentOut"];
export type SampleDetail = S["LimsSampleDetailOut"];

export interface Injection {
  position: number;
  name: string;
  injected_at: string | null;
  path?: string;
  peaks: Record<string, unknown>[];
  /** What the instrument's own table says. */
  claimed?: Record<string, unknown>[];
  /** How often, by whom and how it was integrated, as the document tells. */
  history?: Record<string, string>[];
}

export type Run = With<S["LimsRunOut"], { injections: Injection[] }>;
export type RunDetail = With<S["LimsRunDetailOut"], { run: Run }>;
export type InjectionTrace = S["LimsTraceOut"];
/** One link of the chain that a result came by. */
export type OriginLink = S["LimsLinkOut"];
export type Investigation = S["LimsInvestigationOut"];
export type ContractCertificate = S["LimsContractCertificateOut"];
export type Certificate = S["LimsCertificateOut"];
export type RawFile = S["LimsRawFileOut"];
export type RawFileDetail = S["LimsRawFileDetailOut"];

export type Lot = S["MaterialLotOut"];
export type Definition = S["MaterialDefinitionOut"];
export type Edge = S["MaterialEdgeOut"];
export type Kin = S["MaterialKinOut"];
export type Container = S["MaterialContainerOut"];

export type QualityException = S["QualityExceptionOut"];
export type Deviation = S["DeviationOut"];
export type AuditTrailReview = S["AuditTrailReviewOut"];
export type Disposition = S["DispositionOut"];
export type Check = S["CheckOut"];
export type BatchReview = S["BatchReviewOut"];

export interface Contribution {
  feature: string;
  statistic: string;
  share: string;
  deviation: string;
  value: string;
  normal: string;
  tags: string[];
}

export type Alert = With<S["InsightAlertOut"], { contributions: Contribution[] }>;
export type AlertDetail = With<S["InsightAlertDetail"], { alert: Alert; similar: Alert[] }>;
export type ModelVersion = S["InsightModelOut"];
export type Deployment = S["InsightDeploymentOut"];
export type MonitoringChart = S["InsightChartOut"];
export type Tunnel = S["InsightTunnelOut"];

export type TwinInstance = S["TwinInstanceOut"];

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

export type TwinState = S["TwinState"];
export type TwinMeasurement = S["TwinMeasurementOut"];
export type TwinScenario = With<S["TwinScenarioOut"], { result: ScenarioResult }>;

/** A value with its 95 % band, as decimal text. */
export interface BandText {
  unit: string;
  low: string;
  median: string;
  high: string;
}

export interface ScenarioResult {
  times?: string[];
  outputs?: Record<string, { unit: string; low: string[]; median: string[]; high: string[] }>;
  harvest?: Record<string, BandText>;
  probability?: string;
}

export type Proposal = With<S["TwinProposalOut"], { predicted: ScenarioResult & Record<string, unknown>; do_nothing: ScenarioResult & Record<string, unknown> }>;

export type Entry = With<S["EntryOut"], { actor: { id: string; kind: string; name: string } }>;
export type LedgerPage = With<S["LedgerPage"], { entries: Entry[] }>;
export type EntryProof = S["ProofOut"];
export type Verdict = S["VerdictOut"];
export type SignatureRow = S["SignatureOut"];
export type PersonRow = S["PersonOut"];
export type TrainingRow = S["TrainingOut"];
export type Recipe = S["MesRecipeOut"];
export type RecipeDetail = S["MesRecipeDetailOut"];
export type Order = S["MesOrderOut"];
export type Design = S["LimsDesignOut"];
export type DesignDetail = S["LimsDesignDetailOut"];
export type Outlook = S["TwinOutlookOut"];
