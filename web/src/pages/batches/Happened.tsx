import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import type { BatchDetail, GapOut } from "../../api/types";
import { ms, span } from "../../format/time";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { LoadingState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";
import { placeOf } from "../../shell/nav";

interface Event {
  key: string;
  kind: string;
  name: string;
  title: string;
  state: string;
  plant: string;
  server: string;
  href: string | null;
}

/** What did not go by the recipe alone, in one line of time: alerts, deviations, investigations, gaps, proposals. */
export function Happened({ batch }: { batch: BatchDetail }) {
  const id = batch.id;
  const on = { retry: false as const };
  const alerts = useQuery({ queryKey: ["alerts", id], queryFn: ({ signal }) => api.alerts({ batch_id: id }, signal), meta: { types: ["insight_alert"] }, ...on });
  const deviations = useQuery({ queryKey: ["deviations", id], queryFn: ({ signal }) => api.deviations({ batch_id: id }, signal), meta: { types: ["quality_deviation"] }, ...on });
  const investigations = useQuery({ queryKey: ["investigations", id], queryFn: ({ signal }) => api.investigations({ batch_id: id }, signal), meta: { types: ["lims_investigation"] }, ...on });
  const proposals = useQuery({ queryKey: ["proposals", id], queryFn: ({ signal }) => api.proposals({ batch_id: id }, signal), meta: { types: ["twin_proposal"] }, ...on });
  const gaps = useQuery({ queryKey: ["gaps", "all"], queryFn: ({ signal }) => api.gaps({}, signal), meta: { types: ["equipment_gap"] }, ...on });
  const asked = [alerts, deviations, investigations, proposals, gaps];
  const events: Event[] = [
    ...(alerts.data ?? []).map((a) => ({ key: a.id, kind: t("happened.alert"), name: a.number, title: a.title, state: a.overdue ? "overdue" : a.state, plant: a.raised_at, server: a.recorded_at, href: `/alerts/${a.id}` })),
    ...(deviations.data ?? []).map((d) => ({ key: d.id, kind: t("happened.deviation"), name: d.number, title: d.title, state: d.state, plant: d.process_at, server: d.recorded_at, href: placeOf({ record_type: "quality_deviation", record_id: d.id, batch_id: id }) })),
    ...(investigations.data ?? []).map((i) => ({ key: i.id, kind: t("happened.investigation"), name: i.number, title: i.title, state: i.state, plant: i.process_at, server: i.recorded_at, href: `/lab/results/${i.result_id}` })),
    ...(proposals.data ?? []).map((p) => ({ key: p.id, kind: t("happened.proposal"), name: p.number, title: p.title, state: p.state, plant: p.process_at, server: p.recorded_at, href: `/twin/proposals/${p.id}` })),
    ...(gaps.data ?? []).filter((g) => within(g, batch)).map((g) => ({ key: g.id, kind: t("happened.gap"), name: g.connection, title: `${g.reason}, ${span(ms(g.to_at) - ms(g.from_at))}`, state: g.state, plant: g.from_at, server: g.recorded_at, href: `/links/${encodeURIComponent(g.connection)}` })),
  ].sort((a, b) => ms(a.plant) - ms(b.plant));
  return (
    <Panel title={t("happened.title")} flush right={<span className="muted">{t("happened.note")}</span>}>
      {events.length === 0 && asked.some((q) => q.isPending) ? (
        <LoadingState lines={3} />
      ) : events.length === 0 ? (
        <p className="muted" style={{ padding: "12px 14px" }}>{t("happened.none")}</p>
      ) : (
        <ol className="happened">
          {events.map((e) => (
            <li key={e.key}>
              <BothTimes plant={e.plant} server={e.server} precision="minute" />
              <span className="muted">{e.kind}</span>
              <span>{e.href ? <a href={e.href}>{e.name}</a> : <strong>{e.name}</strong>} {e.title}</span>
              <StateBadge state={e.state} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function within(gap: GapOut, batch: BatchDetail): boolean {
  if (!batch.started_at) return false;
  return ms(gap.to_at) >= ms(batch.started_at) && (!batch.ended_at || ms(gap.from_at) <= ms(batch.ended_at));
}
