import { Textarea } from "@mantine/core";
import { useState } from "react";
import type { BatchReview } from "../../api/types";
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
  if (!r) return <Panel><EmptyState title="Not begun">The entries to be read are chosen when the review of the batch begins.</EmptyState></Panel>;
  return (
    <div className="split-2">
      <div className="stack-l">
        <Panel title={`Flagged by rule (${r.flagged.length})`}>
          {r.flagged.length === 0 ? <p className="muted">No entry of this batch was flagged.</p> : <Entries rows={r.flagged} label="Flagged entries" />}
        </Panel>
        <Panel title={`Drawn by chance (${r.sampled.length})`} right={<span className="muted">seed {r.seed}</span>}>
          {r.sampled.length === 0 ? <p className="muted">None was drawn.</p> : <Entries rows={r.sampled} label="Entries drawn by chance" />}
        </Panel>
      </div>
      <Panel title="Outcome" right={<StateBadge state={r.state} />}>
        {r.state === "open" ? (
          <div className="stack">
            <Textarea label="Outcome" description="What you read and what you found" value={outcome} onChange={(e) => setOutcome(e.currentTarget.value)} autosize minRows={3} />
            <Textarea label="Comment" value={comment} onChange={(e) => setComment(e.currentTarget.value)} autosize minRows={2} />
            <div>
              <SignButton
                label="Sign the audit-trail review"
                disabled={!outcome.trim()}
                request={{ record_type: "quality_audit_trail_review", record_id: r.id, meaning: "reviewed", data: { outcome: outcome.trim(), comment: comment.trim() } }}
              />
            </div>
          </div>
        ) : (
          <Facts
            of={[
              ["Outcome", r.outcome ?? "–"],
              ["Comment", r.comment ?? "–"],
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
          {typeof row.entry_id === "string" ? <a href={`/record/entries/${row.entry_id}${row.seq ? `?seq=${String(row.seq)}` : ""}`}>Open the entry</a> : null}
        </li>
      ))}
    </ol>
  );
}
