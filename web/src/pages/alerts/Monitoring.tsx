import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { MonitoringChart } from "../../api/types";
import { count } from "../../format/number";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { Asked, EmptyState } from "../../parts/States";
import { TrendChart } from "../../parts/trend/TrendChart";
import type { Lane, Mark, Point } from "../../parts/trend/lanes";
import { useBatchMarks } from "../batches/marks";

const NAMES: Record<string, string> = { t2: "Hotelling's T²", spe: "Residual (SPE)", drift: "Drift" };

/** Each statistic in parts of its limit; what was not decided is uncertain, what had bad input is bad. */
export function lanesOf(chart: MonitoringChart): Lane[] {
  return (["t2", "spe", "drift"] as const).map((key) => {
    const limit = chart.limits[key] ?? 1;
    const points: Point[] = chart.times_us.map((us, i) => {
      const verdict = chart.verdict[i] ?? "ok";
      const v = chart[key][i];
      return [us, v === undefined || v === null || v <= 0 ? null : v / limit, verdict === "ok" ? 0 : verdict.replaceAll(" ", "_") === "bad_input" ? 2 : 1];
    });
    return {
      key,
      label: NAMES[key] ?? key,
      unit: "of its limit",
      digits: 2,
      log: true,
      traces: [{ name: "this batch", points, from_count: points.length }],
      limits: [{ label: t("alerts.limit"), value: 1 }],
    };
  });
}

export function MonitoringTrend({ batch, height = 96 }: { batch: string; height?: number }) {
  const now = useNow();
  const chart = useQuery({ queryKey: ["monitoring", batch], queryFn: ({ signal }) => api.monitoring(batch, signal), meta: { types: ["insight_block", "insight_alert", "insight_watch"] }, retry: false });
  const { marks } = useBatchMarks(batch);
  const [zoomed, setZoomed] = useState<[number, number] | null>(null);
  return (
    <Asked query={chart} lines={8} isEmpty={(c) => c.times_us.length === 0} empty={<EmptyState title={t("alerts.nothing_scored_yet")}>{t("alerts.the_model_scores_the")}</EmptyState>}>
      {(c) => {
        const from = zoomed?.[0] ?? c.times_us[0]!;
        const to = zoomed?.[1] ?? c.times_us[c.times_us.length - 1]! + 1;
        return (
          <>
            <TrendChart
              name="monitoring"
              title={t("alerts.monitoring_of", { batch_number: c.watch.batch_number })}
              lanes={lanesOf(c)}
              from_us={from}
              to_us={to}
              now_us={now.process * 1000}
              marks={marks.filter((m: Mark) => m.kind === "alert")}
              laneHeight={height}
              onZoom={(a, b) => setZoomed([a, b])}
              onReset={() => setZoomed(null)}
            />
            <p className="muted">
              {Object.entries(c.rows_by_verdict)
                .map(([verdict, n]) => `${count(n)} ${label(verdict).toLowerCase()}`)
                .join(", ")}
              {c.blocks ? t("alerts.in_logged_blocks", { n: count(c.blocks) }) : ""}
              {c.provisional_from_us ? t("alerts.the_newest_rows_are") : ""}
            </p>
          </>
        );
      }}
    </Asked>
  );
}
