/** What a person proves with, and the browser's part in it: passkeys (Web Authentication). */
import { t } from "../i18n";
import { http } from "./http";
import { ProblemError } from "./problem";

/** A passkey's answer as JSON; the server reads it. */
export type PasskeyAnswer = Record<string, unknown>;

export interface ProofGiven {
  password?: string;
  totp?: string;
  passkey?: PasskeyAnswer;
  badge?: string;
  pin?: string;
  /** Typed at the first signature of a session. */
  username?: string;
}

/** Whether this browser has passkeys here: they belong to a host's name, never to a number. */
export function hasPasskeys(): boolean {
  const host = location.hostname;
  const number = /^[\d.]+$/.test(host) || host.includes(":");
  return !number && window.isSecureContext && typeof window.PublicKeyCredential === "function";
}

/** Asks the browser for a passkey: one of the person's own in a session, any that it has before there is one. */
export async function askPasskey(where: "login" | "session"): Promise<PasskeyAnswer> {
  const options = await http.post<Record<string, unknown>>(where === "login" ? "/api/session/passkey" : "/api/account/passkeys/ask");
  return given(() => navigator.credentials.get({ publicKey: requestOptions(options) }));
}

/** Has the browser make a passkey. */
export async function makePasskey(options: Record<string, unknown>): Promise<PasskeyAnswer> {
  return given(() => navigator.credentials.create({ publicKey: creationOptions(options) }));
}

async function given(ask: () => Promise<Credential | null>): Promise<PasskeyAnswer> {
  let answer: Credential | null = null;
  try {
    answer = await ask();
  } catch (error) {
    throw refused(error instanceof Error ? error.message : "");
  }
  if (!(answer instanceof PublicKeyCredential)) throw refused("");
  return json(answer);
}

function refused(why: string): ProblemError {
  return new ProblemError({ title: t("proof.passkey"), what: t("proof.passkey.refused"), why, next: t("proof.passkey.refused.next"), where: "", status: -1, reason: "" });
}

function bytes(text: unknown): ArrayBuffer {
  const plain = atob(String(text).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

interface Described {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

const described = (list: unknown): PublicKeyCredentialDescriptor[] => ((list ?? []) as Described[]).map((one) => ({ ...one, id: bytes(one.id) }));

function requestOptions(o: Record<string, unknown>): PublicKeyCredentialRequestOptions {
  return { ...o, challenge: bytes(o.challenge), allowCredentials: described(o.allowCredentials) } as PublicKeyCredentialRequestOptions;
}

function creationOptions(o: Record<string, unknown>): PublicKeyCredentialCreationOptions {
  const user = o.user as Record<string, unknown>;
  return {
    ...o,
    challenge: bytes(o.challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: described(o.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

function json(answer: PublicKeyCredential): PasskeyAnswer {
  const response: Record<string, string> = { clientDataJSON: text(answer.response.clientDataJSON) };
  if (answer.response instanceof AuthenticatorAttestationResponse) response.attestationObject = text(answer.response.attestationObject);
  if (answer.response instanceof AuthenticatorAssertionResponse) {
    response.authenticatorData = text(answer.response.authenticatorData);
    response.signature = text(answer.response.signature);
    if (answer.response.userHandle) response.userHandle = text(answer.response.userHandle);
  }
  return { id: answer.id, rawId: text(answer.rawId), type: answer.type, response, clientExtensionResults: {} };
}
