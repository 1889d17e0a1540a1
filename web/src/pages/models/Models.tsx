import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import type { Deployment, ModelVersion } from "../../api/types";
import { label, short } from "../../format/words";
import { ContentView } from "../../parts/ContentView";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";

/** Model versions, what they were made of, what they achieved on batches that they had not seen, where they run. */
export default function Models() {
  const models = useQuery({ queryKey: ["models"], queryFn: ({ signal }) => api.models(signal), meta: { types: ["insight_model"] } });
  const deployments = useQuery({ queryKey: ["deployments"], queryFn: ({ signal }) => api.deployments(signal), meta: { types: ["insight_deployment"] } });
  const [chosen, setChosen] = useView("model");
  return (
    <>
      <PageHead title="Models" sub="What watches the batches, and why it may be relied on" />
      <Asked query={models} empty={<EmptyState title="No models">A model is trained on a snapshot of normal batches, validated on batches it has not seen, approved by its owner and the quality unit, then deployed.</EmptyState>}>
        {(rows) => {
          const at = rows.find((m) => m.id === chosen) ?? rows[0]!;
          return (
            <div className="split-2">
              <One key={at.id} model={at} deployments={(deployments.data ?? []).filter((d) => d.model_id === at.id)} />
              <Panel title={`Versions (${rows.length})`} flush>
                <ul className="list">
                  {rows.map((m) => (
                    <li key={m.id}>
                      <button type="button" className="pick" aria-current={m.id === at.id} onClick={() => setChosen(m.id)}>
                        <span className="row" style={{ justifyContent: "space-between" }}>
                          <strong>
                            {m.name} rev {m.revision}
                          </strong>
                          <StateBadge state={m.state} />
                        </span>
                        <span className="muted mono">{short(m.artefact_digest)}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </Panel>
            </div>
          );
        }}
      </Asked>
    </>
  );
}

function One({ model: m, deployments }: { model: ModelVersion; deployments: Deployment[] }) {
  const name = usePeople();
  const request = (meaning: string) => ({ record_type: "insight_model", record_id: m.id, meaning, data: {} });
  const use = typeof m.spec.context_of_use === "string" ? m.spec.context_of_use : "";
  return (
    <div className="stack-l">
      <Panel title={`${m.name} revision ${m.revision}`} right={<StateBadge state={m.state} />}>
        <div className="stack-l">
          {use ? <p style={{ maxWidth: "75ch" }}>{use}</p> : null}
          {m.state_reason ? <p className="notice">{m.state_reason}</p> : null}
          <Facts
            of={[
              ["Author", name(m.author_id)],
              ["Artefact", <span key="a" className="mono">{short(m.artefact_digest)}</span>],
              ["Code", m.code_version],
              ["Algorithm", String(m.spec.algorithm ?? "–")],
              ["Criteria frozen", m.criteria_signature_id ? "signed" : "not yet"],
              ["Test set opened", m.test_opened_at ? <span key="t">{name(m.test_opened_by)}, <TimeStamp at={m.test_opened_at} /></span> : "sealed"],
              ["Owner", m.owner_signature_id ? "approved" : "not yet"],
              ["Quality unit", m.quality_signature_id ? "approved" : "not yet"],
            ]}
          />
          <div className="row">
            {!m.criteria_signature_id ? <SignButton label="Freeze the criteria" variant="default" request={request("criteria_frozen")} /> : null}
            {m.validation && !m.owner_signature_id ? <SignButton label="Approve as owner" variant="default" request={request("approved_by_owner")} /> : null}
            {m.validation && !m.quality_signature_id ? <SignButton label="Approve for quality" variant="default" request={request("approved_by_quality")} /> : null}
          </div>
        </div>
      </Panel>
      <Panel title="Runs on">
        {deployments.length === 0 ? (
          <p className="muted">It is not deployed.</p>
        ) : (
          <ul className="stack-l">
            {deployments.map((d) => (
              <li key={d.id}>
                <div className="row">
                  <strong>{d.equipment}</strong> <StateBadge state={d.state} /> <span className="muted">{d.number}</span>
                </div>
                <Facts
                  of={[
                    ["Golden rows", d.golden_check],
                    ["If it stops", d.fallback],
                  ]}
                />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <div className="cols">
        <Panel title="Acceptance criteria">
          <ContentView content={m.acceptance} />
        </Panel>
        <Panel title="Validation, on batches it had not seen">{m.validation ? <ContentView content={m.validation} /> : <p className="muted">The test set is sealed.</p>}</Panel>
      </div>
      <Panel title="Calibration">
        <ContentView content={m.calibration} />
      </Panel>
      <Panel title={label("specification")}>
        <details>
          <summary>Channels, features and limits</summary>
          <ContentView content={m.spec} />
        </details>
      </Panel>
    </div>
  );
}
