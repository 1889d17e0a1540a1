/** Tables of instruments: a sample file is looked at by the server, and a mapping is drafted. */
import { http } from "./http";
import type { components } from "./schema";

type S = components["schemas"];

export type Look = S["SampleLook"];
export type Sample = S["Sample"];
export type NewTable = S["NewTable"];
export type Table = S["TableOut"];

export const tables = {
  look: (body: Sample) => http.post<Look>("/api/equipment/tables/look", body),
  draft: (body: NewTable) => http.post<S["ConnectionOut"]>("/api/equipment/tables", body),
  of: (name: string, signal?: AbortSignal) => http.get<Table>(`/api/equipment/tables/${encodeURIComponent(name)}`, undefined, signal),
};
