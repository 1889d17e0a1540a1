import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** Alerts of monitoring models. Each waits for a person; none closes by itself. */
export default function Alerts() {
  return (
    <>
      <PageHead title={t("alerts.alerts")} sub={t("alerts.a_model_asks_a")} />
      <AlertTable />
    </>
  );
}

export function AlertTable({ batch }: { batch?: string }) {
  const navigate = useNavigate();
  const alerts = useQuery({ queryKey: ["alerts", batch ?? "all"], queryFn: ({ signal }) => api.alerts({ batch_id: batch }, signal), meta: { types: ["insight_alert"] } });
  return (
    <Panel flush>
      <Asked query={alerts} empty={<EmptyState title={t("alerts.no_alerts")}>{t("alerts.an_alert_stands_here")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="alerts"
            label={t("alerts.alerts")}
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/alerts/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: t("alerts.alert"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "title", title: t("word.what"), value: (r) => r.title },
              { key: "batch", title: t("word.batch"), value: (r) => r.batch_number, nowrap: true },
              { key: "unit", title: t("alerts.equipment"), value: (r) => r.equipment, nowrap: true },
              { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.overdue ? "overdue" : r.state} /> },
              { key: "ratio", title: t("alerts.of_its_limit"), align: "right", value: (r) => Number(r.ratio), render: (r) => <span className="tabular">{`${r.statistic} × ${Number(r.ratio).toFixed(2)}`}</span> },
              { key: "raised", title: t("word.raised"), value: (r) => r.raised_at, render: (r) => <TimeStamp at={r.raised_at} server={r.recorded_at} /> },
              { key: "disposition", title: t("word.disposition"), value: (r) => r.disposition?.replaceAll("_", " ") },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
