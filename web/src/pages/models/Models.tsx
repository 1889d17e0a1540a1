import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import type { Deployment, ModelVersion } from "../../api/types";
import { label, short } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { Signatures } from "../../parts/Signatures";
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
      <PageHead title={t("models.models")} sub={t("models.what_watches_the_batches")} />
      <Asked query={models} empty={<EmptyState title={t("models.no_models")}>{t("models.a_model_is_trained")}</EmptyState>}>
        {(rows) => {
          const at = rows.find((m) => m.id === chosen) ?? rows[0]!;
          return (
            <div className="split-2">
              <One key={at.id} model={at} deployments={(deployments.data ?? []).filter((d) => d.model_id === at.id)} />
              <Panel title={t("models.versions", { length: rows.length })} flush>
                <ul className="list">
                  {rows.map((m) => (
                    <li key={m.id}>
                      <button type="button" className="pick" aria-current={m.id === at.id} onClick={() => setChosen(m.id)}>
                        <span className="row" style={{ justifyContent: "space-between" }}>
                          <strong>
                            {m.name} {t("models.rev")} {m.revision}
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
      <Panel title={t("models.revision", { name: m.name, revision: m.revision })} right={<StateBadge state={m.state} />}>
        <div className="stack-l">
          {use ? <p style={{ maxWidth: "75ch" }}>{use}</p> : null}
          {m.state_reason ? <p className="notice">{m.state_reason}</p> : null}
          <Facts
            of={[
              [t("word.author"), name(m.author_id)],
              [t("models.artefact"), <span key="a" className="mono">{short(m.artefact_digest)}</span>],
              [t("models.code"), m.code_version],
              [t("models.algorithm"), String(m.spec.algorithm ?? "–")],
              [t("models.criteria_frozen"), m.criteria_signature_id ? t("models.signed") : t("word.not_yet")],
              [t("models.test_set_opened"), m.test_opened_at ? <span key="t">{name(m.test_opened_by)}, <TimeStamp at={m.test_opened_at} /></span> : t("models.sealed")],
              [t("word.owner"), m.owner_signature_id ? t("models.approved") : t("word.not_yet")],
              [t("models.quality_unit"), m.quality_signature_id ? t("models.approved") : t("word.not_yet")],
            ]}
          />
          <div className="row">
            {!m.criteria_signature_id ? <SignButton label={t("models.freeze_the_criteria")} variant="default" request={request("criteria_frozen")} /> : null}
            {m.validation && !m.owner_signature_id ? <SignButton label={t("models.approve_as_owner")} variant="default" request={request("approved_by_owner")} /> : null}
            {m.validation && !m.quality_signature_id ? <SignButton label={t("models.approve_for_quality")} variant="default" request={request("approved_by_quality")} /> : null}
          </div>
        </div>
      </Panel>
      <Signatures record_type="insight_model" record_id={m.id} />
      <Panel title={t("models.runs_on")}>
        {deployments.length === 0 ? (
          <p className="muted">{t("models.it_is_not_deployed")}</p>
        ) : (
          <ul className="stack-l">
            {deployments.map((d) => (
              <li key={d.id}>
                <div className="row">
                  <strong>{d.equipment}</strong> <StateBadge state={d.state} /> <span className="muted">{d.number}</span>
                </div>
                <Facts
                  of={[
                    [t("models.golden_rows"), d.golden_check],
                    [t("models.if_it_stops"), d.fallback],
                  ]}
                />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <div className="cols">
        <Panel title={t("models.acceptance_criteria")}>
          <ContentView content={m.acceptance} />
        </Panel>
        <Panel title={t("models.validation_on_batches_it")}>{m.validation ? <ContentView content={m.validation} /> : <p className="muted">{t("models.the_test_set_is")}</p>}</Panel>
      </div>
      <Panel title={t("models.calibration")}>
        <ContentView content={m.calibration} />
      </Panel>
      <Panel title={label("specification")}>
        <details>
          <summary>{t("models.channels_features_and_limits")}</summary>
          <ContentView content={m.spec} />
        </details>
      </Panel>
    </div>
  );
}
