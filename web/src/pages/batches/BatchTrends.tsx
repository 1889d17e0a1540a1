import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Batch } from "../../api/types";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { TrendChart } from "../../parts/trend/TrendChart";
import { specs, useTrend, useWindow } from "../../parts/trend/useTrend";
import { MonitoringTrend } from "../alerts/Monitoring";
import { Outcome } from "../twin/Outcome";
import { TwinLanes } from "../twin/TwinLanes";
import { useBatchMarks } from "./marks";

const MAIN = ["VCD", "Feed F2", "Capacitance", "DO", "pH", "Temperature", "OUR"];

/** What was measured, what the model made of it, what the twin believes: three charts on the same batch. */
export function BatchTrends({ batch }: { batch: Batch }) {
  const unit = useQuery({ queryKey: ["unit", batch.equipment], queryFn: ({ signal }) => api.unit(batch.equipment, signal) });
  const window = useWindow(batch.started_at, batch.ended_at);
  const all = specs(unit.data?.channels ?? []);
  const wanted = MAIN.flatMap((name) => all.filter((s) => s.label === name)).slice(0, 6);
  const { query, lanes } = useTrend(wanted.length > 0 ? wanted : all.slice(0, 5), window);
  const { phases, marks } = useBatchMarks(batch.id);
  return (
    <div className="stack-l">
      <Panel
        title={t("word.measured")}
        right={
          <Link to="/trends" search={{ tab: "overlay", batches: batch.number, measured: wanted.slice(0, 3).map((s) => s.key.slice(s.key.indexOf(".") + 1)).join(",") }}>
            {t("trends.overlay")}
          </Link>
        }
      >
        <Asked query={unit} lines={8}>
          {() =>
            all.length === 0 ? (
              <EmptyState title={t("word.no_channels")}>{t("batches.the_unit_has_no")}</EmptyState>
            ) : (
              <Asked query={query} lines={8}>
                {() => (
                  <TrendChart
                    name="batch"
                    title={t("batches.trends_of", { number: batch.number })}
                    lanes={lanes}
                    from_us={window.from_us}
                    to_us={window.to_us}
                    now_us={window.now_us}
                    phases={phases}
                    marks={marks}
                    onZoom={window.zoom}
                    onReset={window.reset}
                    laneHeight={104}
                    provenance={{ batch: batch.number, unit: batch.equipment, started: batch.started_at ?? "" }}
                  />
                )}
              </Asked>
            )
          }
        </Asked>
      </Panel>
      <Panel title={t("batches.twin_what_it_believes")}>
        <TwinLanes batch={batch.id} window={window} />
      </Panel>
      <Outcomes batch={batch.id} />
      <Panel title={t("batches.monitoring_model_each_statistic")}>
        <MonitoringTrend batch={batch.id} />
      </Panel>
    </div>
  );
}

/** Of each proposal that was carried out: what was predicted and what came. */
function Outcomes({ batch }: { batch: string }) {
  const proposals = useQuery({ queryKey: ["proposals", batch], queryFn: ({ signal }) => api.proposals({ batch_id: batch }, signal), meta: { types: ["twin_proposal"] }, retry: false });
  return (
    <>
      {(proposals.data ?? []).flatMap((p) =>
        p.outcome
          ? [
              <Panel key={p.id} title={t("outcome.of", { number: p.number })} right={<Link to="/twin/proposals/$id" params={{ id: p.id }}>{p.title}</Link>}>
                <Outcome outcome={p.outcome} />
              </Panel>,
            ]
          : [],
      )}
    </>
  );
}
