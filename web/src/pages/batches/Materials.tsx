import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Batch } from "../../api/types";
import { exact } from "../../format/number";
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
      <Panel title="Went in" flush>
        <Asked query={consumed} empty={<EmptyState title="Nothing charged yet">Each charge is scanned: a lot that is expired or not released is refused.</EmptyState>}>
          {(rows) => (
            <DataTable
              name="consumed"
              label={`Materials charged to ${batch.number}`}
              rows={rows}
              bare
              id={(r) => r.id}
              columns={[
                { key: "material", title: "Material", value: (r) => title.get(byLot.get(r.source_id)?.definition_id ?? "") ?? "" },
                { key: "lot", title: "Lot", value: (r) => byLot.get(r.source_id)?.number ?? r.source_id, render: (r) => <Link to="/materials/$id" params={{ id: r.source_id }}>{byLot.get(r.source_id)?.number ?? r.source_id.slice(-8)}</Link> },
                { key: "supplier", title: "Supplier", value: (r) => byLot.get(r.source_id)?.supplier },
                { key: "quantity", title: "Quantity", align: "right", value: (r) => r.quantity, render: (r) => <span className="tabular">{exact(r.quantity, r.unit)}</span> },
                { key: "expires", title: "Expires", value: (r) => byLot.get(r.source_id)?.expires_on },
                { key: "disposition", title: "Disposition", value: (r) => byLot.get(r.source_id)?.disposition, render: (r) => <StateBadge state={byLot.get(r.source_id)?.disposition ?? "unknown"} /> },
                { key: "at", title: "Charged", value: (r) => r.happened_at, render: (r) => <TimeStamp at={r.happened_at} server={r.recorded_at} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
      <Panel title="Came out" flush>
        <Asked query={produced} empty={<EmptyState title="Nothing yet">The harvest lot appears when the harvest is taken.</EmptyState>}>
          {(rows) => (
            <DataTable
              name="produced"
              label={`Lots produced by ${batch.number}`}
              rows={rows}
              bare
              id={(r) => r.id}
              columns={[
                { key: "lot", title: "Lot", value: (r) => r.number, render: (r) => <Link to="/materials/$id" params={{ id: r.id }}>{r.number}</Link> },
                { key: "material", title: "Material", value: (r) => title.get(r.definition_id) },
                { key: "quantity", title: "Quantity", align: "right", value: (r) => r.quantity, render: (r) => <span className="tabular">{exact(r.quantity, r.unit)}</span> },
                { key: "usage", title: "Usage", value: (r) => r.usage, render: (r) => <StateBadge state={r.usage} tone="plain" /> },
                { key: "disposition", title: "Disposition", value: (r) => r.disposition, render: (r) => <StateBadge state={r.disposition} /> },
                { key: "why", title: "Not ready because", value: (r) => r.not_ready.join("; ") },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </div>
  );
}
