import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { axisDigits, value as shown } from "../../format/number";
import { t } from "../../i18n";
import { dark, light } from "../../theme";
import { joined } from "./lanes";
import { Stroke, strokeOf } from "./Stroke";

export interface Line {
  name: string;
  x: readonly number[];
  y: readonly (number | null)[];
}

interface Props {
  label: string;
  /** Each along its own x; the first is the one that areas lie under. */
  lines: readonly Line[];
  xTitle: string;
  yTitle: string;
  height?: number;
  markers?: { x: number; label: string }[];
  /** Stretches under the line that were integrated: shaded down to the straight line between their ends. */
  areas?: { from: number; to: number }[];
}

/** Signals over something that is not time of day: chromatograms, spectra. Drag to zoom, double click back. */
export default function XYPlot({ label, lines: given, xTitle, yTitle, height = 260, markers = [], areas = [] }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const lines = useSame(given);
  const scheme = useComputedColorScheme("light");
  const marks = useRef(markers);
  marks.current = markers;
  const shaded = useRef(areas);
  shaded.current = areas;
  useEffect(() => {
    const at = host.current;
    if (!at) return;
    const tokens = scheme === "dark" ? dark : light;
    const drawn = lines.map(rising);
    const { x, y } = drawn[0] ?? { x: [], y: [] };
    const axis = (title: string, size: number): uPlot.Axis => ({
      label: title,
      labelSize: 20,
      labelFont: "12px system-ui, sans-serif",
      stroke: tokens.muted,
      size,
      font: "12px system-ui, sans-serif",
      grid: { stroke: tokens.inset, width: 1 },
      ticks: { show: false },
      values: (_u, splits) => {
        const digits = axisDigits((splits[1] ?? 1) - (splits[0] ?? 0) || 1);
        return splits.map((s) => shown(s, digits));
      },
    });
    const plot = new uPlot(
      {
        width: Math.max(at.clientWidth, 200),
        height,
        legend: { show: false },
        cursor: { drag: { x: true, y: false } },
        scales: { x: { time: false } },
        axes: [axis(xTitle, 34), axis(yTitle, 56)],
        series: [{}, ...lines.map((line, i) => ({ label: line.name, stroke: tokens.trace[i % tokens.trace.length], width: 1.4, dash: strokeOf(i), points: { show: false } }))],
        hooks: {
          drawAxes: [
            (u) => {
              const ctx = u.ctx;
              ctx.save();
              ctx.fillStyle = tokens.ink;
              ctx.strokeStyle = tokens.muted;
              ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
              ctx.textAlign = "center";
              ctx.fillStyle = tokens.accentSoft;
              for (const a of shaded.current) {
                const inside = x.flatMap((at, i) => (at >= a.from && at <= a.to && typeof y[i] === "number" ? [[u.valToPos(at, "x", true), u.valToPos(y[i], "y", true)] as const] : []));
                if (inside.length < 2) continue;
                ctx.beginPath();
                inside.forEach(([px, py], i) => (i === 0 ? ctx.moveTo(px, py) : ctx.lineTo(px, py)));
                ctx.closePath();
                ctx.globalAlpha = 0.9;
                ctx.fill();
                ctx.globalAlpha = 1;
                ctx.beginPath();
                ctx.moveTo(inside[0]![0], inside[0]![1]);
                ctx.lineTo(inside[inside.length - 1]![0], inside[inside.length - 1]![1]);
                ctx.stroke();
              }
              ctx.fillStyle = tokens.ink;
              for (const m of marks.current) {
                const px = u.valToPos(m.x, "x", true);
                if (px < u.bbox.left || px > u.bbox.left + u.bbox.width) continue;
                ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
                ctx.beginPath();
                ctx.moveTo(px, u.bbox.top + 14 * devicePixelRatio);
                ctx.lineTo(px, u.bbox.top + u.bbox.height);
                ctx.stroke();
                ctx.fillText(m.label, px, u.bbox.top + 10 * devicePixelRatio);
              }
              ctx.restore();
            },
          ],
        },
      },
      (drawn.length === 0 ? [[]] : joined(drawn)) as uPlot.AlignedData,
      at,
    );
    const watcher = new ResizeObserver(() => at.clientWidth > 0 && plot.setSize({ width: at.clientWidth, height }));
    watcher.observe(at);
    return () => {
      watcher.disconnect();
      plot.destroy();
    };
  }, [lines, xTitle, yTitle, height, scheme]);
  return (
    <>
      <div ref={host} role="img" aria-label={label} style={{ height }} />
      {lines.length > 1 ? (
        <ul className="legend" aria-label={t("trend.legend")}>
          {lines.map((line, i) => (
            <li key={line.name}>
              <Stroke index={i} /> {line.name}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

/** The lines of before, unless one of them has other values: a plot that is drawn anew loses its zoom. */
function useSame(lines: readonly Line[]): readonly Line[] {
  const kept = useRef(lines);
  const same = kept.current.length === lines.length && lines.every((line, i) => line.name === kept.current[i]!.name && line.x === kept.current[i]!.x && line.y === kept.current[i]!.y);
  if (!same) kept.current = lines;
  return kept.current;
}

/** With x rising, as it is drawn: wavenumbers and chemical shifts often fall. */
function rising({ x, y }: Line): { x: number[]; y: (number | null)[] } {
  const order = x.map((_, i) => i).sort((a, b) => x[a]! - x[b]!);
  return { x: order.map((i) => x[i]!), y: order.map((i) => y[i] ?? null) };
}
