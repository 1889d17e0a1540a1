import { Textarea } from "@mantine/core";
import { useState } from "react";
import type { BatchReview } from "../../api/types";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, Panel } from "../../parts/Panel";
import { SignButton } from "../../parts/SignDialog";
import { EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";

/** The audit-trail review: entries that a rule flagged, and a sample drawn by a recorded seed. */
export function AuditTrail({ review }: { review: BatchReview }) {
  const r = review.audit_trail_review;
  const [outcome, setOutcome] = useState("");
  const [comment, setComment] = useState("");
  if (!r) return <Panel><EmptyState title={t("review.not_begun")}>{t("review.the_entries_to_be")}</EmptyState></Panel>;
  return (
    <div className="split-2">
      <div className="stack-l">
        <Panel title={t("review.flagged_by_rule", { length: r.flagged.length })}>
          {r.flagged.length === 0 ? <p className="muted">{t("review.no_entry_of_this")}</p> : <Entries rows={r.flagged} label={t("review.flagged_entries")} />}
        </Panel>
        <Panel title={t("review.drawn_by_chance", { length: r.sampled.length })} right={<span className="muted">{t("review.seed")} {r.seed}</span>}>
          {r.sampled.length === 0 ? <p className="muted">{t("review.none_was_drawn")}</p> : <Entries rows={r.sampled} label={t("review.entries_drawn_by_chance")} />}
        </Panel>
      </div>
      <Panel title={t("word.outcome")} right={<StateBadge state={r.state} />}>
        {r.state === "open" ? (
          <div className="stack">
            <Textarea label={t("word.outcome")} description={t("review.what_you_read_and")} value={outcome} onChange={(e) => setOutcome(e.currentTarget.value)} autosize minRows={3} />
            <Textarea label={t("word.comment")} value={comment} onChange={(e) => setComment(e.currentTarget.value)} autosize minRows={2} />
            <div>
              <SignButton
                label={t("review.sign_the_audit_trail")}
                disabled={!outcome.trim()}
                request={{ record_type: "quality_audit_trail_review", record_id: r.id, meaning: "reviewed", data: { outcome: outcome.trim(), comment: comment.trim() } }}
              />
            </div>
          </div>
        ) : (
          <Facts
            of={[
              [t("word.outcome"), r.outcome ?? "–"],
              [t("word.comment"), r.comment ?? "–"],
            ]}
          />
        )}
      </Panel>
    </div>
  );
}

function Entries({ rows, label }: { rows: Record<string, unknown>[]; label: string }) {
  return (
    <ol className="list stack" tabIndex={0} aria-label={label}>
      {rows.map((row, i) => (
        <li key={i} style={{ borderBottom: "1px solid var(--t-inset)", paddingBottom: 8 }}>
          <ContentView content={row} />
          {typeof row.entry_id === "string" ? <a href={`/record/entries/${row.entry_id}${row.seq ? `?seq=${String(row.seq)}` : ""}`}>{t("review.open_the_entry")}</a> : null}
        </li>
      ))}
    </ol>
  );
}
