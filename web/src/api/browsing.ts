/** What a page asks of a connector host: who answers at an address, and what there is to record. */
import { http } from "./http";
import { ProblemError, problemOf } from "./problem";
import type { components } from "./schema";

type S = components["schemas"];

export interface Endpoint {
  url: string;
  policy: string;
  mode: string;
  users: string[];
  certificate: { fingerprint: string; thumbprint?: string; subject: string; issuer?: string; valid_until: string; faults: { code: string; what: string }[] } | null;
  unencrypted: boolean;
  usable: boolean;
  why: string;
}

export interface FoundServer {
  name: string;
  application_uri: string;
  product_uri: string;
  kind: string;
  endpoints: Endpoint[];
  problem: string;
}

export interface FoundNode {
  node: string;
  name: string;
  path: string[];
  tag: string;
  kind: string;
  variable: boolean;
  recordable: boolean;
  holds: string;
  scalar: boolean;
  readable: boolean;
  writable: boolean;
  description: string;
  value: string;
  unit: string;
  unit_text: string;
  low: string;
  high: string;
  states: Record<string, string>;
}

/** A SiLA 2 server that was heard on the network: what it says of itself, and what nobody has checked. */
export interface HeardServer {
  uuid: string;
  name: string;
  address: string;
  port: number;
  version: string;
  description: string;
  certificate: string;
  fingerprint: string;
}

/** A property of a SiLA 2 server. */
export interface FoundProperty extends Pick<FoundNode, "node" | "name" | "path" | "tag" | "recordable" | "holds" | "writable" | "description" | "unit" | "unit_text" | "low" | "high" | "states"> {
  observable: boolean;
}

export interface FoundProperties {
  name: string;
  uuid: string;
  nodes: FoundProperty[];
  more: boolean;
  unreadable: string[];
}

export interface Found {
  node: string;
  nodes: FoundNode[];
  more: boolean;
}

/**
 * Whose address space: a stored connection's, or the one behind an endpoint that somebody chose. `compared` is the
 * SHA-256 of the one certificate that is believed for this look; a password is sent for it and is kept nowhere.
 */
export type Whose =
  | { connection: string }
  | { host: string; settings: { endpoint: string; security_policy?: string; security_mode?: string; allow_unencrypted?: boolean; username?: string }; compared?: string; password?: string }
  | SilaWhose;

/** A SiLA 2 server that nobody has drafted a connection of yet. */
export interface SilaWhose {
  type: "sila2";
  host: string;
  settings: { host: string; port: number; allow_unencrypted?: boolean; root_certificate?: string };
}

const TURNS = 4;

export async function asked<T>(body: S["NewQuestion"], signal?: AbortSignal): Promise<T> {
  const { id } = await http.post<S["Asked"]>("/api/equipment/questions", body);
  for (let turn = 0; turn < TURNS; turn++) {
    const told = await http.get<S["Explored"]>(`/api/equipment/questions/${encodeURIComponent(id)}`, { wait: 20 }, signal);
    if (told.problem) throw new ProblemError(problemOf(422, { title: "It could not be looked through", ...told.problem }));
    if (told.done) return told.answer as T;
  }
  throw new ProblemError(problemOf(0, { detail: "The connector host gave no answer." }));
}

export const browsing = {
  discover: (address: string, host: string) => asked<{ servers: FoundServer[]; more: number }>({ type: "opcua", kind: "discover", about: { address }, settings: {}, host, password: "" }),
  listen: (networkInterface: string, host: string) =>
    asked<{ servers: HeardServer[] }>({ type: "sila2", kind: "discover", about: { interface: networkInterface }, settings: {}, host, password: "" }),
  properties: (whose: SilaWhose, signal?: AbortSignal) => asked<FoundProperties>({ type: "sila2", kind: "properties", about: {}, settings: whose.settings, host: whose.host, password: "" }, signal),
  below: (whose: Whose, node: string, signal?: AbortSignal) => asked<Found>(question(whose, "browse", node), signal),
  variables: (whose: Whose, node: string) => asked<Found>(question(whose, "variables", node)),
  draft: (body: S["NewConnection"]) => http.post<S["ConnectionOut"]>("/api/equipment/connections", body),
  add: (name: string, channels: Record<string, unknown>[]) => http.post<S["ConnectionOut"]>(`/api/equipment/connections/${encodeURIComponent(name)}/channels`, { channels }),
};

function question(whose: Whose, kind: string, node: string): S["NewQuestion"] {
  if ("connection" in whose) return { type: "opcua", kind, about: { node }, connection: whose.connection, settings: {}, host: "local", password: "" };
  if ("type" in whose) throw new Error("A SiLA 2 server has no address space; ask for its properties.");
  const compared = whose.compared ? { certificate: whose.compared } : {};
  return { type: "opcua", kind, about: { node, ...compared }, settings: whose.settings, host: whose.host, password: whose.password ?? "" };
}
