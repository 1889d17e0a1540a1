import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { us } from "../../format/time";
import type { Step } from "../../api/types";
import { toneOf } from "../../parts/states";
import type { Mark, Phase } from "../../parts/trend/lanes";

/** What a batch lays over its trends: phases as bands, samples as ticks, alerts as flags. */
export function useBatchMarks(batch: string | undefined): { phases: Phase[]; marks: Mark[] } {
  const on = { enabled: batch !== undefined };
  const runs = useQuery({ queryKey: ["steps", batch], queryFn: ({ signal }) => api.steps(batch!, signal), meta: { types: ["mes_batch", "mes_journal"] }, ...on });
  const samples = useQuery({ queryKey: ["samples", batch], queryFn: ({ signal }) => api.samples({ batch_id: batch }, signal), meta: { types: ["lims_sample"] }, ...on });
  const alerts = useQuery({ queryKey: ["alerts", batch], queryFn: ({ signal }) => api.alerts({ batch_id: batch }, signal), meta: { types: ["insight_alert"] }, ...on });
  return {
    phases: bands(runs.data ?? []),
    marks: [
      ...(samples.data ?? [])
        .filter((s) => s.sampled_at)
        .map((s): Mark => ({ kind: "sample", us: us(s.sampled_at), label: `${s.number} ${s.point}`.trim(), href: `/lab/samples/${s.id}` })),
      ...(alerts.data ?? []).map((a): Mark => {
        const tone = toneOf(a.state);
        return { kind: "alert", us: us(a.raised_at), label: `${a.number} ${a.title}`, href: `/alerts/${a.id}`, tone: tone === "done" ? "advisory" : "warning" };
      }),
    ],
  };
}

/** The highest level of the procedure that has more than one step under way after another: its bands do not overlap. */
export function bands(steps: readonly Step[]): Phase[] {
  const begun = steps.filter((s) => s.started_at && s.title);
  const depths = [...new Set(begun.map((s) => depth(s.path)))].sort((a, b) => a - b);
  const level = depths.find((d) => begun.filter((s) => depth(s.path) === d).length > 1) ?? depths[0];
  return begun
    .filter((s) => depth(s.path) === level)
    .map((s) => ({ label: s.title, from_us: us(s.started_at), to_us: s.ended_at ? us(s.ended_at) : null }));
}

export function depth(path: string): number {
  return path === "" ? 0 : path.split(/[./#]/).length;
}
