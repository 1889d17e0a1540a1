import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { Channel, GapOut } from "../../api/types";
import { digitsOf } from "../../format/number";
import { us } from "../../format/time";
import { useViews } from "../view";
import type { Gap, Lane } from "./lanes";

export interface Window {
  from_us: number;
  to_us: number;
  now_us: number;
  /** What the window is, in a word that stays the same while its edges follow the process clock. */
  name: string;
  /** How often a window that follows the process clock is asked for anew, in ms of the wall's clock; false if it stands. */
  follows: number | false;
  zoom: (from_us: number, to_us: number) => void;
  reset: () => void;
}

/** The instant to the given number of significant steps, so that what is asked does not change with each tick. */
export function quantised(at_us: number, step_us: number): number {
  return Math.ceil(at_us / step_us) * step_us;
}

const DAY_MS = 86_400_000;

/** The last hours of a window without a start of its own. */
export interface Last {
  last_ms: number;
}

/**
 * The window of a chart, kept in the address (`from`, `to`). Without one it is the whole range: from a start, or the
 * last hours, to the process clock's now or a given end.
 */
export function useWindow(start: string | number | Last | null | undefined, end?: string | number | null): Window {
  const now = useNow();
  const [search, setSearch] = useViews();
  const now_us = now.process * 1000;
  const follows = !search.to && !end;
  const rate = now.simulated ? now.rate : 1;
  const fixed_us = search.from ? us(search.from) : typeof start === "object" ? NaN : us(start);
  const last_us = 1000 * (start !== null && typeof start === "object" ? start.last_ms : DAY_MS);
  // Two seconds of the wall's clock, whatever the plant's rate.
  const step = Math.max(1e6, 2e6 * rate);
  const end_us = search.to ? us(search.to) : end ? us(end) : quantised(now_us, step);
  const from_us = Number.isFinite(fixed_us) ? fixed_us : quantised(now_us, step) - last_us;
  const to_us = Math.max(end_us, from_us + 1e6);
  return {
    from_us,
    to_us,
    now_us,
    name: [Number.isFinite(fixed_us) ? fixed_us : `last ${last_us}`, follows ? `at ${rate}` : to_us].join("/"),
    // What is narrower than a dot of the screen need not be asked for.
    follows: follows && Math.min(30_000, Math.max(2_000, (to_us - from_us) / 1e6 / Math.max(rate, 1))),
    zoom: (a, b) => setSearch({ from: new Date(a / 1000).toISOString(), to: new Date(b / 1000).toISOString() }),
    reset: () => setSearch({ from: undefined, to: undefined }),
  };
}

export interface LaneSpec {
  key: string;
  label: string;
  channel: Channel;
  setpoint?: Channel;
}

/** "BR-201.Temperature.PV" -> "Temperature". */
export function nameOf(tag: string): string {
  const parts = tag.split(".");
  const middle = parts.length > 2 ? parts.slice(1, -1).join(" ") : (parts[1] ?? tag);
  return middle.replace(/([a-z]{2})([A-Z])/g, "$1 $2").replace(/(\d)([A-Z][a-z])/g, "$1 $2");
}

/** Pairs a process value with its set-point (…PV with …SP). */
export function specs(channels: readonly Channel[]): LaneSpec[] {
  const byTag = new Map(channels.map((c) => [c.tag, c]));
  return channels
    .filter((c) => !(c.tag.endsWith(".SP") && byTag.has(c.tag.replace(/\.SP$/, ".PV"))) && !c.tag.endsWith(".CMD"))
    .map((c) => ({
      key: c.tag,
      label: nameOf(c.tag),
      channel: c,
      setpoint: c.tag.endsWith(".PV") ? byTag.get(c.tag.replace(/\.PV$/, ".SP")) : undefined,
    }));
}

/** The gaps of all connections in a window, asked in coarse steps. */
export function useGaps(from_us: number, to_us: number): readonly GapOut[] {
  const day = 86400e6;
  const start = new Date(Math.floor(from_us / day) * (day / 1000)).toISOString();
  const end = new Date(Math.ceil(to_us / day) * (day / 1000)).toISOString();
  const gaps = useQuery({ queryKey: ["gaps", start, end], queryFn: ({ signal }) => api.gaps({ start, end }, signal), meta: { types: ["equipment_gap"] }, retry: false });
  return gaps.data ?? [];
}

/** What the historian misses, with the state and reason that the gap's own record gives; and gaps that were filled. */
export function withStates(missing: readonly Gap[], tag: string, connection: string, gaps: readonly GapOut[]): Gap[] {
  const known: Gap[] = gaps
    .filter((g) => g.connection === connection)
    .flatMap((g) =>
      g.windows
        .filter((w) => w.tag === "" || w.tag === tag)
        .map((w) => ({ from_us: us(w.from_at), to_us: us(w.to_at), state: w.state === "opened" ? "open" : w.state, reason: g.reason })),
    );
  const unexplained = missing.filter((m) => !known.some((k) => k.state !== "filled" && k.from_us <= (m.to_us ?? Infinity) && (k.to_us ?? Infinity) >= m.from_us));
  return [...known, ...unexplained];
}

/**
 * Asks for what the lanes need in one request, and lays it into lanes; with `as_of` as it was known then.
 *
 * A window that follows the clock is one question that is asked again and again, never while an answer is awaited: over
 * a slow line a question for each step would be given up for the next one, and nothing would ever be drawn.
 */
export function useTrend(wanted: readonly LaneSpec[], window: Window, buckets = 600, as_of?: string) {
  const latest = useRef(window);
  latest.current = window;
  const tags = wanted.flatMap((s) => (s.setpoint ? [s.channel.tag, s.setpoint.tag] : [s.channel.tag]));
  const query = useQuery({
    queryKey: ["trend", tags, window.name, buckets, as_of],
    queryFn: ({ signal }) => {
      const { from_us, to_us } = latest.current;
      return api.trend({ tags, start_us: Math.round(from_us), end_us: Math.round(to_us), buckets, as_of }, signal);
    },
    refetchInterval: window.follows,
    enabled: tags.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    staleTime: 5_000,
    meta: { types: ["equipment_gap"] },
  });
  const gaps = useGaps(window.from_us, window.to_us);
  const byTag = new Map((query.data ?? []).map((s) => [s.tag, s]));
  const lanes: Lane[] = wanted.map((s) => {
    const pv = byTag.get(s.channel.tag);
    const sp = s.setpoint ? byTag.get(s.setpoint.tag) : undefined;
    const limits = [
      { label: "alarm low", value: s.channel.alarm_low },
      { label: "alarm high", value: s.channel.alarm_high },
    ].flatMap((l) => (l.value === null ? [] : [{ label: l.label, value: l.value, alarm: true }]));
    return {
      key: s.key,
      label: s.label,
      unit: s.channel.unit,
      digits: digitsOf(s.channel.resolution),
      traces: [
        { name: "measured", points: pv?.points ?? [], from_count: pv?.from_count ?? 0 },
        ...(sp ? [{ name: "set-point", points: sp.points, from_count: sp.from_count, step: true, dashed: true }] : []),
      ],
      gaps: withStates(pv?.gaps ?? [], s.channel.tag, s.channel.connection, gaps),
      limits,
    };
  });
  return { query, lanes };
}
