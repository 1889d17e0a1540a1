/** One's own account, the access policy, and terminals: what the pages ask of the server. */
import { http } from "./http";
import type { ProofGiven } from "./proof";
import type { components } from "./schema";

type S = components["schemas"];
export type Account = S["AccountOut"];
export type Factor = S["FactorOut"];
export type OwnSession = S["OwnSession"];
export type AccessPolicy = S["AccessPolicyOut"];
export type Terminal = S["TerminalOut"];
export type Changed = S["Changed"];
type Begun = S["TotpBegun"];

export const account = {
  read: (signal?: AbortSignal) => http.get<Account>("/api/account", undefined, signal),
  password: (proof: ProofGiven, password: string) => http.post<Changed>("/api/account/password", { proof, password }),
  beginTotp: (proof: ProofGiven) => http.post<Begun>("/api/account/totp", { proof }),
  confirmTotp: (id: string, code: string) => http.post<Changed>(`/api/account/totp/${id}/confirm`, { code }),
  passkeyOptions: (proof: ProofGiven) => http.post<Record<string, unknown>>("/api/account/passkeys/options", { proof }),
  registerPasskey: (name: string, credential: Record<string, unknown>) => http.post<Changed>("/api/account/passkeys", { name, credential }),
  pin: (proof: ProofGiven, pin: string) => http.post<Changed>("/api/account/pin", { proof, pin }),
  rename: (id: string, name: string) => http.put<void>(`/api/account/factors/${id}`, { name }),
  remove: (id: string, proof: ProofGiven) => http.post<Changed>(`/api/account/factors/${id}/remove`, { proof }),
  endOthers: () => http.del("/api/account/sessions"),
  end: (id: string) => http.del(`/api/account/sessions/${id}`),
};

/** What administrators do with the factors of other people. */
export const factors = {
  of: (person: string, signal?: AbortSignal) => http.get<Factor[]>(`/api/people/${person}/factors`, undefined, signal),
  reset: (person: string, kinds: string[], reason: string, proof: ProofGiven) => http.post<void>(`/api/people/${person}/factors/reset`, { kinds, reason, proof }),
  badge: (person: string, number: string, reason: string, proof: ProofGiven) => http.post<Factor>(`/api/people/${person}/badge`, { number, reason, proof }),
};

export const access = {
  policy: (signal?: AbortSignal) => http.get<AccessPolicy>("/api/access-policy", undefined, signal),
  change: (policy: S["AccessPolicyChange"]) => http.put<void>("/api/access-policy", policy),
  terminals: (signal?: AbortSignal) => http.get<Terminal[]>("/api/terminals", undefined, signal),
  register: (name: string, place: string, reason: string) => http.post<Terminal>("/api/terminals", { name, place, reason }),
  revoke: (id: string, reason: string) => http.post<void>(`/api/terminals/${id}/revoke`, { reason }),
};
