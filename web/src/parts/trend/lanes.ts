/** What a trend is made of, and the pure steps from the server's points to what is drawn. */

/** [microseconds, value, quality]; quality 0 good, 1 uncertain, 2 bad. */
export type Point = readonly [number, number | null, number];

export interface Gap {
  from_us: number;
  to_us: number | null;
  /** open, filled, unrecoverable */
  state: string;
  reason: string;
}

export interface Band {
  label: string;
  us: readonly number[];
  low: readonly (number | null)[];
  mid: readonly (number | null)[];
  high: readonly (number | null)[];
}

export interface Trace {
  name: string;
  points: readonly Point[];
  /** Points before decimation. */
  from_count: number;
  /** Dots instead of a line (samples, laboratory results). */
  dots?: boolean;
  /** Steps instead of a slope (set-points). */
  step?: boolean;
  dashed?: boolean;
  /** Which of the strokes it bears, where traces of one kind lie over each other. */
  stroke?: number;
  /** What is missing of this trace alone; else that of its lane. */
  gaps?: readonly Gap[];
}

export interface Lane {
  key: string;
  label: string;
  unit: string;
  digits: number;
  traces: Trace[];
  band?: Band;
  gaps?: readonly Gap[];
  /** Limits drawn as lines. */
  limits?: readonly { label: string; value: number; alarm?: boolean }[];
  /** Logarithmic: for what spans decades, as statistics in parts of their limit do. */
  log?: boolean;
  /** Keeps this in view, whatever the values are. */
  floor?: number;
}

export interface Phase {
  label: string;
  from_us: number;
  to_us: number | null;
}

export interface Mark {
  kind: "sample" | "alert" | "event";
  us: number;
  label: string;
  href?: string;
  tone?: "alarm" | "warning" | "advisory" | "plain";
}

export interface Columns {
  x: number[];
  y: (number | null)[];
}

/**
 * Seconds and values for drawing. Bad values are not drawn, and a line never crosses a gap: a hole is put
 * where a gap begins, so what is missing looks missing.
 */
export function columns(points: readonly Point[], gaps: readonly Gap[] = []): Columns {
  const x: number[] = [];
  const y: (number | null)[] = [];
  const unfilled = gaps.filter((g) => g.state !== "filled").sort((a, b) => a.from_us - b.from_us);
  let g = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const [us, v, quality] of points) {
    while (g < unfilled.length && unfilled[g]!.from_us <= us) {
      const from = unfilled[g]!.from_us;
      if (from >= last && x.length > 0) {
        x.push(Math.max(from, last + 1) / 1e6);
        y.push(null);
      }
      g += 1;
    }
    x.push(us / 1e6);
    y.push(quality >= 2 || v === null || !Number.isFinite(v) ? null : v);
    last = us;
  }
  return { x, y };
}

export interface Stretch {
  from_us: number;
  to_us: number;
  quality: number;
}

/** Runs of values that are not good, from the first of them to the next good one (or the last value). */
export function doubtful(points: readonly Point[]): Stretch[] {
  const out: Stretch[] = [];
  let open: Stretch | null = null;
  for (const [us, , quality] of points) {
    if (open && quality !== open.quality) {
      open.to_us = us;
      out.push(open);
      open = null;
    }
    if (quality > 0) {
      if (open) open.to_us = us;
      else open = { from_us: us, to_us: us, quality };
    }
  }
  if (open) out.push(open);
  return out;
}

/** One x axis for traces that were sampled at different times: the union of times, undefined where a trace has none. */
export function joined(traces: readonly Columns[]): [number[], ...(number | null | undefined)[][]] {
  if (traces.length === 1) return [traces[0]!.x, traces[0]!.y];
  const times = [...new Set(traces.flatMap((c) => c.x))].sort((a, b) => a - b);
  const index = new Map(times.map((time, i) => [time, i]));
  const rows = traces.map((c) => {
    const row: (number | null | undefined)[] = new Array(times.length).fill(undefined);
    c.x.forEach((time, i) => {
      row[index.get(time)!] = c.y[i];
    });
    // A hole reaches to the trace's own next value, whatever times other traces have in between.
    let hole = false;
    for (let i = 0; i < row.length; i += 1) {
      if (row[i] === null) hole = true;
      else if (row[i] !== undefined) hole = false;
      else if (hole) row[i] = null;
    }
    return row;
  });
  return [times, ...rows];
}

/** The range of the y axis: values, band and limits in view, with a tenth of air; a flat line stands in the middle. */
export function yRange(lane: Lane, from_us: number, to_us: number): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const see = (v: number | null | undefined) => {
    if (v === null || v === undefined || !Number.isFinite(v)) return;
    if (v < low) low = v;
    if (v > high) high = v;
  };
  for (const trace of lane.traces) {
    for (const [us, v, quality] of trace.points) if (us >= from_us && us <= to_us && quality < 2) see(v);
  }
  const band = lane.band;
  if (band) {
    band.us.forEach((us, i) => {
      if (us >= from_us && us <= to_us) {
        see(band.low[i]);
        see(band.high[i]);
      }
    });
  }
  if (lane.floor !== undefined) see(lane.floor);
  if (lane.log) {
    if (!(high > 0)) return [0.1, 10];
    return [Math.min(Math.max(low, high / 1e5, 0.01) / 1.5, 0.5), Math.max(high * 1.5, 2)];
  }
  if (!(high >= low)) return [0, 1];
  // A limit is shown when it is near; a far one would press the trend flat.
  const reach = (high - low || Math.abs(high) || 1) * 0.75;
  for (const limit of lane.limits ?? []) if (limit.value > low - reach && limit.value < high + reach) see(limit.value);
  // A range below what the channel resolves would draw noise as if it were a trend.
  const least = 4 * 10 ** -lane.digits;
  if (high - low < least) {
    const middle = (high + low) / 2;
    low = middle - least / 2;
    high = middle + least / 2;
  }
  const air = (high - low) * 0.1;
  return [low - air, high + air];
}

/** "Decimated from": what is drawn and what there is. */
export function counted(lanes: readonly Lane[]): { shown: number; all: number } {
  let shown = 0;
  let all = 0;
  for (const lane of lanes) {
    for (const trace of lane.traces) {
      shown += trace.points.length;
      all += Math.max(trace.from_count, trace.points.length);
    }
  }
  return { shown, all };
}

export interface Row {
  us: number;
  lane: string;
  trace: string;
  value: number | null;
  unit: string;
  quality: string;
}

export const QUALITY = ["good", "uncertain", "bad"] as const;

/** The table view of a chart: the same values, in time's order. */
export function rows(lanes: readonly Lane[]): Row[] {
  return lanes
    .flatMap((lane) =>
      lane.traces.flatMap((trace) =>
        trace.points.map(([us, value, quality]) => ({
          us,
          lane: lane.label,
          trace: trace.name,
          value,
          unit: lane.unit,
          quality: QUALITY[quality] ?? "bad",
        })),
      ),
    )
    .sort((a, b) => a.us - b.us);
}

/** Where an instant stands in a window, in per cent; null outside. */
export function place(us: number, from_us: number, to_us: number): number | null {
  if (us < from_us || us > to_us || !(to_us > from_us)) return null;
  return ((us - from_us) / (to_us - from_us)) * 100;
}

/** The row of each mark, so that no two of one row stand closer than `apart`; in order of place, as few rows as may be. */
export function stacked(places: readonly number[], apart: number): number[] {
  const ends: number[] = [];
  const out = new Array<number>(places.length).fill(0);
  for (const i of places.map((_, n) => n).sort((a, b) => places[a]! - places[b]!)) {
    const at = places[i]!;
    let row = ends.findIndex((end) => at - end >= apart);
    if (row < 0) row = ends.length;
    ends[row] = at;
    out[i] = row;
  }
  return out;
}
