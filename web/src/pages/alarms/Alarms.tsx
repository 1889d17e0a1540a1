import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { alarms, type Wanted } from "../../api/alarms";
import { stamp } from "../../format/time";
import { t } from "../../i18n";
import { alarmStates } from "../../i18n/alarms";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { useZone } from "../../parts/zone";

/** What devices warn of: what stands, and what is over. */
export default function Alarms() {
  const [tab, setTab] = useView("tab");
  return (
    <>
      <PageHead title={t("alarms.title")} sub={t("alarms.sub")} />
      <Tabs value={tab ?? "standing"} onChange={(v) => setTab(v === "standing" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="standing">{t("alarms.standing")}</Tabs.Tab>
          <Tabs.Tab value="over">{t("alarms.over")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="standing">
          <AlarmTable wanted={{ standing: true }} none={t("alarms.none.standing")} />
        </Tabs.Panel>
        <Tabs.Panel value="over">
          <AlarmTable wanted={{ standing: false }} none={t("alarms.none.over")} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** Alarms as a table; where it is `quiet`, it is there only if there is one. */
export function AlarmTable({ wanted, none, title, quiet }: { wanted: Wanted; none: string; title?: string; quiet?: boolean }) {
  const navigate = useNavigate();
  const asked = useQuery({
    queryKey: ["device-alarms", JSON.stringify(wanted)],
    queryFn: ({ signal }) => alarms.list(wanted, signal),
    meta: { types: ["equipment_alarm"] },
  });
  if (quiet && !asked.error && (asked.data ?? []).length === 0) return null;
  return (
    <Panel title={title} flush>
      <Asked query={asked} empty={<EmptyState title={none}>{t("alarms.where")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="device-alarms"
            label={title ?? t("alarms.title")}
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/alarms/$id", params: { id: r.id } })}
            columns={[
              { key: "state", title: t("alarms.state"), value: (r) => alarmStates[r.state]?.word ?? r.state, render: (r) => <AlarmState state={r.state} /> },
              { key: "name", title: t("alarms.name"), value: (r) => r.name, render: (r) => <strong>{r.name}</strong> },
              { key: "message", title: t("alarms.message"), value: (r) => r.message },
              { key: "equipment", title: t("alarms.equipment"), value: (r) => r.equipment, nowrap: true },
              { key: "connection", title: t("alarms.connection"), value: (r) => r.connection, nowrap: true },
              { key: "severity", title: t("alarms.severity"), align: "right", value: (r) => r.severity, render: (r) => <span className="tabular">{r.severity}</span> },
              { key: "active", title: t("alarms.active"), value: (r) => r.active_at, render: (r) => <TimeStamp at={r.active_at} server={r.recorded_at} precision="second" /> },
              { key: "cleared", title: t("alarms.cleared"), value: (r) => r.cleared_at, render: (r) => <TimeStamp at={r.cleared_at} precision="second" /> },
              { key: "acked", title: t("alarms.acked"), value: (r) => r.acked_by, render: (r) => r.acked_by || (r.acked ? "–" : t("alarms.notyet")) },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

/** When the device says it was, and when its host heard it: two clocks, never merged. */
export function Clocks({ device, host }: { device: string; host: string }) {
  const zone = useZone();
  return (
    <span className="both-times tabular">
      <span>
        <span className="muted">{t("alarms.device")}</span> {stamp(device, zone, "second")} {zone}
      </span>
      <span>
        <span className="muted">{t("alarms.host")}</span> {stamp(host, "UTC", "second")} UTC
      </span>
    </span>
  );
}

export function AlarmState({ state }: { state: string }) {
  const known = alarmStates[state];
  return <StateBadge state={state} word={known?.word} tone={known?.tone} />;
}
