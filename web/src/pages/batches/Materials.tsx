import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Batch } from "../../api/types";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** What went in, and what came out. */
export function Materials({ batch }: { batch: Batch }) {
  const consumed = useQuery({ queryKey: ["consumed", batch.id], queryFn: ({ signal }) => api.consumed(batch.id, signal), meta: { types: ["material_"] } });
  const lots = useQuery({ queryKey: ["lots"], queryFn: ({ signal }) => api.lots({}, signal), meta: { types: ["material_"] } });
  const produced = useQuery({ queryKey: ["lots", batch.id], queryFn: ({ signal }) => api.lots({ batch_id: batch.id }, signal), meta: { types: ["material_"] } });
  const definitions = useQuery({ queryKey: ["definitions"], queryFn: ({ signal }) => api.definitions(signal), meta: { types: ["material_definition"] } });
  const byLot = new Map((lots.data ?? []).map((l) => [l.id, l]));
  const title = new Map((definitions.data ?? []).map((d) => [d.id, d.title]));
  return (
    <div className="stack-l">
      <Panel title={t("batches.went_in")} flush>
        <Asked query={consumed} empty={<EmptyState title={t("batches.nothing_charged_yet")}>{t("batches.each_charge_is_scanned")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="consumed"
              label={t("batches.materials_charged_to", { number: batch.number })}
              rows={rows}
              bare
              id={(r) => r.id}
              columns={[
                { key: "material", title: t("batches.material"), value: (r) => title.get(byLot.get(r.source_id)?.definition_id ?? "") ?? "" },
                { key: "lot", title: t("word.lot"), value: (r) => byLot.get(r.source_id)?.number ?? r.source_id, render: (r) => <Link to="/materials/$id" params={{ id: r.source_id }}>{byLot.get(r.source_id)?.number ?? r.source_id.slice(-8)}</Link> },
                { key: "supplier", title: t("batches.supplier"), value: (r) => byLot.get(r.source_id)?.supplier },
                { key: "quantity", title: t("batches.quantity"), align: "right", value: (r) => r.quantity, render: (r) => <span className="tabular">{exact(r.quantity, r.unit)}</span> },
                { key: "expires", title: t("word.expires"), value: (r) => byLot.get(r.source_id)?.expires_on },
                { key: "disposition", title: t("word.disposition"), value: (r) => byLot.get(r.source_id)?.disposition, render: (r) => <StateBadge state={byLot.get(r.source_id)?.disposition ?? "unknown"} /> },
                { key: "at", title: t("batches.charged"), value: (r) => r.happened_at, render: (r) => <TimeStamp at={r.happened_at} server={r.recorded_at} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
      <Panel title={t("batches.came_out")} flush>
        <Asked query={produced} empty={<EmptyState title={t("word.nothing_yet")}>{t("batches.the_harvest_lot_appears")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="produced"
              label={t("batches.lots_produced_by", { number: batch.number })}
              rows={rows}
              bare
              id={(r) => r.id}
              columns={[
                { key: "lot", title: t("word.lot"), value: (r) => r.number, render: (r) => <Link to="/materials/$id" params={{ id: r.id }}>{r.number}</Link> },
                { key: "material", title: t("batches.material"), value: (r) => title.get(r.definition_id) },
                { key: "quantity", title: t("batches.quantity"), align: "right", value: (r) => r.quantity, render: (r) => <span className="tabular">{exact(r.quantity, r.unit)}</span> },
                { key: "usage", title: t("batches.usage"), value: (r) => r.usage, render: (r) => <StateBadge state={r.usage} tone="plain" /> },
                { key: "disposition", title: t("word.disposition"), value: (r) => r.disposition, render: (r) => <StateBadge state={r.disposition} /> },
                { key: "why", title: t("batches.not_ready_because"), value: (r) => r.not_ready.join("; ") },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </div>
  );
}
