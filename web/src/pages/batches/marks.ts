import { useQuery } from "@tanstack/react-query";
import { api, flat } from "../../api/endpoints";
import type { Step } from "../../api/types";
import { us } from "../../format/time";
import { toneOf } from "../../parts/states";
import type { Mark, Phase } from "../../parts/trend/lanes";
import { useBatch } from "./useBatch";

/** What a batch lays over its trends: phases as bands, samples as ticks, alerts as flags. */
export function useBatchMarks(batch: string | undefined): { phases: Phase[]; marks: Mark[] } {
  const on = { enabled: batch !== undefined };
  const detail = useBatch(batch);
  const samples = useQuery({ queryKey: ["samples", batch], queryFn: ({ signal }) => api.samples({ batch_id: batch }, signal), meta: { types: ["lims_sample"] }, retry: false, ...on });
  const alerts = useQuery({ queryKey: ["alerts", batch], queryFn: ({ signal }) => api.alerts({ batch_id: batch }, signal), meta: { types: ["insight_alert"] }, retry: false, ...on });
  return {
    phases: detail.data ? bands(flat(detail.data.procedure)) : [],
    marks: [
      ...(samples.data ?? [])
        .filter((s) => s.sampled_at)
        .map((s): Mark => ({ kind: "sample", us: us(s.sampled_at), label: `${s.number} ${s.point}`.trim(), href: `/lab/samples/${s.id}` })),
      ...(alerts.data ?? []).map(
        (a): Mark => ({ kind: "alert", us: us(a.raised_at), label: `${a.number} ${a.title}`, href: `/alerts/${a.id}`, tone: toneOf(a.state) === "done" ? "advisory" : "warning" }),
      ),
    ],
  };
}

/** The highest level of the procedure where more than one step has begun and no two overlap for long. */
export function bands(steps: readonly Step[]): Phase[] {
  const begun = steps.filter((s) => s.started_at && s.title);
  const depths = [...new Set(begun.map((s) => s.depth))].sort((a, b) => a - b);
  const level = depths.find((d) => begun.filter((s) => s.depth === d).length > 1) ?? depths[0];
  return begun
    .filter((s) => s.depth === level)
    .map((s) => ({ label: s.title, from_us: us(s.started_at), to_us: s.ended_at ? us(s.ended_at) : null }));
}
