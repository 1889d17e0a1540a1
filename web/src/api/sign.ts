/** The one pair of endpoints by which every signature is given. */
import { http } from "./http";
import type { ProofGiven } from "./proof";

export interface SignatureRequest {
  record_type: string;
  record_id: string;
  meaning: string;
  data: Record<string, unknown>;
}

export interface SignaturePreview {
  title: string;
  content: Record<string, unknown>;
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

export interface SignatureOut {
  id: string;
  digest: string;
  meaning: string;
  signed_at: string;
  printed_name?: string;
}

export const previewSignature = (request: SignatureRequest) => http.post<SignaturePreview>("/api/signatures/preview", request);

export const giveSignature = (
  request: SignatureRequest & { version: number; digest: string; reason: string } & ProofGiven,
) => http.post<SignatureOut>("/api/signatures", request);
