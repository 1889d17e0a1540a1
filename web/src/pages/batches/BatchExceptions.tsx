import { useNavigate } from "@tanstack/react-router";
import type { BatchReview } from "../../api/types";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { ranked } from "../review/Exceptions";

export function BatchExceptions({ review }: { review: BatchReview }) {
  const navigate = useNavigate();
  return (
    <DataTable
      name="exceptions"
      label={t("batches.exceptions_of", { batch_number: review.disposition.batch_number })}
      rows={ranked(review.exceptions)}
      id={(r) => r.id}
      open={(r) => void navigate({ to: "/review", search: { batch: review.disposition.batch_id, exception: r.id } as never })}
      columns={[
        { key: "number", title: t("batches.exception"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
        { key: "title", title: t("word.what"), value: (r) => r.title },
        { key: "kind", title: t("word.kind"), value: (r) => label(r.kind) },
        { key: "severity", title: t("batches.severity"), value: (r) => r.severity, render: (r) => <StateBadge state={r.severity} tone={r.state === "open" ? undefined : "plain"} /> },
        { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
        { key: "disposition", title: t("word.disposition"), value: (r) => r.disposition },
        { key: "at", title: t("word.raised"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
      ]}
    />
  );
}
