import { useQuery } from "@tanstack/react-query";
import { api, flat } from "../../api/endpoints";
import type { BatchDetail, Step } from "../../api/types";

/** A batch with its procedure; one query for all parts of a page that need it. */
export function useBatch(id: string | undefined) {
  return useQuery({
    queryKey: ["batch", id],
    queryFn: ({ signal }) => api.batch(id!, signal),
    enabled: id !== undefined,
    meta: { types: ["mes_batch", "mes_task"] },
  });
}

/** What runs now, in words: the deepest steps under way, the main line first. */
export function underway(batch: Pick<BatchDetail, "procedure"> | undefined): string {
  if (!batch) return "";
  const running = flat(batch.procedure).filter((s) => s.started_at && !s.ended_at && s.title);
  const depth = Math.min(...running.filter((s) => s.depth > 0).map((s) => s.depth + 1), 2);
  const at = running.filter((s) => s.depth === depth);
  return (at.length > 0 ? at : running.slice(-1)).map((s) => s.title).join(", ");
}

/** The next thing that the engine waits for by the clock. */
export function nextDeadline(steps: readonly Step[]): Step | undefined {
  return steps.filter((s) => s.next_deadline && !s.ended_at).sort((a, b) => Date.parse(a.next_deadline!) - Date.parse(b.next_deadline!))[0];
}

/** Steps that were held, paused or stopped on their own while the batch goes on: the highest of each branch. */
export function resting(batch: Pick<BatchDetail, "procedure" | "execution">): Step[] {
  const still = flat(batch.procedure).filter((s) => ["held", "holding", "paused", "pausing"].includes(s.state.toLowerCase()));
  return still.filter((s) => s.state !== batch.execution && !still.some((o) => o !== s && s.path.startsWith(o.path) && o.depth < s.depth));
}
