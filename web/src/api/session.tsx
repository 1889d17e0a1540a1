/** Who is logged in, and on which installation. */
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useSyncExternalStore, type ReactNode } from "react";
import { http, onSessionLost, setCsrf } from "./http";
import { store, takeClocks } from "./live";
import { ProblemError } from "./problem";
import type { ProofGiven } from "./proof";

export interface Person {
  id: string;
  username: string;
  full_name: string;
  roles: string[];
  robot_for: string | null;
  policy_acknowledged: boolean;
}

export interface Installation {
  name: string;
  site: string;
  simulated: boolean;
  demo: boolean;
  time_zone: string;
  layers: string[];
  version: string;
  clock: { server: string; process: string; rate: number; simulated: boolean };
}

interface LoggedIn {
  session_id: string;
  person: Person;
  csrf: string;
  /** What the session is good for, where not for everything: "password" or "second_factor". */
  limited_to: string | null;
  factors: string[];
  terminal: boolean;
}

export interface Session extends LoggedIn {
  installation: Installation;
}

async function complete(session: LoggedIn): Promise<Session> {
  setCsrf(session.csrf);
  const installation = await http.get<Installation>("/api/installation");
  takeClocks(installation.clock);
  return { ...session, installation };
}

async function read(): Promise<Session | null> {
  try {
    return await complete(await http.get<LoggedIn>("/api/session"));
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 401) return null;
    throw error;
  }
}

const Context = createContext<Session | null>(null);

/** The session; only inside pages that a logged-in person sees. */
export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("This page needs a session.");
  return session;
}

export function useMaySee(...roles: string[]): boolean {
  const session = useContext(Context);
  return session !== null && session.person.roles.some((r) => roles.includes(r));
}

const ended = store(false);

/** Whether the session has ended under the page; the page stays, and the way back in lies over it. */
export function useSessionEnded(): boolean {
  return useSyncExternalStore(ended.subscribe, ended.get);
}

export function useSessionQuery() {
  const client = useQueryClient();
  useEffect(() => {
    onSessionLost(() => {
      if (client.getQueryData<Session | null>(["session"])) ended.set(true);
      else client.setQueryData(["session"], null);
    });
    return () => onSessionLost(null);
  }, [client]);
  return useQuery({ queryKey: ["session"], queryFn: read, staleTime: Number.POSITIVE_INFINITY, retry: false });
}

/** Takes a session that was opened again. Another person starts with a page of their own, nothing half-typed. */
export function resume(client: QueryClient, session: Session): void {
  const before = client.getQueryData<Session | null>(["session"]);
  client.setQueryData(["session"], session);
  if (before && before.person.id !== session.person.id) {
    sessionStorage.clear();
    location.assign("/");
    return;
  }
  ended.set(false);
  void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "session" && q.queryKey[0] !== "sign.preview" });
}

export async function logIn(username: string, proof: ProofGiven): Promise<Session> {
  return complete(await http.post<LoggedIn>("/api/session", { username, ...proof }));
}

/** Takes the session that a change of the account began anew, under another token. */
export async function renew(client: QueryClient, session: LoggedIn): Promise<void> {
  client.setQueryData(["session"], await complete(session));
}

/** Proves again who one is; the session goes on under another token. */
export async function stepUp(proof: ProofGiven): Promise<LoggedIn> {
  return http.post<LoggedIn>("/api/session/proof", proof);
}

export async function logOut(): Promise<void> {
  await http.del("/api/session");
  setCsrf("");
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <Context.Provider value={session}>{children}</Context.Provider>;
}

/** Says that one's electronic signature binds like one by hand (21 CFR 11.10(j)); without it nobody signs. */
export async function acknowledgePolicy(digest: string): Promise<void> {
  await http.post("/api/session/policy", { digest });
}
