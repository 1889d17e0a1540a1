import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/endpoints";
import type { BatchReview, Deviation } from "../../api/types";
import { label } from "../../format/words";
import { Facts, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";
import { t } from "../../i18n";
import { useView } from "../../parts/view";
import { placeOf } from "../../shell/nav";

const WAY = ["raised", "classified", "investigating", "qa_review", "closed"];

export function Deviations({ review }: { review: BatchReview }) {
  const [chosen, setChosen] = useView("deviation");
  const rows = review.deviations;
  const at = rows.find((d) => d.id === chosen) ?? rows.find((d) => d.state !== "closed") ?? rows[0];
  return (
    <div className="split-2">
      {at ? <One key={`${at.id}${at.state}`} deviation={at} review={review} /> : <Panel><EmptyState title={t("review.no_deviations")}>{t("review.raise_one_when_an")}</EmptyState></Panel>}
      <div className="stack-l">
        {rows.length > 0 ? (
          <Panel title={t("review.deviations_2", { length: rows.length })} flush>
            <ul>
              {rows.map((d) => (
                <li key={d.id}>
                  <button type="button" className="pick" aria-current={d.id === at?.id} onClick={() => setChosen(d.id)}>
                    <span className="row" style={{ justifyContent: "space-between" }}>
                      <strong>{d.number}</strong>
                      <StateBadge state={d.state} />
                    </span>
                    <span>{d.title}</span>
                  </button>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <Raise review={review} />
      </div>
    </div>
  );
}

function One({ deviation: d, review }: { deviation: Deviation; review: BatchReview }) {
  const name = usePeople();
  const client = useQueryClient();
  const take = useMutation({ mutationFn: () => api.investigateDeviation(d.id), onSuccess: () => void client.invalidateQueries({ queryKey: ["review"] }) });
  const at = WAY.indexOf(d.state);
  const about = review.exceptions.filter((e) => d.exception_ids.includes(e.id));
  return (
    <div className="stack-l">
      <Panel title={`${d.number}  ${d.title}`} right={<StateBadge state={d.state} />}>
        <div className="stack-l">
          <ol className="ladder" aria-label={t("review.the_deviations_way")}>
            {WAY.map((s, i) => (
              <li key={s} aria-current={i === at ? "step" : undefined}>
                <StateBadge state={s} tone={i < at ? "done" : i === at ? (s === "closed" ? "done" : "active") : "plain"} />
              </li>
            ))}
          </ol>
          <p style={{ whiteSpace: "pre-line" }}>{d.description}</p>
          <Facts
            of={[
              [t("review.classification"), d.classification ? <StateBadge key="c" state={d.classification} /> : t("word.not_yet")],
              [t("word.recorded"), <BothTimes key="r" plant={d.process_at} server={d.recorded_at} />],
              [t("review.investigator"), name(d.investigator_id)],
              [t("word.exceptions"), about.length ? (
                <span key="x" className="row">
                  {about.map((e) => (
                    <a key={e.id} href={placeOf({ record_type: "quality_exception", record_id: e.id, batch_id: e.batch_id }) ?? "#"}>
                      {e.number}
                    </a>
                  ))}
                  {about.flatMap((e) => (e.subject_type === "insight_alert" ? [<a key={`a${e.id}`} href={`/alerts/${e.subject_id}`}>{t("deviation.alert")}</a>] : []))}
                </span>
              ) : t("word.none")],
            ]}
          />
          {d.root_cause || d.product_impact || d.corrective_action ? (
            <Facts
              of={[
                [t("review.root_cause"), d.root_cause ?? "–"],
                [t("review.product_impact"), d.product_impact ?? "–"],
                [t("word.action"), d.corrective_action ?? "–"],
              ]}
            />
          ) : null}
          {d.state === "raised" ? <Classify id={d.id} /> : null}
          {d.state === "classified" ? (
            <div>
              <Button onClick={() => take.mutate()} loading={take.isPending}>
                {t("review.begin_the_investigation")}
              </Button>
              {take.error ? <ErrorState error={take.error} /> : null}
            </div>
          ) : null}
          {d.state === "investigating" ? <Conclude id={d.id} /> : null}
          {d.state === "qa_review" ? (
            <div>
              <SignButton label={t("word.close")} request={{ record_type: "quality_deviation", record_id: d.id, meaning: "closed", data: {} }} />
            </div>
          ) : null}
        </div>
      </Panel>
      <Signatures record_type="quality_deviation" record_id={d.id} />
    </div>
  );
}

function Classify({ id }: { id: string }) {
  const [classification, set] = useState<string | null>(null);
  return (
    <div className="row" style={{ alignItems: "flex-end" }}>
      <Select label={t("review.classification")} data={["minor", "major", "critical"].map((v) => ({ value: v, label: label(v) }))} value={classification} onChange={set} w={220} placeholder={t("word.choose")} />
      <SignButton label={t("review.sign_the_classification")} disabled={!classification} request={{ record_type: "quality_deviation", record_id: id, meaning: "classified", data: { classification } }} />
    </div>
  );
}

function Conclude({ id }: { id: string }) {
  const [root_cause, setCause] = useState("");
  const [product_impact, setImpact] = useState("");
  const [corrective_action, setAction] = useState("");
  const ready = root_cause.trim() && product_impact.trim() && corrective_action.trim();
  return (
    <div className="stack">
      <Textarea label={t("review.root_cause")} value={root_cause} onChange={(e) => setCause(e.currentTarget.value)} autosize minRows={2} />
      <Textarea label={t("review.product_impact")} value={product_impact} onChange={(e) => setImpact(e.currentTarget.value)} autosize minRows={2} />
      <Textarea label={t("word.action")} value={corrective_action} onChange={(e) => setAction(e.currentTarget.value)} autosize minRows={2} />
      <div>
        <SignButton
          label={t("review.sign_the_conclusion")}
          disabled={!ready}
          request={{ record_type: "quality_deviation", record_id: id, meaning: "concluded", data: { root_cause, product_impact, corrective_action } }}
        />
      </div>
    </div>
  );
}

function Raise({ review }: { review: BatchReview }) {
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [key] = useState(() => `page/${crypto.randomUUID?.() ?? String(performance.now())}`);
  const raise = useMutation({
    mutationFn: () => api.raiseDeviation({ title: title.trim(), description: description.trim(), batch_id: review.disposition.batch_id, exception_ids: [], key }),
    onSuccess: () => {
      setTitle("");
      setDescription("");
      void client.invalidateQueries({ queryKey: ["review"] });
    },
  });
  return (
    <Panel title={t("word.raise_a_deviation")}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          if (title.trim() && description.trim()) raise.mutate();
        }}
      >
        <TextInput label={t("review.title")} value={title} onChange={(e) => setTitle(e.currentTarget.value)} />
        <Textarea label={t("review.what_happened")} value={description} onChange={(e) => setDescription(e.currentTarget.value)} autosize minRows={3} />
        {raise.error ? <ErrorState error={raise.error} /> : null}
        <div>
          <Button type="submit" variant="default" disabled={!title.trim() || !description.trim()} loading={raise.isPending}>
            {t("review.raise")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
