/** Backups, restores on trial, retention and legal holds. */
import { http, save } from "./http";
import type { components } from "./schema";

type S = components["schemas"];
export type Backups = S["BackupsOut"];
export type Retention = S["RetentionOut"];
export type Series = S["SeriesKeepingOut"];
export type Hold = S["LegalHoldOut"];

export const keeping = {
  backups: (signal?: AbortSignal) => http.get<Backups>("/api/backups", undefined, signal),
  take: (body: S["BackupWanted"], name: string) => save("/api/backups", name, body),
  drill: (reason: string) => http.post<S["DrillOut"]>("/api/backups/drill", { reason }),
  retention: (signal?: AbortSignal) => http.get<Retention>("/api/retention", undefined, signal),
  setClass: (body: S["SetRetention"]) => http.post<S["RetentionClassOut"]>("/api/retention/classes", body),
  series: (signal?: AbortSignal) => http.get<Series>("/api/historian/retention", undefined, signal),
  setSeries: (body: S["SetSeriesClass"]) => http.post<S["SeriesClassOut"]>("/api/historian/retention", body),
  retireSeries: (digests: string[], reason: string) => http.post<S["RetiredSegmentOut"][]>("/api/historian/retire", { digests, reason }),
  place: (body: S["PlaceHold"]) => http.post<Hold>("/api/retention/holds", body),
  lift: (hold: Hold, reason: string) => http.post<Hold>(`/api/retention/holds/${encodeURIComponent(hold.id)}/lift`, { version: hold.version, reason }),
};
