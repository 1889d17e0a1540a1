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
        title={`Run ${run.number}`}
        state={<StateBadge state={run.state} tone={run.state.includes("failed") ? "alarm" : undefined} />}
        sub={run.instrument}
        right={
          <>
            {["entered", "suitability_failed"].includes(run.state) ? <SignButton label="Review" variant="default" request={request("reviewed")} /> : null}
            {["reviewed", "reviewed_unsuitable"].includes(run.state) ? <SignButton label="Approve" request={request("approved")} /> : null}
          </>
        }
      />
      <div className="stack-l">
        {not_ready.length > 0 ? (
          <div className="notice" data-tone="warning">
            <strong>Not ready</strong>
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
              ["Analyst", <Link key="a" to="/people/$id" params={{ id: run.analyst_id }}>{name(run.analyst_id)}</Link>],
              ["Started", <TimeStamp key="s" at={run.started_at} server={run.recorded_at} />],
              ["Instrument", <Link key="i" to="/units/$code" params={{ code: run.instrument }}>{run.instrument}</Link>],
              ["Recorded", <BothTimes key="t" plant={run.process_at} server={run.recorded_at} />],
              ["Injections", run.injections.length],
            ]}
          />
          <Bytes digest={run.document_digest} />
        </Panel>
        {run.injections.length > 0 ? <Chromatogram run={run.id} number={run.number} injections={run.injections} /> : null}
        <Panel title="Suitability" flush>
          <DataTable
            name="suitability"
            label="System suitability"
            rows={run.suitability.map((row, n) => ({ n, ...row }) as Record<string, unknown> & { n: number })}
            bare
            id={(r) => String(r.n)}
            empty={<EmptyState title="Not judged yet">The method&apos;s suitability tests are judged as soon as the document is processed.</EmptyState>}
            columns={[
              { key: "name", title: "Test", value: (r) => String(r.name ?? "") },
              { key: "value", title: "Value", align: "right", value: (r) => (r.value === null || r.value === undefined ? null : String(r.value)) },
              { key: "limit", title: "Limit", value: (r) => [r.low ? `≥ ${String(r.low)}` : "", r.high ? `≤ ${String(r.high)}` : ""].filter(Boolean).join(" and ") || String(r.limit ?? "") },
              { key: "passed", title: "Outcome", value: (r) => (r.passed ? "pass" : "fail"), render: (r) => <StateBadge state={r.passed ? "pass" : "fail"} /> },
              { key: "detail", title: "Detail", value: (r) => String(r.detail ?? "") },
            ]}
          />
        </Panel>
        <Panel title="Results" flush>
          <DataTable
            name="results"
            label={`Results of ${run.number}`}
            rows={tests}
            bare
            id={(r) => r.test.id}
            columns={[
              { key: "sample", title: "Sample", value: (r) => r.sample.number, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
              { key: "analysis", title: "Analysis", value: (r) => r.test.analysis },
              { key: "state", title: "State", value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
              { key: "result", title: "Result", align: "right", value: (r) => r.result?.text, render: (r) => (r.result ? <Link to="/lab/results/$id" params={{ id: r.result.id }} className="tabular">{exact(r.result.text, r.result.unit)}</Link> : "–") },
              { key: "outcome", title: "Evaluation", value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : "–") },
            ]}
          />
        </Panel>
        <div className="cols">
          <Panel title="The instrument's own trail">{run.instrument_trail.length === 0 ? <p className="muted">The document carries none.</p> : <div className="list"><ContentView content={run.instrument_trail} /></div>}</Panel>
          <Panel title="Findings">{run.findings.length === 0 ? <p className="muted">None.</p> : <ContentView content={run.findings} />}</Panel>
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
          SHA-256 {digest}
        </span>
      </span>
    </div>
  );
}
