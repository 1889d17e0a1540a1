import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

export default function Batches() {
  const navigate = useNavigate();
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), meta: { types: ["mes_batch"] } });
  const dispositions = useQuery({ queryKey: ["dispositions"], queryFn: ({ signal }) => api.dispositions(signal), meta: { types: ["quality_"] }, retry: false });
  const of = new Map((dispositions.data ?? []).map((d) => [d.batch_id, d.state]));
  return (
    <>
      <PageHead title={t("batches.batches")} sub={t("batches.execution_and_disposition_are")} />
      <Panel flush>
        <Asked query={batches} empty={<EmptyState title={t("batches.no_batches")}>{t("batches.a_batch_is_created")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="batches"
              label={t("batches.batches")}
              rows={rows}
              id={(r) => r.id}
              open={(r) => void navigate({ to: "/batches/$id", params: { id: r.id } })}
              columns={[
                { key: "number", title: t("word.batch"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
                { key: "product", title: t("batches.product"), value: (r) => r.product },
                { key: "unit", title: t("word.unit"), value: (r) => r.equipment, nowrap: true },
                { key: "execution", title: t("batches.execution"), value: (r) => r.execution, render: (r) => <StateBadge state={r.execution} /> },
                { key: "disposition", title: t("word.disposition"), value: (r) => of.get(r.id), render: (r) => (of.has(r.id) ? <StateBadge state={of.get(r.id)!} /> : <span className="muted">–</span>) },
                { key: "started", title: t("word.started"), value: (r) => r.started_at, render: (r) => <TimeStamp at={r.started_at} /> },
                { key: "ended", title: t("batches.ended"), value: (r) => r.ended_at, render: (r) => <TimeStamp at={r.ended_at} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </>
  );
}
