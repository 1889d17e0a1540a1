import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import type { Batch, Work } from "../../api/types";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { WhereFrom } from "../../parts/WhereFrom";
import { Button } from "@mantine/core";

/** Every test of the batch with its result; "Where from" opens beside. */
export function BatchSamples({ batch }: { batch: Batch }) {
  const navigate = useNavigate();
  const [origin, setOrigin] = useState<Work | null>(null);
  const work = useQuery({ queryKey: ["worklist", batch.id], queryFn: ({ signal }) => api.worklist({ batch_id: batch.id }, signal), meta: { types: ["lims_"] } });
  return (
    <div className={origin?.result ? "split-2" : undefined}>
      <Panel title={t("word.results")} flush>
        <Asked query={work} empty={<EmptyState title={t("batches.no_samples_yet")}>{t("batches.the_recipe_draws_them")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="results"
              label={t("word.results_of", { number: batch.number })}
              rows={rows}
              id={(r) => r.test.id}
              open={(r) => (r.result ? void navigate({ to: "/lab/results/$id", params: { id: r.result.id } }) : void navigate({ to: "/lab/samples/$id", params: { id: r.sample.id } }))}
              provenance={{ batch: batch.number }}
              columns={[
                { key: "sample", title: t("word.sample"), value: (r) => r.sample.number, nowrap: true, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
                { key: "point", title: t("word.point"), value: (r) => r.sample.point },
                { key: "sampled", title: t("word.sampled"), value: (r) => r.sample.sampled_at, render: (r) => <TimeStamp at={r.sample.sampled_at} /> },
                { key: "analysis", title: t("word.analysis"), value: (r) => r.test.analysis },
                { key: "result", title: t("word.result"), align: "right", value: (r) => r.result?.text, render: (r) => <strong className="tabular" style={r.result?.state === "invalidated" ? { textDecoration: "line-through" } : undefined}>{r.result ? exact(r.result.text, r.result.unit) : "–"}</strong> },
                { key: "limit", title: t("word.limit"), value: (r) => r.evaluation?.limit_text },
                { key: "outcome", title: t("word.evaluation"), value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : <span className="muted">–</span>) },
                { key: "state", title: t("word.state"), value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
                {
                  key: "from",
                  title: t("batches.origin"),
                  value: () => "",
                  render: (r) =>
                    r.result ? (
                      <Button variant="subtle" size="compact-xs" onClick={() => setOrigin(origin?.test.id === r.test.id ? null : r)} aria-pressed={origin?.test.id === r.test.id}>
                        {t("batches.where_from")}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Asked>
      </Panel>
      {origin?.result ? <WhereFrom result={origin.result.id} /> : null}
    </div>
  );
}
