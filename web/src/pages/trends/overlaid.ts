/** Batches laid over each other: pure steps from each batch's own series to one lane. */
import type { TrendSeries } from "../../api/types";
import type { Lane } from "../../parts/trend/lanes";

export interface Laid {
  number: string;
  unit: string;
  start_us: number;
  series: readonly TrendSeries[];
}

/** One lane with a trace a batch, each from its own start; a batch that lacks the channel has no trace. */
export function overlaid(batches: readonly Laid[], name: string, label: string, unit: string, digits: number): Lane {
  return {
    key: name,
    label,
    unit,
    digits,
    traces: batches.flatMap((batch, stroke) =>
      batch.series
        .filter((one) => one.tag === `${batch.unit}.${name}`)
        .map((one) => ({
          name: batch.number,
          stroke,
          points: one.points.map(([us, value, quality]) => [us - batch.start_us, value, quality] as const),
          from_count: one.from_count,
          gaps: one.gaps.map((gap) => ({ ...gap, from_us: gap.from_us - batch.start_us, to_us: gap.to_us === null ? null : gap.to_us - batch.start_us })),
        })),
    ),
  };
}
