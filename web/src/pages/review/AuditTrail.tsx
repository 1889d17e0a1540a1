import { Link } from "@tanstack/react-router";
import type { BatchReview } from "../../api/types";
import { t } from "../../i18n";
import { Facts, Panel } from "../../parts/Panel";
import { EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** Where the batch's audit-trail review stands; it is a task with a page of its own. */
export function AuditTrail({ review }: { review: BatchReview }) {
  const r = review.audit_trail_review;
  if (!r) return <Panel><EmptyState title={t("review.not_begun")}>{t("review.the_entries_to_be")}</EmptyState></Panel>;
  return (
    <Panel title={t("trail.ofbatch")} right={<StateBadge state={r.state} tone={r.state === "open" ? "active" : undefined} />}>
      <div className="stack">
        <Facts
          of={[
            [t("trail.flagged"), r.flagged.length],
            [t("trail.sampled"), r.sampled.length],
            [t("trail.entries"), r.entries],
            [t("trail.since"), <TimeStamp key="s" at={r.opened_at} precision="minute" />],
            [t("trail.outcome"), r.outcome ?? "–"],
            [t("trail.comment"), r.comment ?? "–"],
          ]}
        />
        <p>
          <Link to="/review/trail/$id" params={{ id: r.id }}>
            {t("trail.goto", { number: r.number })}
          </Link>
        </p>
      </div>
    </Panel>
  );
}
