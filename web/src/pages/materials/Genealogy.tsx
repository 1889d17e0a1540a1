import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../../api/endpoints";
import { useSession } from "../../api/session";
import type { Kin, Lot } from "../../api/types";
import { exact } from "../../format/number";
import { t, type Message } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { useBatchNumbers } from "../../parts/people";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** What the lot became, over as many steps as there are, and what it came from; and the containers that hold it. */
export function Genealogy({ lot }: { lot: Lot }) {
  const meta = { types: ["material_"] };
  const went = useQuery({ queryKey: ["genealogy", lot.id, true], queryFn: ({ signal }) => api.genealogy(lot.id, true, signal), meta });
  const came = useQuery({ queryKey: ["genealogy", lot.id, false], queryFn: ({ signal }) => api.genealogy(lot.id, false, signal), meta });
  const containers = useQuery({ queryKey: ["containers", lot.id], queryFn: ({ signal }) => api.containers(lot.id, signal), meta });
  return (
    <>
      <Panel title={t("materials.went")} flush>
        <Asked query={went} empty={<EmptyState title={t("materials.went.none")}>{t("materials.went.none.why")}</EmptyState>}>
          {(rows) => <Steps lot={lot} name="went" label={t("materials.went.of", { lot: lot.number })} rows={rows} containers={new Map((containers.data ?? []).map((c) => [c.id, c.code]))} />}
        </Asked>
      </Panel>
      {(came.data ?? []).length > 0 ? (
        <Panel title={t("materials.came")} flush>
          <Steps lot={lot} name="came" label={t("materials.came.of", { lot: lot.number })} rows={came.data!} containers={new Map()} />
        </Panel>
      ) : null}
      {(containers.data ?? []).length > 0 ? (
        <Panel title={t("materials.containers")} flush>
          <DataTable
            name="containers"
            label={t("materials.containers.of", { lot: lot.number })}
            rows={containers.data!}
            bare
            id={(r) => r.id}
            columns={[
              { key: "code", title: t("materials.code"), value: (r) => r.code, nowrap: true },
              { key: "quantity", title: t("materials.amount"), align: "right", value: (r) => r.quantity, render: (r) => <span className="tabular">{exact(r.quantity, lot.unit)}</span> },
              { key: "location", title: t("materials.location"), value: (r) => r.location },
              { key: "state", title: t("materials.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
            ]}
          />
        </Panel>
      ) : null}
    </>
  );
}

function Steps({ name, label, lot, rows, containers }: { name: string; label: string; lot: Lot; rows: Kin[]; containers: Map<string, string> }) {
  const { installation } = useSession();
  const laboratory = installation.layers.includes("lims");
  const batch = useBatchNumbers();
  const lots = useQuery({ queryKey: ["lots"], queryFn: ({ signal }) => api.lots({}, signal), meta: { types: ["material_"] } });
  const samples = useQuery({ queryKey: ["samples", "lot", lot.id], queryFn: ({ signal }) => api.samples({ lot_id: lot.id }, signal), enabled: laboratory, meta: { types: ["lims_sample"] } });
  const lotNumber = new Map((lots.data ?? []).map((l) => [l.id, l.number]));
  const sampleNumber = new Map((samples.data ?? []).map((s) => [s.id, s.number]));

  function called(type: string, id: string): string {
    if (type === "batch") return batch(id);
    if (type === "lot") return lotNumber.get(id) ?? t("materials.lot");
    return (type === "sample" ? sampleNumber : containers).get(id) ?? t(type === "sample" ? "materials.sample" : "materials.container");
  }
  function linked(type: string, id: string): ReactNode {
    const words = called(type, id);
    if (type === "batch" && installation.layers.includes("mes")) return <Link to="/batches/$id" params={{ id }}>{words}</Link>;
    if (type === "lot") return <Link to="/materials/$id" params={{ id }}>{words}</Link>;
    if (type === "sample" && laboratory) return <Link to="/lab/samples/$id" params={{ id }}>{words}</Link>;
    return words;
  }

  return (
    <DataTable
      name={name}
      label={label}
      rows={rows}
      bare
      id={(r) => r.edge.id}
      columns={[
        { key: "from", title: t("materials.from"), value: (r) => called(r.edge.source_type, r.edge.source_id), render: (r) => linked(r.edge.source_type, r.edge.source_id), nowrap: true },
        { key: "step", title: t("materials.step"), value: (r) => t(`edge.${r.edge.kind}` as Message) },
        { key: "to", title: t("materials.to"), value: (r) => called(r.edge.target_type, r.edge.target_id), render: (r) => linked(r.edge.target_type, r.edge.target_id), nowrap: true },
        { key: "quantity", title: t("materials.amount"), align: "right", value: (r) => r.edge.quantity, render: (r) => (r.edge.quantity === null ? "–" : <span className="tabular">{exact(r.edge.quantity, r.edge.unit)}</span>) },
        { key: "at", title: t("materials.when"), value: (r) => r.edge.happened_at, render: (r) => <TimeStamp at={r.edge.happened_at} server={r.edge.recorded_at} /> },
      ]}
    />
  );
}
