import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";

/** What a connection told beside the values: reconnections, changed devices, clocks; the newest first. */
export function EventsPanel({ name }: { name: string }) {
  const asked = useQuery({ queryKey: ["connection-events", name], queryFn: ({ signal }) => api.connectionEvents(name, signal), meta: { types: ["equipment_stream_event"] } });
  return (
    <Panel title={t("events.title")} flush>
      <Asked query={asked} isEmpty={(rows) => rows.length === 0} empty={<EmptyState title={t("events.none")}>{t("events.none.why")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="events"
            label={t("events.title")}
            rows={rows}
            id={(r) => r.id}
            columns={[
              { key: "at", title: t("events.at"), value: (r) => r.at, render: (r) => <TimeStamp at={r.at} server={r.recorded_at} precision="second" />, nowrap: true },
              { key: "kind", title: t("events.kind"), value: (r) => label(r.kind), nowrap: true },
              { key: "reason", title: t("events.words"), value: (r) => r.reason },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
