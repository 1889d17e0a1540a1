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

export const certificates = {
  all: (signal?: AbortSignal) => http.get<Certificate[]>("/api/equipment/certificates", undefined, signal),
  ofHost: (host: string) => asked<{ own: OwnCertificate[] }>({ type: "opcua", kind: "certificates", about: {}, settings: {}, host, password: "" }),
};
