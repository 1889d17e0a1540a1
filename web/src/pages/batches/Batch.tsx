import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { BatchDetail } from "../../api/types";
import { age } from "../../format/time";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { useView } from "../../parts/view";
import { AlarmTable } from "../alarms/Alarms";
import { AlertTable } from "../alerts/Alerts";
import { Certificates, Investigations } from "../lab/Lab";
import { BatchExceptions } from "./BatchExceptions";
import { BatchSamples } from "./BatchSamples";
import { BatchTrends } from "./BatchTrends";
import { resting, useBatch } from "./useBatch";
import { BundleButton, DownloadButton } from "../../parts/Download";
import { t } from "../../i18n";
import { Happened } from "./Happened";
import { Materials } from "./Materials";
import { People } from "./People";
import { Proof } from "./Proof";
import { RecordTab } from "./RecordTab";
import { Timeline } from "./Timeline";

/** The batch: its whole life in eight tabs. */
export default function Batch() {
  const { id } = useParams({ strict: false }) as { id: string };
  const batch = useBatch(id);
  return (
    <Asked query={batch} lines={10}>
      {(found) => <Body batch={found} />}
    </Asked>
  );
}

const TABS = [
  ["timeline", "Timeline"],
  ["trends", "Trends"],
  ["samples", "Samples and results"],
  ["materials", "Materials"],
  ["exceptions", "Exceptions"],
  ["people", "People"],
  ["record", "Record"],
  ["proof", "Proof"],
] as const;

function Body({ batch }: { batch: BatchDetail }) {
  const [tab, setTab] = useView("tab");
  const now = useNow();
  const review = useQuery({ queryKey: ["review", batch.id], queryFn: ({ signal }) => api.review(batch.id, signal), meta: { types: ["quality_"] }, retry: false });
  return (
    <>
      <PageHead
        title={batch.number}
        state={
          <>
            <StateBadge state={batch.execution} />
            {resting(batch).map((s) => (
              <StateBadge key={s.path} state={s.state} word={`${s.title} ${s.state.toLowerCase()}`} />
            ))}
          </>
        }
        sub={
          <>
            {batch.product}
            {` · ${batch.recipe}`} ·{" "}
            <Link to="/units/$code" params={{ code: batch.equipment }}>
              {batch.equipment}
            </Link>{" "}
            · {age(batch.started_at, batch.ended_at ?? now.process)}
          </>
        }
        right={
          <>
            <DownloadButton address={`/api/mes/batches/${encodeURIComponent(batch.id)}/record.pdf`} name={`${batch.number}.pdf`} label={t("batch.pdf")} />
            <DownloadButton address={`/api/mes/batches/${encodeURIComponent(batch.id)}/results.animl`} name={`${batch.number}.animl`} label={t("batch.animl")} />
            <BundleButton record_type="mes_batch" record_id={batch.id} name={batch.number} />
          </>
        }
      />
      {review.data ? (
        <p className="row" style={{ marginBottom: 10 }}>
          <Link to="/review" search={{ batch: batch.id } as never}>
            {t("batch.disposition")}
          </Link>
          <StateBadge state={review.data.disposition.state} />
          <span className="muted">{review.data.sentence}</span>
        </p>
      ) : null}
      <Tabs value={tab ?? "timeline"} onChange={(v) => setTab(v === "timeline" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(([value, words]) => (
            <Tabs.Tab key={value} value={value}>
              {words}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="timeline">
          <div className="stack-l">
            <Timeline batch={batch} />
            <Happened batch={batch} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="trends">
          <BatchTrends batch={batch} />
        </Tabs.Panel>
        <Tabs.Panel value="samples">
          <div className="stack-l">
            <BatchSamples batch={batch} />
            <Investigations batch={batch.id} />
            <Certificates batch={batch.id} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="materials">
          <Materials batch={batch} />
        </Tabs.Panel>
        <Tabs.Panel value="exceptions">
          <div className="stack-l">
            <Panel title={t("word.exceptions")} flush>
              <Asked query={review} empty={<EmptyState title={t("word.no_exceptions")} />} isEmpty={(r) => r.exceptions.length === 0}>
                {(r) => <BatchExceptions review={r} />}
              </Asked>
            </Panel>
            <AlertTable batch={batch.id} />
            {batch.started_at ? <AlarmTable title={t("alarms.at")} wanted={{ unit: [batch.equipment], start: batch.started_at, end: batch.ended_at ?? undefined }} none={t("alarms.none")} /> : null}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <People batch={batch} />
        </Tabs.Panel>
        <Tabs.Panel value="record">
          <RecordTab batch={batch} />
        </Tabs.Panel>
        <Tabs.Panel value="proof">
          <Proof batch={batch} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
