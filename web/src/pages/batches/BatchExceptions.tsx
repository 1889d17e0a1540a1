import { useNavigate } from "@tanstack/react-router";
import type { BatchReview } from "../../api/types";
import { label } from "../../format/words";
import { DataTable } from "../../parts/DataTable";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { ranked } from "../review/Exceptions";

export function BatchExceptions({ review }: { review: BatchReview }) {
  const navigate = useNavigate();
  return (
    <DataTable
      name="exceptions"
      label={`Exceptions of ${review.disposition.batch_number}`}
      rows={ranked(review.exceptions)}
      id={(r) => r.id}
      open={(r) => void navigate({ to: "/review", search: { batch: review.disposition.batch_id, exception: r.id } as never })}
      columns={[
        { key: "number", title: "Exception", value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
        { key: "title", title: "What", value: (r) => r.title },
        { key: "kind", title: "Kind", value: (r) => label(r.kind) },
        { key: "severity", title: "Severity", value: (r) => r.severity, render: (r) => <StateBadge state={r.severity} tone={r.state === "open" ? undefined : "plain"} /> },
        { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
        { key: "disposition", title: "Disposition", value: (r) => r.disposition },
        { key: "at", title: "Raised", value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
      ]}
    />
  );
}
