import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, contentAddress } from "../../api/endpoints";
import type { RunDetail } from "../../api/types";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { Icon } from "../../shell/icons";
import { Chromatogram } from "./Chromatogram";

/** A run: suitability, chromatograms read anew from the kept bytes, what the instrument's own trail says. */
export default function Run() {
  const { id } = useParams({ strict: false }) as { id: string };
  const run = useQuery({ queryKey: ["run", id], queryFn: ({ signal }) => api.run(id, signal), meta: { types: ["lims_"] } });
  return (
    <Asked query={run} lines={10}>
      {(found) => <Body detail={found} />}
    </Asked>
  );
}

function Body({ detail }: { detail: RunDetail }) {
  const { run, tests, not_ready } = detail;
  const name = usePeople();
  const request = (meaning: string) => ({ record_type: "lims_run", record_id: run.id, meaning, data: {} });
  return (
    <>
      <PageHead
        title={t("lab.run", { number: run.number })}
        state={<StateBadge state={run.state} tone={run.state.includes("failed") ? "alarm" : undefined} />}
        sub={run.instrument}
        right={
          <>
            {["entered", "suitability_failed"].includes(run.state) ? <SignButton label={t("word.review")} variant="default" request={request("reviewed")} /> : null}
            {["reviewed", "reviewed_unsuitable"].includes(run.state) ? <SignButton label={t("word.approve")} request={request("approved")} /> : null}
          </>
        }
      />
      <div className="stack-l">
        {not_ready.length > 0 ? (
          <div className="notice" data-tone="warning">
            <strong>{t("lab.not_ready")}</strong>
            <ul style={{ listStyle: "disc", paddingLeft: 20 }}>
              {not_ready.map((r) => (
                <li key={r}>{r}</li>
              ))}
            </ul>
          </div>
        ) : null}
        <Panel>
          <Facts
            of={[
              [t("lab.analyst"), <Link key="a" to="/people/$id" params={{ id: run.analyst_id }}>{name(run.analyst_id)}</Link>],
              [t("word.started"), <TimeStamp key="s" at={run.started_at} server={run.recorded_at} />],
              [t("lab.instrument"), <Link key="i" to="/units/$code" params={{ code: run.instrument }}>{run.instrument}</Link>],
              [t("word.recorded"), <BothTimes key="t" plant={run.process_at} server={run.recorded_at} />],
              [t("lab.injections"), run.injections.length],
            ]}
          />
          <Bytes digest={run.document_digest} />
        </Panel>
        {run.injections.length > 0 ? <Chromatogram run={run.id} number={run.number} injections={run.injections} /> : null}
        <Panel title={t("lab.suitability")} flush>
          <DataTable
            name="suitability"
            label={t("lab.system_suitability")}
            rows={run.suitability.map((row, n) => ({ n, ...row }) as Record<string, unknown> & { n: number })}
            bare
            id={(r) => String(r.n)}
            empty={<EmptyState title={t("lab.not_judged_yet")}>{t("lab.the_methods_suitability_tests")}</EmptyState>}
            columns={[
              { key: "name", title: t("lab.test"), value: (r) => String(r.name ?? "") },
              { key: "value", title: t("word.value"), align: "right", value: (r) => (r.value === null || r.value === undefined ? null : String(r.value)) },
              { key: "limit", title: t("word.limit"), value: (r) => [r.low ? `≥ ${String(r.low)}` : "", r.high ? `≤ ${String(r.high)}` : ""].filter(Boolean).join(" and ") || String(r.limit ?? "") },
              { key: "passed", title: t("word.outcome"), value: (r) => (r.passed ? "pass" : "fail"), render: (r) => <StateBadge state={r.passed ? "pass" : "fail"} /> },
              { key: "detail", title: t("lab.detail"), value: (r) => String(r.detail ?? "") },
            ]}
          />
        </Panel>
        <Panel title={t("word.results")} flush>
          <DataTable
            name="results"
            label={t("word.results_of", { number: run.number })}
            rows={tests}
            bare
            id={(r) => r.test.id}
            columns={[
              { key: "sample", title: t("word.sample"), value: (r) => r.sample.number, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
              { key: "analysis", title: t("word.analysis"), value: (r) => r.test.analysis },
              { key: "state", title: t("word.state"), value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
              { key: "result", title: t("word.result"), align: "right", value: (r) => r.result?.text, render: (r) => (r.result ? <Link to="/lab/results/$id" params={{ id: r.result.id }} className="tabular">{exact(r.result.text, r.result.unit)}</Link> : "–") },
              { key: "outcome", title: t("word.evaluation"), value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : "–") },
            ]}
          />
        </Panel>
        <div className="cols">
          <Panel title={t("lab.the_instruments_own_trail")}>{run.instrument_trail.length === 0 ? <p className="muted">{t("lab.the_document_carries_none")}</p> : <div className="list"><ContentView content={run.instrument_trail} /></div>}</Panel>
          <Panel title={t("lab.findings")}>{run.findings.length === 0 ? <p className="muted">{t("word.none_2")}</p> : <ContentView content={run.findings} />}</Panel>
        </div>
        <Signatures record_type="lims_run" record_id={run.id} />
      </div>
    </>
  );
}

/** The instrument's file as it came: to be taken home and hashed by whoever wants to. */
function Bytes({ digest }: { digest: string | null }) {
  const files = useQuery({ queryKey: ["files"], queryFn: ({ signal }) => api.files(signal), meta: { types: ["lims_raw_file"] } });
  if (digest === null) return <p className="muted" style={{ marginTop: 10 }}>{t("bytes.none")}</p>;
  const file = files.data?.find((f) => f.digest === digest);
  const name = file?.file_name ?? `${digest.slice(0, 16)}.bin`;
  return (
    <div className="row" style={{ marginTop: 12, gap: 14 }}>
      <Button component="a" href={contentAddress(digest)} download={name} variant="default" leftSection={<Icon name="download" />}>
        {t("bytes.download")}
      </Button>
      <span>
        {name} <span className="muted">{file ? t("bytes.by", { connection: file.connection }) : ""}</span>
        <br />
        <span className="mono" data-testid="sha256">
          {t("lab.sha_256")} {digest}
        </span>
      </span>
    </div>
  );
}
