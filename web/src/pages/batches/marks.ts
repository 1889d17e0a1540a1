import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { us } from "../../format/time";
import { toneOf } from "../../parts/states";
import type { Mark, Phase } from "../../parts/trend/lanes";

/** What a batch lays over its trends: phases as bands, samples as ticks, alerts as flags. */
export function useBatchMarks(batch: string | undefined): { phases: Phase[]; marks: Mark[] } {
  const on = { enabled: batch !== undefined };
  const runs = useQuery({ queryKey: ["phases", batch], queryFn: ({ signal }) => api.phases(batch!, signal), meta: { types: ["mes_"] }, ...on });
  const samples = useQuery({ queryKey: ["samples", batch], queryFn: ({ signal }) => api.samples({ batch_id: batch }, signal), meta: { types: ["lims_sample"] }, ...on });
  const alerts = useQuery({ queryKey: ["alerts", batch], queryFn: ({ signal }) => api.alerts({ batch_id: batch }, signal), meta: { types: ["insight_alert"] }, ...on });
  const shown = (runs.data ?? []).filter((r) => r.started_at);
  const top = Math.min(...shown.map((r) => r.depth));
  return {
    phases: shown
      .filter((r) => r.depth === top)
      .map((r) => ({ label: r.label || r.phase, from_us: us(r.started_at), to_us: r.ended_at ? us(r.ended_at) : null })),
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
