import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { exact } from "../../format/number";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { Designs } from "./Designs";
import { useView } from "../../parts/view";

/** The analyst's work, and everything of the laboratory one tab away. */
export default function Lab() {
  const [tab, setTab] = useView("tab");
  return (
    <>
      <PageHead title="Lab" sub="Samples, runs and results" />
      <Tabs value={tab ?? "work"} onChange={(v) => setTab(v === "work" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="work">Work</Tabs.Tab>
          <Tabs.Tab value="samples">Samples</Tabs.Tab>
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
          <Tabs.Tab value="investigations">Investigations</Tabs.Tab>
          <Tabs.Tab value="certificates">Certificates</Tabs.Tab>
          <Tabs.Tab value="files">Instrument files</Tabs.Tab>
          <Tabs.Tab value="documents">Methods and specifications</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="work">
          <Worklist />
        </Tabs.Panel>
        <Tabs.Panel value="samples">
          <Samples />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <Runs />
        </Tabs.Panel>
        <Tabs.Panel value="investigations">
          <Investigations />
        </Tabs.Panel>
        <Tabs.Panel value="certificates">
          <Certificates />
        </Tabs.Panel>
        <Tabs.Panel value="files">
          <Files />
        </Tabs.Panel>
        <Tabs.Panel value="documents">
          <Designs />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Worklist() {
  const navigate = useNavigate();
  const work = useQuery({ queryKey: ["worklist"], queryFn: ({ signal }) => api.worklist({}, signal), meta: { types: ["lims_"] } });
  return (
    <Panel flush>
      <Asked query={work} empty={<EmptyState title="No test waits">Tests stand here as soon as a sample is registered, by a recipe or by hand.</EmptyState>}>
        {(rows) => (
          <DataTable
            name="work"
            label="Tests to be done"
            rows={rows}
            id={(r) => r.test.id}
            open={(r) =>
              r.result
                ? void navigate({ to: "/lab/results/$id", params: { id: r.result.id } })
                : r.test.run_id
                  ? void navigate({ to: "/lab/runs/$id", params: { id: r.test.run_id } })
                  : void navigate({ to: "/lab/samples/$id", params: { id: r.sample.id } })
            }
            columns={[
              { key: "test", title: "Test", value: (r) => r.test.number, nowrap: true },
              { key: "sample", title: "Sample", value: (r) => r.sample.number, nowrap: true, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
              { key: "analysis", title: "Analysis", value: (r) => r.test.analysis },
              { key: "method", title: "Method", value: (r) => `${r.method_code} rev ${r.method_revision}`, nowrap: true },
              { key: "state", title: "State", value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
              { key: "result", title: "Result", align: "right", value: (r) => r.result?.text, render: (r) => <span className="tabular">{r.result ? exact(r.result.text, r.result.unit) : "–"}</span> },
              { key: "outcome", title: "Evaluation", value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : <span className="muted">–</span>) },
              { key: "sampled", title: "Sampled", value: (r) => r.sample.sampled_at, render: (r) => <TimeStamp at={r.sample.sampled_at} /> },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

export function Samples({ batch }: { batch?: string }) {
  const navigate = useNavigate();
  const samples = useQuery({ queryKey: ["samples", batch], queryFn: ({ signal }) => api.samples({ batch_id: batch }, signal), meta: { types: ["lims_sample"] } });
  return (
    <Panel flush>
      <Asked query={samples} empty={<EmptyState title="No samples">A sample is registered when a recipe draws it, or by hand for a lot.</EmptyState>}>
        {(rows) => (
          <DataTable
            name="samples"
            label="Samples"
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/samples/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: "Sample", value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "point", title: "Point", value: (r) => r.point },
              { key: "kind", title: "Kind", value: (r) => r.kind },
              { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
              { key: "location", title: "Location", value: (r) => r.location },
              { key: "sampled", title: "Sampled", value: (r) => r.sampled_at, render: (r) => <TimeStamp at={r.sampled_at} server={r.recorded_at} /> },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

function Runs() {
  const navigate = useNavigate();
  const runs = useQuery({ queryKey: ["runs"], queryFn: ({ signal }) => api.runs(signal), meta: { types: ["lims_run"] } });
  return (
    <Panel flush>
      <Asked query={runs} empty={<EmptyState title="No runs">A run is a worksheet for tests that are measured together, on one instrument.</EmptyState>}>
        {(rows) => (
          <DataTable
            name="runs"
            label="Runs"
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/runs/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: "Run", value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "instrument", title: "Instrument", value: (r) => r.instrument },
              { key: "tests", title: "Tests", align: "right", value: (r) => r.test_ids.length },
              { key: "injections", title: "Injections", align: "right", value: (r) => r.injections.length },
              { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state.includes("failed") ? "alarm" : undefined} /> },
              { key: "started", title: "Started", value: (r) => r.started_at, render: (r) => <TimeStamp at={r.started_at} server={r.recorded_at} /> },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

export function Investigations({ batch }: { batch?: string }) {
  const navigate = useNavigate();
  const found = useQuery({ queryKey: ["investigations", batch], queryFn: ({ signal }) => api.investigations({ batch_id: batch }, signal), meta: { types: ["lims_investigation"] } });
  return (
    <Panel flush title={batch ? "Investigations" : undefined}>
      <Asked query={found} empty={<EmptyState title="No investigations">A result out of specification opens one by itself.</EmptyState>}>
        {(rows) => (
          <DataTable
            name="investigations"
            label="Investigations"
            rows={rows}
            bare={batch !== undefined}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/results/$id", params: { id: r.result_id } })}
            columns={[
              { key: "number", title: "Investigation", value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "title", title: "About", value: (r) => r.title },
              { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state === "closed" ? "done" : "warning"} /> },
              { key: "cause", title: "Assignable cause", value: (r) => r.assignable_cause },
              { key: "conclusion", title: "Conclusion", value: (r) => r.conclusion },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

export function Certificates({ batch }: { batch?: string }) {
  const navigate = useNavigate();
  const own = useQuery({ queryKey: ["certificates", batch], queryFn: ({ signal }) => api.certificates({ batch_id: batch }, signal), meta: { types: ["lims_certificate"] } });
  const theirs = useQuery({ queryKey: ["contract", batch], queryFn: ({ signal }) => api.contractCertificates({ batch_id: batch }, signal), meta: { types: ["lims_contract_certificate"] } });
  return (
    <div className="stack-l">
      <Panel title="Certificates of analysis" flush>
        <Asked query={own} empty={<EmptyState title="None yet">A certificate is written when every result of a specification is approved, and issued by the quality unit.</EmptyState>}>
          {(rows) => (
            <DataTable
              name="certificates"
              label="Certificates of analysis"
              rows={rows}
              bare
              id={(r) => r.id}
              open={(r) => void navigate({ to: "/lab/certificates/$id", params: { id: r.id } })}
              columns={[
                { key: "number", title: "Certificate", value: (r) => r.number, nowrap: true, render: (r) => <Link to="/lab/certificates/$id" params={{ id: r.id }}>{r.number}</Link> },
                { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state === "issued" ? "done" : undefined} /> },
                { key: "results", title: "Results", value: (r) => (Array.isArray(r.content.results) ? r.content.results.length : null), align: "right" },
                { key: "digest", title: "Digest", value: (r) => r.digest, render: (r) => <span className="mono">{r.digest.slice(0, 16)}</span> },
                { key: "at", title: "At", value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
      <Panel title="From contract laboratories" flush>
        <Asked query={theirs} empty={<EmptyState title="None yet">A contract laboratory&apos;s certificate is kept as it came, transcribed by one person and checked by a second.</EmptyState>}>
          {(rows) => (
            <DataTable
              name="contract"
              label="Certificates of contract laboratories"
              rows={rows}
              bare
              id={(r) => r.id}
              columns={[
                { key: "number", title: "Number", value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
                { key: "lab", title: "Laboratory", value: (r) => r.laboratory },
                { key: "reference", title: "Reference", value: (r) => r.reference },
                { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                { key: "file", title: "Original", value: (r) => r.file_name, render: (r) => <a href={`/api/content/${r.digest}`} download={r.file_name}>{r.file_name}</a> },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </div>
  );
}

function Files() {
  const files = useQuery({ queryKey: ["files"], queryFn: ({ signal }) => api.files(signal), meta: { types: ["lims_raw_file", "equipment_document"] } });
  return (
    <Panel flush>
      <Asked query={files} empty={<EmptyState title="No files">Files that instruments drop are kept byte for byte; each needs a disposition.</EmptyState>}>
        {(rows) => (
          <DataTable
            name="files"
            label="Instrument files"
            rows={rows}
            id={(r) => r.id}
            columns={[
              { key: "file", title: "File", value: (r) => r.file_name, render: (r) => <a href={`/api/content/${r.digest}`} download={r.file_name}>{r.file_name}</a> },
              { key: "connection", title: "Connection", value: (r) => r.connection },
              { key: "disposition", title: "Disposition", value: (r) => r.disposition, render: (r) => <StateBadge state={r.disposition} /> },
              { key: "reason", title: "Reason", value: (r) => r.reason },
              { key: "digest", title: "SHA-256", value: (r) => r.digest, render: (r) => <span className="mono">{r.digest.slice(0, 16)}</span> },
              { key: "at", title: "Received", value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
