import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { alarms, type DeviceAlarm, type DeviceAlarmDetail } from "../../api/alarms";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, ErrorState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { AlarmState, Clocks } from "./Alarms";

/** One alarm: as its device told it last, everything it told, and a person's answer. */
export default function Alarm() {
  const { id } = useParams({ strict: false }) as { id: string };
  const asked = useQuery({
    queryKey: ["device-alarm", id],
    queryFn: ({ signal }) => alarms.one(id, signal),
    meta: { types: ["equipment_alarm", "equipment_command"] },
  });
  return (
    <Asked query={asked} lines={10}>
      {(found) => <Body detail={found} />}
    </Asked>
  );
}

function Body({ detail: { alarm, events } }: { detail: DeviceAlarmDetail }) {
  return (
    <>
      <PageHead title={alarm.name} state={<AlarmState state={alarm.state} />} sub={alarm.message} />
      <div className="stack-l">
      <div className="split-2">
        <Panel title={t("alarms.facts")}>
          <Facts
            of={[
              [t("alarms.equipment"), alarm.equipment ? <Link key="u" to="/units/$code" params={{ code: alarm.equipment }}>{alarm.equipment}</Link> : "–"],
              [t("alarms.channel"), alarm.tag ?? "–"],
              [t("alarms.connection"), <Link key="c" to="/links/$name" params={{ name: alarm.connection }}>{alarm.connection}</Link>],
              [t("alarms.severity"), t("alarms.severity.of", { n: alarm.severity })],
              [t("alarms.raised"), String(alarm.raised)],
              [t("alarms.active"), <TimeStamp key="a" at={alarm.active_at} precision="second" />],
              [t("alarms.cleared"), <TimeStamp key="e" at={alarm.cleared_at} precision="second" />],
              [t("alarms.changed"), <Clocks key="b" device={alarm.source_at} host={alarm.received_at} />],
              [t("alarms.acked"), alarm.acked_by ? <span key="k">{alarm.acked_by} <TimeStamp at={alarm.acked_at} precision="second" /></span> : t("alarms.notyet")],
              [t("alarms.confirmed"), alarm.confirmed_by || t("alarms.notyet")],
              [t("alarms.comment"), alarm.comment || "–"],
            ]}
          />
        </Panel>
        <Answering alarm={alarm} />
      </div>
      <Panel title={t("alarms.history")} flush>
        <DataTable
          name="alarm-history"
          label={t("alarms.history")}
          rows={events}
          id={(r) => r.id}
          bare
          columns={[
            { key: "at", title: t("alarms.changed"), value: (r) => r.source_at, render: (r) => <Clocks device={r.source_at} host={r.received_at} /> },
            { key: "state", title: t("alarms.state"), value: (r) => r.state, render: (r) => <AlarmState state={r.state} /> },
            { key: "message", title: t("alarms.message"), value: (r) => r.message },
            { key: "severity", title: t("alarms.severity"), align: "right", value: (r) => r.severity, render: (r) => <span className="tabular">{r.severity}</span> },
            { key: "by", title: t("alarms.answer"), value: (r) => r.by },
            { key: "comment", title: t("alarms.comment"), value: (r) => r.comment },
          ]}
        />
      </Panel>
      </div>
    </>
  );
}

function Answering({ alarm }: { alarm: DeviceAlarm }) {
  const client = useQueryClient();
  const [comment, setComment] = useState("");
  const kind = alarm.acked === false ? "acknowledge" : alarm.confirmed === false ? "confirm" : null;
  const answer = useMutation({
    mutationFn: (chosen: "acknowledge" | "confirm") => alarms.answer(alarm.id, chosen, { event_id: alarm.event_id, comment: comment.trim() }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["device-alarm", alarm.id] }),
  });
  if (kind === null) return null;
  return (
    <Panel title={t("alarms.answer")}>
      <div className="stack">
        {alarm.asked ? (
          <p role="status" className="notice">
            {t("alarms.asked", { who: alarm.asked_by, what: alarm.asked })} {alarm.asked_message}
          </p>
        ) : null}
        {answer.error ? <ErrorState error={answer.error} /> : null}
        {alarm.answerable ? (
          <>
            <Textarea label={t("alarms.comment")} description={t("alarms.comment.hint")} value={comment} onChange={(e) => setComment(e.currentTarget.value)} autosize minRows={2} maxLength={500} />
            <Button className="floor" size="lg" disabled={comment.trim() === ""} loading={answer.isPending} onClick={() => answer.mutate(kind)}>
              {t(kind === "acknowledge" ? "alarms.acknowledge" : "alarms.confirm")}
            </Button>
          </>
        ) : (
          <p className="muted">{t("alarms.notanswerable")}</p>
        )}
      </div>
    </Panel>
  );
}
