/** What the pages ask about the systems beside Titer: declarations, sources, comparisons, legacy imports. */
import { http } from "./http";
import type { components } from "./schema";

type S = components["schemas"];
const key = encodeURIComponent;

export type Declaration = S["DeclarationOut"];
export type NewDeclaration = S["NewDeclaration"];
export type Source = S["SourceOut"];
export type Reconciliation = S["ReconciliationWholeOut"];
export type SideDifference = S["SideDifferenceOut"];
export type Quarantined = S["QuarantinedOut"];
export type Copy = S["CopyOut"];
export type Verification = S["VerificationOut"];

export const systems = {
  declarations: (signal?: AbortSignal) => http.get<Declaration[]>("/api/systems/declarations", undefined, signal),
  declare: (body: NewDeclaration) => http.post<Declaration>("/api/systems/declarations", body),
  sources: (signal?: AbortSignal) => http.get<Source[]>("/api/systems/sources", undefined, signal),
  reconciliation: (id: string, signal?: AbortSignal) => http.get<Reconciliation>(`/api/systems/reconciliations/${key(id)}`, undefined, signal),
  quarantine: (source: string, signal?: AbortSignal) => http.get<Quarantined[]>(`/api/systems/sources/${key(source)}/quarantine`, undefined, signal),
  copies: (source: string, signal?: AbortSignal) => http.get<Copy[]>(`/api/systems/sources/${key(source)}/copies`, undefined, signal),
  take: (source: string, reason: string) => http.post(`/api/systems/sources/${key(source)}/imports`, { reason }),
  reconcile: (source: string, reason: string) => http.post<Reconciliation>(`/api/systems/sources/${key(source)}/reconciliations`, { reason }),
  verify: (imported: string, reason: string) => http.post<Verification>(`/api/systems/imports/${key(imported)}/verification`, { reason }),
  discard: (row: Quarantined, comment: string) => http.post<Quarantined>(`/api/systems/quarantine/${key(row.id)}/discard`, { version: row.version, comment }),
};
