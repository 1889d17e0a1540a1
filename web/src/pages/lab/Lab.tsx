import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { Designs } from "./Designs";
import { ToSign } from "./ToSign";
import { useView } from "../../parts/view";

/** The analyst's work, and everything of the laboratory one tab away. */
export default function Lab() {
  const [tab, setTab] = useView("tab");
  return (
    <>
      <PageHead title={t("lab.lab")} sub={t("lab.samples_runs_and_results")} />
      <Tabs value={tab ?? "work"} onChange={(v) => setTab(v === "work" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="work">{t("lab.work")}</Tabs.Tab>
          <Tabs.Tab value="sign">{t("lab.to_sign")}</Tabs.Tab>
          <Tabs.Tab value="samples">{t("lab.samples")}</Tabs.Tab>
          <Tabs.Tab value="runs">{t("lab.runs")}</Tabs.Tab>
          <Tabs.Tab value="investigations">{t("lab.investigations")}</Tabs.Tab>
          <Tabs.Tab value="certificates">{t("lab.certificates")}</Tabs.Tab>
          <Tabs.Tab value="files">{t("lab.instrument_files")}</Tabs.Tab>
          <Tabs.Tab value="documents">{t("lab.methods_and_specifications")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="work">
          <Worklist />
        </Tabs.Panel>
        <Tabs.Panel value="sign">
          <ToSign />
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
      <Asked query={work} empty={<EmptyState title={t("lab.no_test_waits")}>{t("lab.tests_stand_here_as")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="work"
            label={t("lab.tests_to_be_done")}
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
              { key: "test", title: t("lab.test"), value: (r) => r.test.number, nowrap: true },
              { key: "sample", title: t("word.sample"), value: (r) => r.sample.number, nowrap: true, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
              { key: "analysis", title: t("word.analysis"), value: (r) => r.test.analysis },
              { key: "method", title: t("lab.method"), value: (r) => `${r.method_code} rev ${r.method_revision}`, nowrap: true },
              { key: "state", title: t("word.state"), value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
              { key: "result", title: t("word.result"), align: "right", value: (r) => r.result?.text, render: (r) => <span className="tabular">{r.result ? exact(r.result.text, r.result.unit) : "–"}</span> },
              { key: "outcome", title: t("word.evaluation"), value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : <span className="muted">–</span>) },
              { key: "sampled", title: t("word.sampled"), value: (r) => r.sample.sampled_at, render: (r) => <TimeStamp at={r.sample.sampled_at} /> },
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
      <Asked query={samples} empty={<EmptyState title={t("lab.no_samples")}>{t("lab.a_sample_is_registered")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="samples"
            label={t("lab.samples")}
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/samples/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: t("word.sample"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "point", title: t("word.point"), value: (r) => r.point },
              { key: "kind", title: t("word.kind"), value: (r) => r.kind },
              { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
              { key: "location", title: t("word.location"), value: (r) => r.location },
              { key: "sampled", title: t("word.sampled"), value: (r) => r.sampled_at, render: (r) => <TimeStamp at={r.sampled_at} server={r.recorded_at} /> },
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
      <Asked query={runs} empty={<EmptyState title={t("lab.no_runs")}>{t("lab.a_run_is_a")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="runs"
            label={t("lab.runs")}
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/runs/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: t("lab.run_2"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "instrument", title: t("lab.instrument"), value: (r) => r.instrument },
              { key: "tests", title: t("lab.tests"), align: "right", value: (r) => r.test_ids.length },
              { key: "injections", title: t("lab.injections"), align: "right", value: (r) => r.injections.length },
              { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state.includes("failed") ? "alarm" : undefined} /> },
              { key: "started", title: t("word.started"), value: (r) => r.started_at, render: (r) => <TimeStamp at={r.started_at} server={r.recorded_at} /> },
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
    <Panel flush title={batch ? t("lab.investigations") : undefined}>
      <Asked query={found} empty={<EmptyState title={t("lab.no_investigations")}>{t("lab.a_result_out_of")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="investigations"
            label={t("lab.investigations")}
            rows={rows}
            bare={batch !== undefined}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/results/$id", params: { id: r.result_id } })}
            columns={[
              { key: "number", title: t("lab.investigation"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "title", title: t("word.about"), value: (r) => r.title },
              { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state === "closed" ? "done" : "warning"} /> },
              { key: "cause", title: t("lab.assignable_cause"), value: (r) => r.assignable_cause },
              { key: "conclusion", title: t("lab.conclusion"), value: (r) => r.conclusion },
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
      <Panel title={t("lab.certificates_of_analysis")} flush>
        <Asked query={own} empty={<EmptyState title={t("lab.none_yet")}>{t("lab.a_certificate_is_written")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="certificates"
              label={t("lab.certificates_of_analysis")}
              rows={rows}
              bare
              id={(r) => r.id}
              open={(r) => void navigate({ to: "/lab/certificates/$id", params: { id: r.id } })}
              columns={[
                { key: "number", title: t("lab.certificate"), value: (r) => r.number, nowrap: true, render: (r) => <Link to="/lab/certificates/$id" params={{ id: r.id }}>{r.number}</Link> },
                { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state === "issued" ? "done" : undefined} /> },
                { key: "results", title: t("word.results"), value: (r) => (Array.isArray(r.content.results) ? r.content.results.length : null), align: "right" },
                { key: "digest", title: t("word.digest"), value: (r) => r.digest, render: (r) => <span className="mono">{r.digest.slice(0, 16)}</span> },
                { key: "at", title: t("lab.at"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
      <Panel title={t("lab.from_contract_laboratories")} flush>
        <Asked query={theirs} empty={<EmptyState title={t("lab.none_yet")}>{t("lab.a_contract_laboratorys_certificate")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="contract"
              label={t("lab.certificates_of_contract_laboratories")}
              rows={rows}
              bare
              id={(r) => r.id}
              columns={[
                { key: "number", title: t("lab.number"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
                { key: "lab", title: t("lab.laboratory"), value: (r) => r.laboratory },
                { key: "reference", title: t("lab.reference"), value: (r) => r.reference },
                { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                { key: "file", title: t("lab.original"), value: (r) => r.file_name, render: (r) => <a href={`/api/content/${r.digest}`} download={r.file_name}>{r.file_name}</a> },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </div>
  );
}

function Files() {
  const navigate = useNavigate();
  const files = useQuery({ queryKey: ["files"], queryFn: ({ signal }) => api.files(signal), meta: { types: ["lims_raw_file", "equipment_document"] } });
  return (
    <Panel flush>
      <Asked query={files} empty={<EmptyState title={t("lab.no_files")}>{t("lab.files_that_instruments_drop")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="files"
            label={t("lab.instrument_files")}
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/lab/files/$id", params: { id: r.id } })}
            columns={[
              { key: "file", title: t("lab.file"), value: (r) => r.file_name, nowrap: true, render: (r) => <Link to="/lab/files/$id" params={{ id: r.id }}>{r.file_name}</Link> },
              { key: "connection", title: t("word.connection"), value: (r) => r.connection },
              { key: "disposition", title: t("word.disposition"), value: (r) => r.disposition, render: (r) => <StateBadge state={r.disposition} /> },
              { key: "reason", title: t("word.reason"), value: (r) => r.reason },
              { key: "digest", title: t("lab.sha_256"), value: (r) => r.digest, render: (r) => <span className="mono">{r.digest.slice(0, 16)}</span> },
              { key: "at", title: t("lab.received"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
