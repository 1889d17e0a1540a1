/** What the pages ask about the past: audit-trail reviews, records through time, checkpoints, the ALCOA+ board. */
import { http } from "./http";
import type { components } from "./schema";
import type { Entry, LedgerPage } from "./types";

type S = components["schemas"];
const key = encodeURIComponent;

export type TrailReview = S["AuditTrailReviewOut"];
export type TrailReviewDetail = S["TrailReviewOut"];
export type TrailLine = S["TrailLineOut"];
export type TrailList = S["TrailReviewsOut"];
export type Due = S["DueOut"];
export type Ruleset = S["RulesetOut"];
export type Reproduced = S["ReproducedOut"];
export type RecordHistory = S["HistoryOut"];
export type Seen = S["SeenOut"];
export type Difference = S["DifferenceOut"];
export type Checkpoint = S["CheckpointOut"];
export type CheckpointPage = S["CheckpointPage"];
export type Consistency = S["ConsistencyOut"];
export type FoundEntry = Omit<S["FoundEntryOut"], "entry"> & { entry: Entry };
export type Clock = "server" | "process";

export type Verifying = S["VerifyingOut"];
export type AlcoaBoard = S["AlcoaBoardOut"];
export type AlcoaRun = S["AlcoaRunOut"];
export type AlcoaPrinciple = S["AlcoaPrincipleOut"];
export type AlcoaQuestion = S["AlcoaQuestionOut"];

/** What narrows the ledger; all of it text, as it stands in the address. */
export type LedgerQuery = Partial<Record<"text" | "actor" | "kind" | "record_type" | "record_id" | "verb" | "change" | "since" | "until" | "clock", string>>;

export const past = {
  ledger: (query: LedgerQuery & { before?: number; limit?: number }, signal?: AbortSignal) => http.get<LedgerPage>("/api/ledger", query, signal),
  verifying: (signal?: AbortSignal) => http.get<Verifying>("/api/ledger/verify", undefined, signal),
  alcoa: (signal?: AbortSignal) => http.get<AlcoaBoard>("/api/govern/alcoa", undefined, signal),
  alcoaRuns: (signal?: AbortSignal) => http.get<AlcoaRun[]>("/api/govern/alcoa/runs", undefined, signal),
  keepAlcoa: (reason: string) => http.post<AlcoaRun>("/api/govern/alcoa/runs", { reason }),
  entry: (id: string, signal?: AbortSignal) => http.get<FoundEntry>(`/api/ledger/${key(id)}`, undefined, signal),
  checkpoints: (query: { before?: number; limit?: number }, signal?: AbortSignal) => http.get<CheckpointPage>("/api/ledger/checkpoints", query, signal),
  consistency: (first: number, second: number, signal?: AbortSignal) =>
    http.get<Consistency>("/api/ledger/checkpoints/consistency", { first, second }, signal),
  history: (type: string, id: string, signal?: AbortSignal) => http.get<RecordHistory>(`/api/records/${key(type)}/${key(id)}/history`, undefined, signal),
  at: (type: string, id: string, query: { at?: string; version?: number; clock: Clock }, signal?: AbortSignal) => http.get<Seen>(`/api/records/${key(type)}/${key(id)}/at`, query, signal),
  difference: (type: string, id: string, older: number, newer: number, signal?: AbortSignal) =>
    http.get<Difference>(`/api/records/${key(type)}/${key(id)}/difference`, { older, newer }, signal),

  trails: (signal?: AbortSignal) => http.get<TrailList>("/api/quality/trail-reviews", undefined, signal),
  trail: (id: string, signal?: AbortSignal) => http.get<TrailReviewDetail>(`/api/quality/trail-reviews/${key(id)}`, undefined, signal),
  rules: (signal?: AbortSignal) => http.get<Ruleset>("/api/quality/trail-rules", undefined, signal),
  setRules: (body: { version: number; settings: Record<string, number>; reason: string }) => http.put<void>("/api/quality/trail-rules", body),
  openTrail: (body: { subject_type: string; subject_id?: string }) => http.post<TrailReview>("/api/quality/trail-reviews", body),
  look: (id: string, body: { entry_ids: string[]; verdict: string; note: string }) => http.post<TrailReview>(`/api/quality/trail-reviews/${key(id)}/look`, body),
  reproduce: (id: string, signal?: AbortSignal) => http.get<Reproduced>(`/api/quality/trail-reviews/${key(id)}/reproduce`, undefined, signal),
};
