/** Who is logged in, and on which installation. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, type ReactNode } from "react";
import { http, onSessionLost, setCsrf } from "./http";
import { ProblemError } from "./problem";

export interface Person {
  id: string;
  username: string;
  full_name: string;
  roles: string[];
  robot_for?: string | null;
}

export interface Installation {
  name: string;
  site: string;
  simulated: boolean;
  demo: boolean;
  time_zone: string;
}

export interface Session {
  person: Person;
  csrf: string;
  installation?: Installation | null;
}

async function read(): Promise<Session | null> {
  try {
    const session = await http.get<Session | null>("/api/session");
    if (!session?.person) return null;
    setCsrf(session.csrf);
    return session;
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

export function useSessionQuery() {
  const client = useQueryClient();
  useEffect(() => {
    onSessionLost(() => client.setQueryData(["session"], null));
    return () => onSessionLost(null);
  }, [client]);
  return useQuery({ queryKey: ["session"], queryFn: read, staleTime: Number.POSITIVE_INFINITY, retry: false });
}

export async function logIn(username: string, password: string): Promise<Session> {
  const session = await http.post<Session>("/api/session", { username, password });
  setCsrf(session.csrf);
  return session;
}

export async function logOut(): Promise<void> {
  await http.del("/api/session");
  setCsrf("");
}

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <Context.Provider value={session}>{children}</Context.Provider>;
}
