import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { axisDigits, unit as unitWord, value as shown } from "../../format/number";
import { since } from "../../format/time";
import { dark, light } from "../../theme";
import { drawBehind, drawMarks } from "./draw";
import { columns, joined, yRange, type Lane, type Mark } from "./lanes";
import { strokeOf } from "./Stroke";

/** Seconds between the marks of an axis of time since a start. */
const STEPS = [1, 5, 15, 60, 300, 900, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];
export const AXIS = 62;
export const RIGHT = 10;

interface Props {
  lane: Lane;
  from_us: number;
  to_us: number;
  now_us: number;
  marks: readonly Mark[];
  zone: string;
  height: number;
  /** Only the lowest lane draws the words of the time axis. */
  last: boolean;
  sync: string;
  /** The axis is time since a start, not time of day. */
  elapsed?: boolean;
  onZoom: (from_us: number, to_us: number) => void;
  onReset: () => void;
}

/** One lane: a plot of its own, tied to the others by window and cursor. */
export default function LanePlot({ lane, from_us, to_us, now_us, marks, zone, height, last, sync, elapsed, onZoom, onReset }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme("light");
  const live = useRef({ lane, marks, now_us, onZoom, onReset, from_us, to_us });
  live.current = { lane, marks, now_us, onZoom, onReset, from_us, to_us };
  const shape = `${lane.key}|${lane.traces.map((x) => `${x.name}${x.dots}${x.step}${x.dashed}${x.stroke}`).join()}|${Boolean(lane.band)}|${lane.unit}|${lane.log}`;

  useEffect(() => {
    const at = host.current;
    if (!at) return;
    const tokens = scheme === "dark" ? dark : light;
    const band = lane.band;
    const series: uPlot.Series[] = [{}];
    if (band) {
      series.push(
        { label: `${band.label} low`, stroke: "transparent", points: { show: false }, spanGaps: true },
        { label: `${band.label} high`, stroke: "transparent", points: { show: false }, spanGaps: true },
        { label: band.label, stroke: tokens.accent, width: 1, dash: [4, 3], points: { show: false }, spanGaps: true },
      );
    }
    lane.traces.forEach((trace, i) => {
      const stroke = tokens.trace[(trace.stroke ?? i) % tokens.trace.length]!;
      series.push({
        label: trace.name,
        stroke,
        width: trace.dots ? 0 : 1.5,
        dash: trace.stroke !== undefined ? strokeOf(trace.stroke) : trace.dashed ? [6, 4] : undefined,
        paths: trace.dots ? () => null : trace.step ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
        points: trace.dots ? { show: true, size: 7, fill: tokens.panel, stroke, width: 2 } : { show: false },
        // Different traces have different times; a hole that means something is a null, not an absence.
        spanGaps: false,
        value: (_u, v) => (v === null || v === undefined ? "–" : shown(v, live.current.lane.digits)),
      });
    });
    const options: uPlot.Options = {
      width: Math.max(at.clientWidth, 200),
      height,
      padding: [6, RIGHT, last ? 0 : 4, 0],
      legend: { show: false },
      cursor: {
        sync: { key: sync, scales: ["x", null] },
        drag: { x: true, y: false, setScale: false, uni: 20 },
        points: { size: 6 },
        bind: {
          dblclick: () => () => {
            live.current.onReset();
            return null;
          },
        },
      },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), zone),
      scales: {
        x: { time: !elapsed, range: () => [live.current.from_us / 1e6, live.current.to_us / 1e6] },
        y: { distr: lane.log ? 3 : 1, range: () => yRange(live.current.lane, live.current.from_us, live.current.to_us) },
      },
      axes: [
        {
          show: true,
          stroke: tokens.muted,
          size: last ? 40 : 0,
          incrs: elapsed ? STEPS : undefined,
          values: last && elapsed
            ? (_u: uPlot, splits: number[]) => splits.map((s) => since(s * 1e6))
            : last
            ? [
                [86400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1],
                [3600, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
                [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
                [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
              ]
            : () => [],
          grid: { stroke: tokens.inset, width: 1 },
          ticks: { show: last, stroke: tokens.line, size: 4 },
          font: "12px system-ui, sans-serif",
          space: 80,
        },
        {
          stroke: tokens.muted,
          size: AXIS,
          grid: { stroke: tokens.inset, width: 1 },
          ticks: { show: false },
          font: "12px system-ui, sans-serif",
          space: 28,
          values: (_u, splits) => {
            const step = splits.length > 1 ? splits[1]! - splits[0]! : 1;
            const digits = axisDigits(Number(step.toPrecision(6)));
            // On a logarithmic lane only the decades are written.
            if (lane.log) return splits.map((s) => (Math.abs(Math.log10(s) % 1) < 1e-9 ? String(Number(s.toPrecision(1))) : ""));
            return splits.map((s) => shown(s, digits));
          },
        },
      ],
      series,
      bands: band ? [{ series: [2, 1], fill: scheme === "dark" ? "rgba(132,182,244,0.16)" : "rgba(31,95,174,0.12)" }] : undefined,
      hooks: {
        drawAxes: [(u) => drawBehind(u, live.current.lane, tokens, live.current.now_us)],
        draw: [(u) => drawMarks(u, live.current.marks, tokens)],
        setSelect: [
          (u) => {
            if (u.select.width < 8) return;
            const a = u.posToVal(u.select.left, "x") * 1e6;
            const b = u.posToVal(u.select.left + u.select.width, "x") * 1e6;
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            live.current.onZoom(Math.round(a), Math.round(b));
          },
        ],
      },
    };
    const made = new uPlot(options, data(live.current.lane), at);
    plot.current = made;
    const watcher = new ResizeObserver(() => {
      if (at.clientWidth > 0) made.setSize({ width: at.clientWidth, height });
    });
    watcher.observe(at);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
    // The plot is made anew when its shape changes; new values go in below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, scheme, zone, height, last, sync, elapsed]);

  useEffect(() => {
    plot.current?.setData(data(lane), true);
  }, [lane, marks, from_us, to_us, now_us]);

  return (
    <div className="lane">
      <div className="lane-name">
        <strong>{lane.label}</strong> <span className="muted">{unitWord(lane.unit)}</span>
      </div>
      <div ref={host} role="img" aria-label={spoken(lane)} style={{ height }} />
    </div>
  );
}

function data(lane: Lane): uPlot.AlignedData {
  const parts = [];
  if (lane.band) {
    const x = lane.band.us.map((u) => u / 1e6);
    parts.push({ x, y: [...lane.band.low] }, { x, y: [...lane.band.high] }, { x, y: [...lane.band.mid] });
  }
  for (const trace of lane.traces) parts.push(columns(trace.points, trace.dots ? [] : (trace.gaps ?? lane.gaps)));
  if (parts.length === 0) return [[]];
  return joined(parts) as uPlot.AlignedData;
}


function spoken(lane: Lane): string {
  const parts = lane.traces.map((trace) => {
    const good = trace.points.filter((p) => p[1] !== null && p[2] < 2);
    const lastPoint = good[good.length - 1];
    return `${trace.name}: ${lastPoint ? `last ${shown(lastPoint[1], lane.digits)} ${lane.unit}` : "no good value"}, ${trace.points.length} points`;
  });
  const gaps = (lane.gaps ?? []).length;
  return `${lane.label}. ${parts.join(". ")}${gaps ? `. ${gaps} gaps` : ""}. The table view has every value.`;
}
