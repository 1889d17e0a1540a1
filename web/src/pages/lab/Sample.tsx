import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, contentAddress } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import type { SampleDetail, Work } from "../../api/types";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { DownloadButton } from "../../parts/Download";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";

/** A sample with its tests, what was measured on it, and what hangs on it. */
export default function Sample() {
  const { id } = useParams({ strict: false }) as { id: string };
  const sample = useQuery({ queryKey: ["sample", id], queryFn: ({ signal }) => api.sample(id, signal), meta: { types: ["lims_"] } });
  return (
    <Asked query={sample} lines={10}>
      {(found) => <Body detail={found} />}
    </Asked>
  );
}

function Body({ detail }: { detail: SampleDetail }) {
  const { sample, tests, measurements, attachments, aliquots } = detail;
  const navigate = useNavigate();
  const apart = tests.filter((w) => w.test.run_id === null && w.result);
  const toReview = apart.some((w) => w.test.state === "entered");
  const toApprove = apart.some((w) => w.test.state === "reviewed");
  const waiting = tests.filter((w) => w.test.run_id === null && ["planned", "ready", "in_progress"].includes(w.test.state));
  return (
    <>
      <PageHead
        title={t("lab.sample", { number: sample.number })}
        state={<StateBadge state={sample.state} />}
        sub={sample.point}
        right={
          <>
            <DownloadButton address={`/api/lims/samples/${encodeURIComponent(sample.id)}/results.animl`} name={`${sample.number}.animl`} label={t("lab.animl")} />
            {toReview ? <SignButton label={t("lab.review_results")} variant="default" request={{ record_type: "lims_sample", record_id: sample.id, meaning: "reviewed", data: {} }} /> : null}
            {toApprove ? <SignButton label={t("lab.approve_results")} request={{ record_type: "lims_sample", record_id: sample.id, meaning: "approved", data: {} }} /> : null}
          </>
        }
      />
      <div className="stack-l">
        <Panel>
          <Facts
            of={[
              [t("word.kind"), sample.kind],
              [t("word.batch"), sample.batch_id ? <Link key="b" to="/batches/$id" params={{ id: sample.batch_id }}>{t("lab.open_the_batch")}</Link> : "–"],
              [t("word.sampled"), <TimeStamp key="s" at={sample.sampled_at} precision="second" />],
              [t("word.recorded"), <BothTimes key="t" plant={sample.process_at} server={sample.recorded_at} />],
              [t("lab.received"), <TimeStamp key="r" at={sample.received_at} />],
              [t("word.location"), sample.location || "–"],
              [t("lab.aliquots"), aliquots.length === 0 ? t("word.none") : aliquots.map((a) => a.number).join(", ")],
            ]}
          />
        </Panel>
        <Panel title={t("lab.tests")} flush>
          <DataTable
            name="tests"
            label={t("lab.tests_of", { number: sample.number })}
            rows={tests}
            bare
            id={(r) => r.test.id}
            open={(r) => r.result && void navigate({ to: "/lab/results/$id", params: { id: r.result.id } })}
            empty={<EmptyState title={t("lab.no_tests")}>{t("lab.the_sampling_plan_asked")}</EmptyState>}
            columns={[
              { key: "analysis", title: t("word.analysis"), value: (r) => r.test.analysis, render: (r) => (r.result ? <Link to="/lab/results/$id" params={{ id: r.result.id }}>{r.test.analysis}</Link> : r.test.analysis) },
              { key: "test", title: t("lab.test"), value: (r) => r.test.number, nowrap: true },
              { key: "method", title: t("lab.method"), value: (r) => `${r.method_code} rev ${r.method_revision}`, nowrap: true },
              { key: "state", title: t("word.state"), value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
              { key: "result", title: t("word.result"), align: "right", value: (r) => r.result?.text, render: (r) => <strong className="tabular">{r.result ? exact(r.result.text, r.result.unit) : "–"}</strong> },
              { key: "limit", title: t("word.limit"), value: (r) => r.evaluation?.limit_text },
              { key: "outcome", title: t("word.evaluation"), value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : <span className="muted">–</span>) },
            ]}
          />
        </Panel>
        {waiting.length > 0 ? <Readings waiting={waiting} /> : null}
        <Panel title={t("word.measured")} flush>
          <DataTable
            name="measured"
            label={t("lab.measurements_on", { number: sample.number })}
            rows={measurements}
            bare
            id={(r) => r.id}
            empty={<EmptyState title={t("lab.nothing_measured_yet")}>{t("lab.each_value_stands_here")}</EmptyState>}
            columns={[
              { key: "name", title: t("word.what"), value: (r) => r.name },
              { key: "raw", title: t("lab.as_it_came"), align: "right", value: (r) => r.raw, render: (r) => <span className="tabular">{exact(r.raw, r.unit)}</span> },
              { key: "replicate", title: t("lab.replicate"), align: "right", value: (r) => r.replicate },
              { key: "source", title: t("lab.source"), value: (r) => Object.values(r.source).map(String).join(" "), render: (r) => <span className="muted">{Object.entries(r.source).slice(0, 3).map(([k, v]) => `${k} ${String(v).slice(0, 24)}`).join(", ")}</span> },
              { key: "at", title: t("lab.at"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
              { key: "note", title: t("lab.correction"), value: (r) => (r.supersedes_id ? `corrects an earlier value: ${r.reason ?? ""}` : "") },
            ]}
          />
        </Panel>
        {attachments.length > 0 ? (
          <Panel title={t("lab.documents")}>
            <ul className="stack">
              {attachments.map((a) => (
                <li key={a.id}>
                  <a href={contentAddress(a.digest)} download={a.file_name}>
                    {a.title}
                  </a>{" "}
                  <span className="muted">{a.file_name}</span> <span className="mono muted">{a.digest.slice(0, 16)}</span>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <Signatures record_type="lims_sample" record_id={sample.id} />
      </div>
    </>
  );
}

/** Entry of a value that a person reads off; the text goes to the server as it was typed. */
function Readings({ waiting }: { waiting: Work[] }) {
  if (!useMaySee("analyst")) return null;
  return (
    <Panel title={t("lab.enter_a_reading")}>
      <div className="stack">
        {waiting.map((w) => (
          <Reading key={w.test.id} work={w} />
        ))}
      </div>
    </Panel>
  );
}

function Reading({ work }: { work: Work }) {
  const client = useQueryClient();
  const [raw, setRaw] = useState("");
  const [unit, setUnit] = useState("");
  const enter = useMutation({
    mutationFn: () => api.enterReading(work.test.id, { raw, unit: unit || null }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["sample"] }),
  });
  return (
    <form
      className="stack"
      onSubmit={(e) => {
        e.preventDefault();
        if (raw.trim()) enter.mutate();
      }}
    >
      <div className="row" style={{ alignItems: "flex-end" }}>
        <TextInput label={work.test.analysis} value={raw} onChange={(e) => setRaw(e.currentTarget.value)} w={180} autoComplete="off" />
        <TextInput label={t("word.unit")} value={unit} onChange={(e) => setUnit(e.currentTarget.value)} w={110} autoComplete="off" />
        <Button type="submit" variant="default" loading={enter.isPending} disabled={!raw.trim()}>
          {t("word.enter")}
        </Button>
      </div>
      {enter.error ? <ErrorState error={enter.error} /> : null}
    </form>
  );
}
