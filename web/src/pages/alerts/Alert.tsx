import { Button, Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { AlertDetail, Contribution } from "../../api/types";
import { significant } from "../../format/number";
import { us } from "../../format/time";
import { capital, label } from "../../format/words";
import { t } from "../../i18n";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { TrendChart } from "../../parts/trend/TrendChart";
import { useView } from "../../parts/view";
import { Cost } from "./Cost";
import { MonitoringTrend } from "./Monitoring";
import { useTagLanes } from "./tagLanes";

const DISPOSITIONS = [
  { value: "true_process", label: t("alerts.the_process_was_abnormal") },
  { value: "sensor", label: t("alerts.a_sensor_or_connection") },
  { value: "expected", label: t("alerts.intended_and_explained") },
  { value: "model_fault", label: t("alerts.the_model_was_wrong") },
];

/** One alert: what stands out, the raw trend behind it against normal batches, and a person's disposition. */
export default function Alert() {
  const { id } = useParams({ strict: false }) as { id: string };
  const alert = useQuery({ queryKey: ["alert", id], queryFn: ({ signal }) => api.alert(id, signal), meta: { types: ["insight_alert"] } });
  return (
    <Asked query={alert} lines={10}>
      {(found) => <Body detail={found} />}
    </Asked>
  );
}

function Body({ detail }: { detail: AlertDetail }) {
  const { alert, trends, similar } = detail;
  const name = usePeople();
  const [chosen, setChosen] = useView("feature");
  const feature = chosen ?? alert.contributions[0]?.feature;
  const trend = trends.find((x) => x.feature === feature);
  return (
    <>
      <PageHead
        title={capital(alert.title)}
        state={<StateBadge state={alert.overdue ? "overdue" : alert.state} />}
        sub={
          <>
            {alert.number} · {alert.equipment} ·{" "}
            <Link to="/batches/$id" params={{ id: alert.batch_id }}>
              {alert.batch_number}
            </Link>{" "}
            {t("alerts.hour")} {Number(alert.batch_hour).toFixed(1)}
          </>
        }
      />
      <div className="split-2">
        <div className="stack-l">
          <Panel>
            <Facts
              of={[
                [t("alerts.statistic"), <span key="s" className="tabular">{t("alerts.times_its_limit", { statistic: alert.statistic, n: Number(alert.ratio).toFixed(2) })}</span>],
                [t("alerts.first_seen"), <TimeStamp key="f" at={alert.first_at} />],
                [t("word.raised"), <BothTimes key="r" plant={alert.raised_at} server={alert.recorded_at} />],
                [t("alerts.cleared"), alert.cleared_at ? <TimeStamp key="c" at={alert.cleared_at} /> : t("alerts.still_abnormal")],
                [t("alerts.acknowledged"), alert.acknowledged_at ? t("alerts.by", { n: name(alert.acknowledged_by) }) : t("word.not_yet")],
              ]}
            />
            {alert.lead ? <p style={{ marginTop: 12 }}>{alert.lead}</p> : null}
          </Panel>
          <Cost alert={alert.id} batch={alert.batch_id} />
          <Panel title={t("alerts.what_stands_out")} right={<span className="muted">{t("alerts.choose_one_for_its")}</span>}>
            <Contributions parts={alert.contributions} chosen={feature} choose={setChosen} />
          </Panel>
          {trend ? (
            <Panel title={t("alerts.raw_trend", { feature: trend.feature })}>
              <RawTrend key={trend.feature} batch={alert.batch_id} trend={trend} raised={us(alert.raised_at)} number={alert.number} />
            </Panel>
          ) : null}
          <Panel title={t("alerts.monitoring_chart")}>
            <MonitoringTrend batch={alert.batch_id} />
          </Panel>
        </div>
        <div className="stack-l">
          <Decide detail={detail} />
          {alert.disposition ? <Signatures record_type="insight_alert" record_id={alert.id} /> : null}
          <Panel title={t("alerts.similar_alerts")}>
            {similar.length === 0 ? (
              <p className="muted">{t("alerts.none_before_this_one")}</p>
            ) : (
              <ul className="stack">
                {similar.map((s) => (
                  <li key={s.id}>
                    <Link to="/alerts/$id" params={{ id: s.id }}>
                      {s.number}
                    </Link>{" "}
                    {s.title} <span className="muted">{s.disposition ? label(s.disposition) : t("alerts.not_disposed_of")}</span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}

function Contributions({ parts, chosen, choose }: { parts: Contribution[]; chosen: string | undefined; choose: (f: string) => void }) {
  const most = Math.max(...parts.map((p) => Number(p.share)), 0.0001);
  return (
    <ul>
      {parts.map((p) => (
        <li key={`${p.feature}${p.statistic}`}>
          <button type="button" className="pick" aria-current={p.feature === chosen} onClick={() => choose(p.feature)} style={{ display: "grid", gridTemplateColumns: "minmax(0,1.4fr) minmax(80px,1fr) 60px minmax(0,1.6fr)", gap: 12, alignItems: "center" }}>
            <span>{p.feature}</span>
            <span className="hbar" data-over={Math.abs(Number(p.deviation)) > 3 || undefined}>
              <i style={{ width: `${(100 * Number(p.share)) / most}%` }} />
            </span>
            <span className="tabular right">{(100 * Number(p.share)).toFixed(0)} %</span>
            <span className="muted tabular">
              {significant(p.value, 4)}{t("alerts.normal")} {significant(p.normal, 4)} ({p.deviation} σ, {p.statistic})
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function RawTrend({ batch, trend, raised, number }: { batch: string; trend: AlertDetail["trends"][number]; raised: number; number: string }) {
  const now = useNow();
  const [window, setWindow] = useState({ from: trend.from_us, to: trend.to_us });
  const { query, lanes } = useTagLanes(trend.tags, window.from, window.to, batch);
  return (
    <Asked query={query} lines={8}>
      {() => (
        <TrendChart
          name="raw"
          title={t("alerts.raw", { feature: trend.feature })}
          lanes={lanes}
          from_us={window.from}
          to_us={window.to}
          now_us={now.process * 1000}
          marks={[{ kind: "alert", us: raised, label: number, tone: "warning" }]}
          onZoom={(from, to) => setWindow({ from, to })}
          onReset={() => setWindow({ from: trend.from_us, to: trend.to_us })}
        />
      )}
    </Asked>
  );
}

function Decide({ detail: { alert } }: { detail: AlertDetail }) {
  const client = useQueryClient();
  const [disposition, setDisposition] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [deviate, setDeviate] = useState(false);
  const [title, setTitle] = useState(alert.title);
  const acknowledge = useMutation({ mutationFn: () => api.acknowledge(alert.id), onSuccess: () => void client.invalidateQueries({ queryKey: ["alert", alert.id] }) });
  if (alert.disposition) {
    return (
      <Panel title={t("word.disposition")}>
        <Facts
          of={[
            [t("word.disposition"), DISPOSITIONS.find((d) => d.value === alert.disposition)?.label ?? label(alert.disposition)],
            [t("word.comment"), alert.comment ?? "–"],
            [t("word.deviation"), alert.deviation_id ? <a key="d" href={`/review?batch=${alert.batch_id}&tab=deviations&deviation=${alert.deviation_id}`}>{t("alerts.open_the_deviation")}</a> : t("word.none")],
          ]}
        />
      </Panel>
    );
  }
  const data = {
    disposition,
    comment: comment.trim(),
    ...(deviate && disposition === "true_process" ? { raise_deviation: true, deviation_title: title.trim() } : {}),
  };
  return (
    <Panel
      title={t("word.disposition")}
      right={
        alert.acknowledged_at ? null : (
          <Button variant="default" size="xs" onClick={() => acknowledge.mutate()} loading={acknowledge.isPending}>
            {t("alerts.i_look_into_it")}
          </Button>
        )
      }
    >
      <div className="stack">
        {acknowledge.error ? <ErrorState error={acknowledge.error} /> : null}
        <Select label={t("alerts.what_was_it")} data={DISPOSITIONS} value={disposition} onChange={setDisposition} placeholder={t("word.choose")} />
        <Textarea label={t("alerts.what_was_found")} description={t("alerts.a_sentence_at_least")} value={comment} onChange={(e) => setComment(e.currentTarget.value)} autosize minRows={3} />
        {disposition === "true_process" ? (
          <>
            <Checkbox label={t("word.raise_a_deviation")} checked={deviate} onChange={(e) => setDeviate(e.currentTarget.checked)} />
            {deviate ? <TextInput label={t("alerts.title_of_the_deviation")} value={title} onChange={(e) => setTitle(e.currentTarget.value)} /> : null}
          </>
        ) : null}
        <SignButton
          label={t("word.sign_the_disposition")}
          disabled={!disposition || comment.trim().length < 10}
          request={{ record_type: "insight_alert", record_id: alert.id, meaning: "disposed", data }}
        />
      </div>
    </Panel>
  );
}
