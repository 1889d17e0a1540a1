import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { Connection, EdgeHost } from "../../api/types";
import { bytes, count } from "../../format/number";
import { ms, relative } from "../../format/time";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { StateBadge } from "../../parts/StateBadge";
import type { Tone } from "../../parts/states";
import { TimeStamp } from "../../parts/TimeStamp";

const TONES: Record<string, Tone> = { enrolled: "done", invited: "waiting", revoked: "warning", over: "warning" };
const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;
const DISK_LOW = 256 * 2 ** 20;

/** Connector hosts beside the instruments: which is heard, what waits there, and until when it may come in. */
export function Edges({ links }: { links: Connection[] }) {
  const now = useNow();
  const edges = useQuery({ queryKey: ["edges"], queryFn: ({ signal }) => api.edges(signal), meta: { types: ["record_edge", "record_edge_certificate"] }, refetchInterval: 10_000 });
  const rows = edges.data ?? [];
  if (rows.length === 0) return null;
  const of = (edge: EdgeHost) => links.filter((link) => link.host === edge.name);
  return (
    <Panel title={t("edges.title")} flush>
      <DataTable
        name="edges"
        label={t("edges.title")}
        rows={rows}
        id={(r) => r.name}
        columns={[
          { key: "name", title: t("edges.edge"), value: (r) => r.name, nowrap: true, render: (r) => <strong>{r.name}</strong> },
          { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={TONES[r.state]} /> },
          { key: "connections", title: t("edges.connections"), value: (r) => of(r).length, render: (r) => of(r).map((link) => link.name).join(", ") || "–" },
          { key: "alarm", title: t("edges.alarm"), value: (r) => alarm(r, of(r), now.server), render: (r) => <Alarm words={alarm(r, of(r), now.server)} /> },
          { key: "backlog", title: t("edges.backlog_title"), value: (r) => waiting(of(r)), render: (r) => (waiting(of(r)) === 0 ? <span className="muted">{t("edges.nothing_waits")}</span> : <span className="tabular">{t("edges.backlog", { n: count(waiting(of(r))), size: bytes(of(r).reduce((sum, link) => sum + link.backlog_bytes, 0)) })}</span>) },
          { key: "oldest", title: t("edges.oldest"), value: (r) => oldest(of(r)), render: (r) => (waiting(of(r)) > 0 ? <TimeStamp at={oldest(of(r))} /> : "–"), nowrap: true },
          { key: "disk", title: t("edges.disk"), value: (r) => diskFree(of(r)), render: (r) => <span className="tabular nowrap">{diskFree(of(r)) === null ? "–" : bytes(diskFree(of(r)) ?? 0)}</span> },
          { key: "heard", title: t("edges.heard"), value: (r) => heard(r, of(r)), render: (r) => (heard(r, of(r)) ? <span className="tabular nowrap">{relative(heard(r, of(r)) ?? "", now.server)}</span> : <span className="muted">{t("edges.never")}</span>) },
          { key: "from", title: t("edges.from"), value: (r) => r.used_from, render: (r) => <span className="mono">{r.used_from ?? "–"}</span> },
          { key: "certificate", title: t("edges.certificate"), value: (r) => r.expires_at, render: (r) => <TimeStamp at={r.expires_at} />, nowrap: true },
        ]}
      />
    </Panel>
  );
}

const waiting = (links: Connection[]) => links.reduce((sum, link) => sum + link.backlog, 0);

function oldest(links: Connection[]): string | null {
  const found = links.flatMap((link) => (link.oldest_at ? [link.oldest_at] : []));
  return found.sort()[0] ?? null;
}

function diskFree(links: Connection[]): number | null {
  const found = links.flatMap((link) => (link.disk_free === null ? [] : [link.disk_free]));
  return found.length ? Math.min(...found) : null;
}

function heard(edge: EdgeHost, links: Connection[]): string | null {
  const found = [edge.used_at, ...links.map((link) => link.heard_at)].flatMap((at) => (at ? [at] : []));
  return found.sort((one, other) => ms(other) - ms(one))[0] ?? null;
}

function alarm(edge: EdgeHost, links: Connection[], now: number): string {
  const found = [];
  const full = links.filter((link) => link.live_state === "journal_full").map((link) => link.name);
  if (full.length) found.push(t("edges.nothing_is_taken", { names: full.join(", ") }));
  const free = diskFree(links);
  if (free !== null && free < DISK_LOW) found.push(t("edges.disk_low"));
  if (edge.state === "enrolled" && edge.expires_at && ms(edge.expires_at) - now < SOON_MS && lasts(edge) > 3 * DAY_MS * 30) found.push(t("edges.ends_soon"));
  return found.join("; ");
}

/** How long the newest certificate of an edge is good for. */
function lasts(edge: EdgeHost): number {
  const newest = edge.certificates[0];
  return newest ? ms(newest.expires_at) - ms(newest.issued_at) : 0;
}

function Alarm({ words }: { words: string }) {
  return words ? <StateBadge state="alarm" tone="alarm" word={words} /> : <span className="muted">{t("word.none")}</span>;
}
