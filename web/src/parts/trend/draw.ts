/** What is drawn on the canvas besides the lines: gaps, doubtful stretches, marks. */
import type uPlot from "uplot";
import type { Tokens } from "../../theme";
import { doubtful, type Lane, type Mark } from "./lanes";

const hatches = new Map<string, CanvasPattern | null>();

function hatch(ctx: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  let pattern = hatches.get(color);
  if (pattern === undefined) {
    const size = 8 * devicePixelRatio;
    const tile = document.createElement("canvas");
    tile.width = size;
    tile.height = size;
    const c = tile.getContext("2d");
    if (c) {
      c.strokeStyle = color;
      c.lineWidth = 1.4 * devicePixelRatio;
      c.beginPath();
      for (const shift of [-size, 0, size]) {
        c.moveTo(shift, size);
        c.lineTo(shift + size, 0);
      }
      c.stroke();
      pattern = ctx.createPattern(tile, "repeat");
    } else pattern = null;
    hatches.set(color, pattern);
  }
  return pattern ?? color;
}

interface Box {
  left: number;
  width: number;
  top: number;
  height: number;
}

function box(u: uPlot, from_us: number, to_us: number): Box | null {
  const { left, top, width, height } = u.bbox;
  const a = Math.max(left, u.valToPos(from_us / 1e6, "x", true));
  const b = Math.min(left + width, u.valToPos(to_us / 1e6, "x", true));
  if (!(b > left) || !(a < left + width)) return null;
  return { left: a, width: Math.max(b - a, devicePixelRatio), top, height };
}

/** Behind the lines: gaps hatched with their edges drawn, doubtful values as a hatched strip at the foot. */
export function drawBehind(u: uPlot, lane: Lane, tokens: Tokens, now_us: number): void {
  const ctx = u.ctx;
  ctx.save();
  for (const gap of lane.gaps ?? []) {
    const b = box(u, gap.from_us, gap.to_us ?? now_us);
    if (!b) continue;
    if (gap.state === "filled") {
      // The values are there, brought in afterwards: only the edge at the foot says so.
      ctx.fillStyle = hatch(ctx, tokens.gap);
      ctx.fillRect(b.left, b.top + b.height - 7 * devicePixelRatio, b.width, 7 * devicePixelRatio);
    } else {
      ctx.fillStyle = tokens.panel;
      ctx.fillRect(b.left, b.top, b.width, b.height);
      ctx.fillStyle = hatch(ctx, tokens.gap);
      ctx.fillRect(b.left, b.top, b.width, b.height);
    }
    ctx.strokeStyle = tokens.gap;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    for (const x of [b.left, b.left + b.width]) {
      ctx.moveTo(x, b.top);
      ctx.lineTo(x, b.top + b.height);
    }
    ctx.stroke();
  }
  for (const trace of lane.traces) {
    for (const stretch of doubtful(trace.points)) {
      const b = box(u, stretch.from_us, stretch.to_us);
      if (!b) continue;
      ctx.fillStyle = hatch(ctx, stretch.quality >= 2 ? tokens.bad : tokens.warning);
      ctx.fillRect(b.left, b.top + b.height - 9 * devicePixelRatio, b.width, 9 * devicePixelRatio);
    }
  }
  for (const limit of lane.limits ?? []) {
    const y = u.valToPos(limit.value, "y", true);
    if (y < u.bbox.top || y > u.bbox.top + u.bbox.height) continue;
    ctx.strokeStyle = limit.alarm ? tokens.alarm : tokens.muted;
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(u.bbox.left, y);
    ctx.lineTo(u.bbox.left + u.bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = tokens.muted;
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.fillText(limit.label, u.bbox.left + u.bbox.width - 4 * devicePixelRatio, y - 2 * devicePixelRatio);
  }
  ctx.restore();
}

/** Over the lines: samples and alerts as thin verticals; their words stand in the strip above. */
export function drawMarks(u: uPlot, marks: readonly Mark[], tokens: Tokens): void {
  const ctx = u.ctx;
  ctx.save();
  for (const mark of marks) {
    const x = u.valToPos(mark.us / 1e6, "x", true);
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue;
    ctx.strokeStyle = mark.kind === "alert" ? (mark.tone === "alarm" ? tokens.alarm : mark.tone === "advisory" ? tokens.advisory : tokens.warning) : tokens.line;
    ctx.lineWidth = (mark.kind === "alert" ? 1.5 : 1) * devicePixelRatio;
    if (mark.kind === "sample") ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    else ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x, u.bbox.top);
    ctx.lineTo(x, u.bbox.top + u.bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
