/** The one pair of endpoints by which every signature is given. */
import { http } from "./http";

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
  /** Whether this meaning asks for a second factor. */
  second_factor?: boolean;
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
  request: SignatureRequest & { version: number; digest: string; reason: string; password: string; second_factor?: string },
) => http.post<SignatureOut>("/api/signatures", request);
