/** The endpoints by which every signature is given, alone or in a series, and read. */
import { http } from "./http";
import type { ProofGiven } from "./proof";
import type { components } from "./schema";

export interface SignatureRequest {
  record_type: string;
  record_id: string;
  meaning: string;
  data: Record<string, unknown>;
}

/** Records of one kind that are signed together, with one meaning. */
export interface SeriesRequest {
  record_type: string;
  meaning: string;
  items: { record_id: string; data: Record<string, unknown> }[];
}

export interface SignaturePreview {
  record_id: string;
  title: string;
  /** The text that is hashed; what is shown is read out of it, and nothing else is. */
  canonical: string;
  digest: string;
  version: number;
  blockers: string[];
  proof: ProofNeeded;
}

/** What a signature asks for beside the password. */
export interface ProofNeeded {
  /** One of these, at the first signing of a session: "username", or at a terminal "badge" or "pin". */
  identification: string[];
  second_factor: boolean;
  offers: string[];
}

export type SignatureOut = components["schemas"]["SignatureOut"];
export type SignedContentOut = components["schemas"]["SignedContentOut"];

export const previewSignature = (request: SignatureRequest) => http.post<SignaturePreview>("/api/signatures/preview", request);

export const giveSignature = (
  request: SignatureRequest & { version: number; digest: string; reason: string } & ProofGiven,
) => http.post<SignatureOut>("/api/signatures", request);

export const previewSeries = (request: SeriesRequest) => http.post<SignaturePreview[]>("/api/signatures/series/preview", request);

export const giveSeries = (
  request: Omit<SeriesRequest, "items"> & {
    items: { record_id: string; data: Record<string, unknown>; version: number; digest: string }[];
    reason: string;
  } & ProofGiven,
) => http.post<SignatureOut[]>("/api/signatures/series", request);

export const readSignature = (id: string, signal?: AbortSignal) => http.get<SignedContentOut>(`/api/signatures/${encodeURIComponent(id)}`, undefined, signal);
