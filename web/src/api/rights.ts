/** Paths of people's rights: delegations, reviews of access, conflicts, tokens, policy, competencies, sessions. */
import type { ProofGiven } from "./proof";
import { http } from "./http";
import type { components } from "./schema";

type S = components["schemas"];

export type Delegation = S["DelegationOut"];
export type AccessReview = S["AccessReviewOut"];
export type Conflicts = S["ConflictsOut"];
export type Tokens = S["TokensOut"];
export type Policies = S["PoliciesOut"];
export type Lapse = S["LapseOut"];
export type Needed = S["CompetencyNeededOut"];
export type MatrixRow = S["MatrixRow"];
export type RouteRight = S["RouteRightOut"];
export type OpenSession = S["OpenSessionOut"];

const key = encodeURIComponent;

export const rights = {
  matrix: (signal?: AbortSignal) => http.get<MatrixRow[]>("/api/matrix", undefined, signal),
  routes: (signal?: AbortSignal) => http.get<RouteRight[]>("/api/matrix/routes", undefined, signal),
  delegations: (signal?: AbortSignal) => http.get<Delegation[]>("/api/delegations", undefined, signal),
  delegate: (body: Partial<S["NewDelegation"]> & Pick<S["NewDelegation"], "to_id" | "begins_at" | "ends_at" | "reason">) => http.post<Delegation>("/api/delegations", body),
  endDelegation: (row: Pick<Delegation, "id" | "version">, reason: string) => http.post<Delegation>(`/api/delegations/${key(row.id)}/end`, { version: row.version, reason }),
  reviews: (signal?: AbortSignal) => http.get<AccessReview[]>("/api/access-reviews", undefined, signal),
  conflicts: (signal?: AbortSignal) => http.get<Conflicts>("/api/conflicts", undefined, signal),
  search: () => http.post<unknown>("/api/conflicts/search", {}),
  tokens: (signal?: AbortSignal) => http.get<Tokens>("/api/tokens", undefined, signal),
  issueToken: (body: { name: string; scopes: string[]; host: string | null; expires_at: string | null; reason: string }) => http.post<S["TokenOut"]>("/api/tokens", body),
  endToken: (name: string, reason: string) => http.post<void>(`/api/tokens/${key(name)}/end`, { reason }),
  policies: (signal?: AbortSignal) => http.get<Policies>("/api/policies/signature", undefined, signal),
  issuePolicy: (body: { title: string; text: string; effective_from: string | null; reason: string }) => http.post<unknown>("/api/policies/signature", body),
  needed: (signal?: AbortSignal) => http.get<Needed[]>("/api/competencies", undefined, signal),
  need: (body: { verb: string; competency: string; needed: boolean; reason: string }) => http.post<Needed>("/api/competencies", body),
  lapses: (signal?: AbortSignal) => http.get<Lapse[]>("/api/competencies/lapses", { days: 60 }, signal),
  sessions: (signal?: AbortSignal) => http.get<OpenSession[]>("/api/sessions", undefined, signal),
  endSession: (id: string, reason: string) => http.post<void>(`/api/sessions/${key(id)}/end`, { reason }),
  account: (person: string, active: boolean, reason: string) => http.post<void>(`/api/people/${key(person)}/account`, { active, reason }),
  password: (person: string, password: string, reason: string, proof: ProofGiven) => http.post<void>(`/api/people/${key(person)}/password`, { password, reason, proof }),
};
