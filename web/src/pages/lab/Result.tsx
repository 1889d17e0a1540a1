import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Fragment } from "react";
import { api } from "../../api/endpoints";
import type { Investigation, Result as ResultShape } from "../../api/types";
import { exact, significant } from "../../format/number";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { usePeople } from "../../parts/people";
import { WhereFrom } from "../../parts/WhereFrom";

/** A reportable result: number, judgement with its steps, investigation if there is one, and where it came from. */
export default function Result() {
  const { id } = useParams({ strict: false }) as { id: string };
  const result = useQuery({ queryKey: ["result", id], queryFn: ({ signal }) => api.result(id, signal), meta: { types: ["lims_"] } });
  return (
    <Asked query={result} lines={10}>
      {(found) => <Body result={found} />}
    </Asked>
  );
}

function Body({ result }: { result: ResultShape }) {
  const evaluations = useQuery({ queryKey: ["evaluations", result.id], queryFn: ({ signal }) => api.evaluations(result.id, signal), meta: { types: ["lims_evaluation"] } });
  const investigations = useQuery({
    queryKey: ["investigations", result.batch_id ?? ""],
    queryFn: ({ signal }) => api.investigations({ batch_id: result.batch_id ?? undefined }, signal),
    meta: { types: ["lims_investigation"] },
  });
  const about = (investigations.data ?? []).filter((i) => i.result_id === result.id);
  const name = usePeople();
  return (
    <>
      <PageHead
        title={label(result.analysis)}
        state={<StateBadge state={result.state} />}
        sub={
          <Link to="/lab/samples/$id" params={{ id: result.sample_id }}>
            {t("lab.open_the_sample")}
          </Link>
        }
      />
      <div className="split-2">
        <div className="stack-l">
          <Panel>
            <div className="row" style={{ gap: 32, alignItems: "baseline" }}>
              <strong className="tabular" data-testid="reported" style={{ fontSize: 30, textDecoration: result.state === "invalidated" ? "line-through" : undefined }}>
                {evaluations.isPending ? "…" : exact(evaluations.data?.find((e) => e.rounded)?.rounded ?? result.text, result.unit)}
              </strong>
              {(evaluations.data ?? []).map((e) => (
                <span key={e.id} className="row">
                  <StateBadge state={e.outcome} />
                  <span className="muted">
                    {e.kind.replaceAll("_", " ")}: {e.limit_text}
                  </span>
                </span>
              ))}
            </div>
            <div style={{ marginTop: 14 }}>
              <Facts
                of={[
                  [t("lab.unrounded"), <span key="u" className="tabular" title={result.value ?? ""}>{result.value ? `${significant(result.value, 8)}${result.value.length > 12 ? "…" : ""}` : t("lab.no_number")}</span>],
                  [t("word.sampled"), <TimeStamp key="s" at={result.sampled_at} />],
                  [t("word.recorded"), <BothTimes key="e" plant={result.process_at} server={result.recorded_at} />],
                  [t("lab.entered_by"), <Who key="b" id={result.entered_by} name={name(result.entered_by)} />],
                  [t("lab.reviewed_by"), <Who key="r" id={result.reviewed_by} name={name(result.reviewed_by)} />],
                  [t("lab.approved_by"), <Who key="a" id={result.approved_by} name={name(result.approved_by)} />],
                ]}
              />
            </div>
          </Panel>
          {about.map((i) => (
            <Fragment key={i.id}>
              <About investigation={i} />
              <Signatures record_type="lims_investigation" record_id={i.id} />
            </Fragment>
          ))}
          <Panel title={t("lab.how_it_was_judged")}>
            <Asked query={evaluations} lines={3} empty={<p className="muted">{t("lab.it_has_not_been")}</p>}>
              {(rows) => (
                <div className="stack-l">
                  {rows.map((e) => (
                    <div key={e.id}>
                      <h3>
                        {e.kind.replaceAll("_", " ")} {t("lab.rounding")} {e.rounding}
                      </h3>
                      <ol style={{ listStyle: "decimal", paddingLeft: 20 }}>
                        {e.trace.map((line, n) => (
                          <li key={n} className="tabular">
                            {line}
                          </li>
                        ))}
                      </ol>
                    </div>
                  ))}
                </div>
              )}
            </Asked>
          </Panel>
          <Panel title={t("lab.how_it_was_calculated")}>
            {result.trace.length === 0 ? <p className="muted">{t("lab.taken_as_it_was")}</p> : <ContentView content={result.trace} />}
          </Panel>
          <Panel title={t("lab.pinned_when_the_work")}>
            <ContentView content={result.pinned} />
          </Panel>
        </div>
        <WhereFrom result={result.id} />
      </div>
    </>
  );
}

function Who({ id, name }: { id: string | null; name: string }) {
  return id ? (
    <Link to="/people/$id" params={{ id }}>
      {name}
    </Link>
  ) : (
    <>–</>
  );
}

function About({ investigation: i }: { investigation: Investigation }) {
  const request = (meaning: string) => ({ record_type: "lims_investigation", record_id: i.id, meaning, data: {} });
  const open = i.state !== "closed";
  return (
    <Panel title={t("lab.investigation_2", { number: i.number })} right={<StateBadge state={i.state} tone={open ? "warning" : "done"} />}>
      <div className="stack">
        <Facts
          of={[
            [t("word.about"), i.title],
            [t("lab.hypothesis"), i.hypothesis ?? "–"],
            [t("lab.assignable_cause"), i.assignable_cause ?? t("lab.none_found_yet")],
            [t("lab.conclusion"), i.conclusion ?? "–"],
          ]}
        />
        {i.evidence.length > 0 ? (
          <details>
            <summary>{t("lab.evidence")}{i.evidence.length})</summary>
            <ContentView content={i.evidence} />
          </details>
        ) : null}
        {open ? (
          <div className="row">
            <SignButton label={t("lab.review_the_cause")} variant="default" size="xs" request={request("reviewed")} />
            <SignButton label={t("lab.invalidate_the_result")} variant="default" size="xs" request={request("invalidated")} />
            <SignButton label={t("word.close")} variant="default" size="xs" request={request("closed")} />
          </div>
        ) : null}
      </div>
    </Panel>
  );
}
