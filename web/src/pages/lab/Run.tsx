import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { api, contentAddress } from "../../api/endpoints";
import { num } from "../../api/endpoints";
import type { Injection, RunDetail } from "../../api/types";
import { count, exact } from "../../format/number";
import { ContentView } from "../../parts/ContentView";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Asked, EmptyState, LoadingState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";

const XYPlot = lazy(() => import("../../parts/trend/XYPlot"));

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
              ["Analyst", name(run.analyst_id)],
              ["Started", <TimeStamp key="s" at={run.started_at} server={run.recorded_at} />],
              ["Document", run.document_digest ? <a key="d" href={contentAddress(run.document_digest)} download className="mono">{run.document_digest.slice(0, 16)}</a> : "none yet"],
              ["Injections", run.injections.length],
            ]}
          />
        </Panel>
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
        {run.injections.length > 0 ? <Chromatogram run={run.id} injections={run.injections} /> : null}
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
      </div>
    </>
  );
}

function Chromatogram({ run, injections }: { run: string; injections: Injection[] }) {
  const [chosen, setChosen] = useView("injection");
  const at = injections.find((i) => String(i.position) === chosen) ?? injections[0]!;
  const trace = useQuery({ queryKey: ["chromatogram", run, at.position], queryFn: ({ signal }) => api.chromatogram(run, at.position, signal), staleTime: Number.POSITIVE_INFINITY });
  return (
    <Panel
      title="Chromatogram"
      right={
        <Select
          aria-label="Injection"
          size="xs"
          w={280}
          value={String(at.position)}
          onChange={(v) => setChosen(v ?? undefined)}
          data={injections.map((i) => ({ value: String(i.position), label: `${i.position}  ${i.name}` }))}
          allowDeselect={false}
        />
      }
    >
      <Asked query={trace} lines={6}>
        {(got) => (
          <>
            <p className="muted tabular">
              {got.decimated ? `Decimated: ${count(got.time.length)} of ${count(got.from_count)} points drawn (lowest and highest of each stretch)` : `${count(got.from_count)} points, all drawn`}
            </p>
            <Suspense fallback={<LoadingState lines={6} />}>
              <XYPlot
                label={`Chromatogram of ${got.injection}: ${at.peaks.length} peaks`}
                x={got.time}
                y={got.signal}
                xTitle="Time (min)"
                yTitle="Signal (mAU)"
                markers={at.peaks.flatMap((p) => {
                  const apex = num(p.apex);
                  return apex === null ? [] : [{ x: apex, label: String(p.name ?? "") }];
                })}
              />
            </Suspense>
          </>
        )}
      </Asked>
      <DataTable
        name="peaks"
        label={`Peaks of ${at.name}`}
        rows={at.peaks.map((p, n) => ({ n, p }))}
        bare
        id={(r) => String(r.n)}
        empty={<EmptyState title="No peaks" />}
        columns={["name", "apex", "area", "height", "area_percent", "tailing", "plates", "resolution"]
          .filter((key) => at.peaks.some((p) => key in p))
          .map((key) => ({
            key,
            title: key === "apex" ? "Apex (min)" : key === "area" ? "Area (mAU·min)" : key.replaceAll("_", " "),
            align: key === "name" ? undefined : ("right" as const),
            value: (r: { p: Record<string, unknown> }) => (r.p[key] === null || r.p[key] === undefined ? null : String(r.p[key])),
          }))}
      />
    </Panel>
  );
}
