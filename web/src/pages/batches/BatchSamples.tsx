import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import type { Batch, Work } from "../../api/types";
import { exact } from "../../format/number";
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
      <Panel title="Results" flush>
        <Asked query={work} empty={<EmptyState title="No samples yet">The recipe draws them; each is registered with the tests of its plan.</EmptyState>}>
          {(rows) => (
            <DataTable
              name="results"
              label={`Results of ${batch.number}`}
              rows={rows}
              id={(r) => r.test.id}
              open={(r) => (r.result ? void navigate({ to: "/lab/results/$id", params: { id: r.result.id } }) : void navigate({ to: "/lab/samples/$id", params: { id: r.sample.id } }))}
              provenance={{ batch: batch.number }}
              columns={[
                { key: "sample", title: "Sample", value: (r) => r.sample.number, nowrap: true, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
                { key: "point", title: "Point", value: (r) => r.sample.point },
                { key: "sampled", title: "Sampled", value: (r) => r.sample.sampled_at, render: (r) => <TimeStamp at={r.sample.sampled_at} /> },
                { key: "analysis", title: "Analysis", value: (r) => r.test.analysis },
                { key: "result", title: "Result", align: "right", value: (r) => r.result?.text, render: (r) => <strong className="tabular" style={r.result?.state === "invalidated" ? { textDecoration: "line-through" } : undefined}>{r.result ? exact(r.result.text, r.result.unit) : "–"}</strong> },
                { key: "limit", title: "Limit", value: (r) => r.evaluation?.limit_text },
                { key: "outcome", title: "Evaluation", value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : <span className="muted">–</span>) },
                { key: "state", title: "State", value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
                {
                  key: "from",
                  title: "Origin",
                  value: () => "",
                  render: (r) =>
                    r.result ? (
                      <Button variant="subtle" size="compact-xs" onClick={() => setOrigin(origin?.test.id === r.test.id ? null : r)} aria-pressed={origin?.test.id === r.test.id}>
                        Where from
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
