/** Certificates of instruments and of connector hosts, and what people decided about them. */
import { http } from "./http";
import { asked } from "./browsing";
import type { components } from "./schema";

type S = components["schemas"];
export type Certificate = S["CertificateOut"];

/** A host's own certificate as it answers with it. */
export interface OwnCertificate {
  fingerprint: string;
  thumbprint: string;
  subject: string;
  valid_until: string;
  application_uri: string;
  certificate: string;
}

type RevocationList = S["RevocationListOut"];

function base64(data: ArrayBuffer): string {
  return btoa(Array.from(new Uint8Array(data), (one) => String.fromCharCode(one)).join(""));
}

export const certificates = {
  bringList: (data: ArrayBuffer) => http.post<RevocationList>("/api/equipment/certificates/revocation-lists", { list: base64(data) }),
  all: (signal?: AbortSignal) => http.get<Certificate[]>("/api/equipment/certificates", undefined, signal),
  ofHost: (host: string) => asked<{ own: OwnCertificate[] }>({ type: "opcua", kind: "certificates", about: {}, settings: {}, host, password: "" }),
};
