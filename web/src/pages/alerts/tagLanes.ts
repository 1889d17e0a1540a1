import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import type { Lane } from "../../parts/trend/lanes";
import { t } from "../../i18n";
import { nameOf } from "../../parts/trend/useTrend";

/** Lanes for tags that are known by name only, with the tunnel of normal batches behind them where a model has one. */
export function useTagLanes(tags: readonly string[], from_us: number, to_us: number, batch: string) {
  const query = useQuery({
    queryKey: ["trend", tags, from_us, to_us, 600],
    queryFn: ({ signal }) => api.trend({ tags: [...tags], start_us: Math.round(from_us), end_us: Math.round(to_us), buckets: 600 }, signal),
    placeholderData: keepPreviousData,
  });
  const tunnels = useQueries({
    queries: tags.map((tag) => ({
      queryKey: ["tunnel", batch, tag],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.tunnel(batch, tag, signal),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
  });
  const byTag = new Map((query.data ?? []).map((s) => [s.tag, s]));
  const lanes: Lane[] = tags.map((tag, i) => {
    const s = byTag.get(tag);
    const tunnel = tunnels[i]?.data;
    const prefix = tag.split(".")[0] ?? "";
    return {
      key: tag,
      label: `${prefix} ${nameOf(tag)}${tag.endsWith(".SP") ? " set-point" : ""}`,
      unit: s?.unit || tunnel?.unit || "",
      digits: 3,
      traces: [{ name: "measured", points: s?.points ?? [], from_count: s?.from_count ?? 0, step: tag.endsWith(".SP") }],
      gaps: s?.gaps ?? [],
      band: tunnel?.times_us
        ? { label: t(tunnel.band === "quantiles" ? "tunnel.quantiles" : "tunnel.deviations"), us: tunnel.times_us, low: tunnel.lower, mid: tunnel.mean, high: tunnel.upper }
        : undefined,
    };
  });
  return { query, lanes };
}
