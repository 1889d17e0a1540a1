import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** Alerts of monitoring models. Each waits for a person; none closes by itself. */
export default function Alerts() {
  return (
    <>
      <PageHead title="Alerts" sub="A model asks a person to look; it changes no set-point and decides on no lot" />
      <AlertTable />
    </>
  );
}

export function AlertTable({ batch }: { batch?: string }) {
  const navigate = useNavigate();
  const alerts = useQuery({ queryKey: ["alerts", batch ?? "all"], queryFn: ({ signal }) => api.alerts({ batch_id: batch }, signal), meta: { types: ["insight_alert"] } });
  return (
    <Panel flush>
      <Asked query={alerts} empty={<EmptyState title="No alerts">An alert stands here as soon as a deployed model finds a batch outside its tunnel of normal batches.</EmptyState>}>
        {(rows) => (
          <DataTable
            name="alerts"
            label="Alerts"
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/alerts/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: "Alert", value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "title", title: "What", value: (r) => r.title },
              { key: "batch", title: "Batch", value: (r) => r.batch_number, nowrap: true },
              { key: "unit", title: "Equipment", value: (r) => r.equipment, nowrap: true },
              { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.overdue ? "overdue" : r.state} /> },
              { key: "ratio", title: "Of its limit", align: "right", value: (r) => Number(r.ratio), render: (r) => <span className="tabular">{`${r.statistic} × ${Number(r.ratio).toFixed(2)}`}</span> },
              { key: "raised", title: "Raised", value: (r) => r.raised_at, render: (r) => <TimeStamp at={r.raised_at} server={r.recorded_at} /> },
              { key: "disposition", title: "Disposition", value: (r) => r.disposition?.replaceAll("_", " ") },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
