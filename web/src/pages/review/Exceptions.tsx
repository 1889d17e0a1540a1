import { Button, Checkbox, Select, Textarea } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { BatchReview, QualityException } from "../../api/types";
import { label, noun } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, Panel } from "../../parts/Panel";
import { SeriesDialog } from "../../parts/SeriesDialog";
import { SignDialog } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { addressOf } from "../../shell/nav";

export const DISPOSITIONS = [
  { value: "justified", label: t("review.justified") },
  { value: "covered by deviation", label: t("review.covered_by_a_deviation") },
  { value: "no impact", label: t("review.no_impact") },
  { value: "investigated", label: t("review.investigated") },
];

/** What is decided about: exceptions, and the deviations that may cover them. */
export type Decided = Pick<BatchReview, "exceptions" | "deviations">;

const RANK: Record<string, number> = { critical: 0, major: 1, minor: 2 };

/** Open ones first, worst first, then by kind so that one cause stands together. */
export function ranked(rows: readonly QualityException[]): QualityException[] {
  return [...rows].sort(
    (a, b) =>
      Number(a.state !== "open") - Number(b.state !== "open") ||
      (RANK[a.severity] ?? 3) - (RANK[b.severity] ?? 3) ||
      a.kind.localeCompare(b.kind) ||
      a.number.localeCompare(b.number),
  );
}

export function Exceptions({ review }: { review: Decided }) {
  const [chosen, setChosen] = useView("exception");
  const [series, setSeries] = useState<ReadonlySet<string>>(new Set());
  const rows = ranked(review.exceptions);
  const at = rows.find((e) => e.id === chosen) ?? rows[0];
  const next = () => {
    const open = rows.filter((e) => e.state === "open");
    const i = open.findIndex((e) => e.id === at?.id);
    const to = open[(i + 1) % Math.max(1, open.length)];
    if (to) setChosen(to.id);
  };
  useHotkeys([["n", next]]);
  if (!at) return <EmptyState title={t("word.no_exceptions")}>{t("review.every_check_that_ran")}</EmptyState>;
  return (
    <div className="split">
      <Panel title={t("review.exceptions_2", { length: rows.length })} flush right={<span className="muted">{t("review.n_next")}</span>}>
        <ul className="list">
          {rows.map((e) => (
            <li key={e.id} className={e.state === "open" ? "pickable" : undefined}>
              {e.state === "open" ? (
                <Checkbox
                  size="md"
                  aria-label={t("series.choose", { name: e.number })}
                  checked={series.has(e.id)}
                  onChange={(x) => setSeries(x.currentTarget.checked ? new Set([...series, e.id]) : new Set([...series].filter((one) => one !== e.id)))}
                />
              ) : null}
              <button type="button" className="pick" aria-current={e.id === at.id} onClick={() => setChosen(e.id)}>
                <span className="row" style={{ justifyContent: "space-between" }}>
                  <strong>{e.number}</strong>
                  {e.state === "open" ? <StateBadge state={e.severity} /> : <StateBadge state={e.state} />}
                </span>
                <span>{e.title}</span>
                <span className="muted" style={{ display: "block" }}>
                  {label(e.kind)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
      <Evidence exception={at} />
      {series.size > 1 ? (
        <Together exceptions={rows.filter((e) => series.has(e.id))} review={review} onClear={() => setSeries(new Set())} />
      ) : (
        <Decide key={at.id} exception={at} review={review} onOpen={() => setChosen(at.id)} onSigned={next} />
      )}
    </div>
  );
}

function Evidence({ exception: e }: { exception: QualityException }) {
  const to = addressOf(e.subject_type, e.subject_id);
  return (
    <Panel title={`${e.number}  ${e.title}`} right={<StateBadge state={e.severity} />}>
      <div className="stack-l">
        <p>{e.detail}</p>
        <Facts
          of={[
            [t("word.kind"), label(e.kind)],
            [t("word.raised"), <TimeStamp key="r" at={e.process_at} server={e.recorded_at} />],
            [t("word.about"), to ? <a key="a" href={to}>{label(noun(e.subject_type))}</a> : label(noun(e.subject_type))],
          ]}
        />
        <div>
          <h3>{t("review.evidence")}</h3>
          <ContentView content={e.evidence} />
        </div>
      </div>
    </Panel>
  );
}

/** One disposition and one comment for several exceptions; each is shown and ticked before it is signed. */
function Together({ exceptions, review, onClear }: { exceptions: QualityException[]; review: Decided; onClear: () => void }) {
  const [disposition, setDisposition] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [deviation, setDeviation] = useState<string | null>(null);
  // As they were when the dialog was opened: what is signed leaves the list under it.
  const [signing, setSigning] = useState<QualityException[] | null>(null);
  const [signed, setSigned] = useState(false);
  const needs = disposition === "covered by deviation" || exceptions.some((e) => e.severity === "critical" && !e.deviation_id);
  const request = useMemo(
    () => ({
      record_type: "quality_exception",
      meaning: "disposed",
      items: (signing ?? []).map((e) => ({
        record_id: e.id,
        data: { disposition, comment: comment.trim(), ...(deviation ? { deviation_id: deviation } : {}) },
      })),
    }),
    [signing, disposition, comment, deviation],
  );
  return (
    <Panel title={t("series.together", { n: exceptions.length })} right={<Button variant="subtle" size="compact-xs" onClick={onClear}>{t("series.clear")}</Button>}>
      <div className="stack">
        <p className="muted">{t("series.together.why")}</p>
        <Select label={t("word.disposition")} data={DISPOSITIONS} value={disposition} onChange={setDisposition} placeholder={t("word.choose")} />
        {needs ? (
          <Select
            label={t("word.deviation")}
            data={review.deviations.map((d) => ({ value: d.id, label: `${d.number}  ${d.title}` }))}
            value={deviation}
            onChange={setDeviation}
            placeholder={review.deviations.length ? t("word.choose") : t("review.none_is_raised_yet")}
          />
        ) : null}
        <Textarea label={t("word.comment")} value={comment} onChange={(x) => setComment(x.currentTarget.value)} autosize minRows={3} />
        <Button onClick={() => setSigning(exceptions)} disabled={!disposition || !comment.trim() || (needs && !deviation)}>
          {t("series.sign", { n: exceptions.length })}
        </Button>
      </div>
      {signing ? (
        <SeriesDialog
          request={request}
          names={Object.fromEntries(signing.map((e) => [e.id, e.number]))}
          onClose={() => {
            setSigning(null);
            if (signed) onClear();
          }}
          onSigned={() => setSigned(true)}
        />
      ) : null}
    </Panel>
  );
}

function Decide({
  exception: e,
  review,
  onOpen,
  onSigned,
}: {
  exception: QualityException;
  review: Decided;
  onOpen: () => void;
  onSigned: () => void;
}) {
  const [disposition, setDisposition] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [deviation, setDeviation] = useState<string | null>(e.deviation_id);
  const [signing, setSigning] = useState(false);
  const [signed, setSigned] = useState(false);
  // Stays until the person closes it, though the exception under it is disposed of by then: both ways of showing it
  // below have it at the same place.
  const dialog = signing ? (
    <SignDialog
      request={{
        record_type: "quality_exception",
        record_id: e.id,
        meaning: "disposed",
        data: { disposition, comment: comment.trim(), ...(deviation ? { deviation_id: deviation } : {}) },
      }}
      onClose={() => {
        setSigning(false);
        if (signed) onSigned();
      }}
      onSigned={() => setSigned(true)}
    />
  ) : null;
  if (e.state !== "open") {
    return (
      <div className="stack-l">
        <Panel title={t("word.disposition")}>
          <Facts
            of={[
              [t("word.disposition"), e.disposition ? label(e.disposition) : "–"],
              [t("word.comment"), e.comment ?? "–"],
              [t("word.deviation"), review.deviations.find((d) => d.id === e.deviation_id)?.number ?? (e.deviation_id ? t("review.yes") : t("word.none"))],
            ]}
          />
          {dialog}
        </Panel>
        <Signatures record_type="quality_exception" record_id={e.id} />
      </div>
    );
  }
  const needs = disposition === "covered by deviation" || e.severity === "critical";
  return (
    <div className="stack-l">
      <Panel title={t("word.disposition")}>
        <div className="stack">
          <Select label={t("word.disposition")} data={DISPOSITIONS} value={disposition} onChange={setDisposition} placeholder={t("word.choose")} />
          {needs ? (
            <Select
              label={t("word.deviation")}
              data={review.deviations.map((d) => ({ value: d.id, label: `${d.number}  ${d.title}` }))}
              value={deviation}
              onChange={setDeviation}
              placeholder={review.deviations.length ? t("word.choose") : t("review.none_is_raised_yet")}
            />
          ) : null}
          <Textarea label={t("word.comment")} value={comment} onChange={(x) => setComment(x.currentTarget.value)} autosize minRows={3} />
          <Button
            onClick={() => {
              onOpen();
              setSigning(true);
            }}
            disabled={!disposition || !comment.trim() || (needs && !deviation)}
          >
            {t("word.sign_the_disposition")}
          </Button>
        </div>
        {dialog}
      </Panel>
    </div>
  );
}
