import { describe, expect, it } from "vitest";
import type uPlot from "uplot";
import { drawBehind } from "../../src/parts/trend/draw";
import type { Lane, Point } from "../../src/parts/trend/lanes";
import { light } from "../../src/theme";

Object.assign(globalThis, { devicePixelRatio: 1 });
const s = 1e6;

interface Rect {
  fill: unknown;
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A canvas that remembers what was drawn on it; a hatch is known by the colour of its lines. */
function recording() {
  const rects: Rect[] = [];
  const edges: number[] = [];
  const ctx = {
    fillStyle: "" as unknown,
    strokeStyle: "",
    lineWidth: 0,
    save() {},
    restore() {},
    beginPath() {},
    stroke() {},
    setLineDash() {},
    lineTo() {},
    moveTo(x: number) {
      edges.push(x);
    },
    createPattern: (tile: { color: string }) => `hatch ${tile.color}`,
    fillRect(x: number, y: number, w: number, h: number) {
      rects.push({ fill: ctx.fillStyle, x, y, w, h });
    },
  };
  return { ctx, rects, edges };
}

Object.assign(globalThis, {
  document: {
    createElement: () => {
      const tile = {
        color: "",
        getContext: () => ({
          set strokeStyle(color: string) {
            tile.color = color;
          },
          beginPath() {},
          moveTo() {},
          lineTo() {},
          stroke() {},
        }),
      };
      return tile;
    },
  },
});

/** 100 pixels for ten seconds, 50 high. */
function drawn(lane: Partial<Lane>, now_us = 10 * s) {
  const canvas = recording();
  const u = { ctx: canvas.ctx, bbox: { left: 0, top: 0, width: 100, height: 50 }, valToPos: (x: number) => x * 10 } as unknown as uPlot;
  const points: Point[] = [[0, 1, 0], [9 * s, 1, 0]];
  drawBehind(u, { key: "k", label: "L", unit: "degC", digits: 1, traces: [{ name: "measured", points, from_count: 2 }], ...lane }, light, now_us);
  return canvas;
}

describe("what is drawn behind a trend", () => {
  it("draws nothing where everything is there and good", () => {
    expect(drawn({}).rects).toEqual([]);
  });
  it("hatches a gap over the whole height, with its two edges", () => {
    const { rects, edges } = drawn({ gaps: [{ from_us: 2 * s, to_us: 5 * s, state: "unrecoverable", reason: "cut" }] });
    expect(rects).toEqual([
      { fill: light.panel, x: 20, y: 0, w: 30, h: 50 },
      { fill: `hatch ${light.gap}`, x: 20, y: 0, w: 30, h: 50 },
    ]);
    expect(edges).toEqual([20, 50]);
  });
  it("draws a gap that is open until now", () => {
    const { rects } = drawn({ gaps: [{ from_us: 6 * s, to_us: null, state: "open", reason: "cut" }] }, 8 * s);
    expect(rects.map((r) => [r.x, r.w])).toEqual([[60, 20], [60, 20]]);
  });
  it("shows a gap that was filled at the foot alone", () => {
    const { rects } = drawn({ gaps: [{ from_us: 2 * s, to_us: 5 * s, state: "filled", reason: "" }] });
    expect(rects).toEqual([{ fill: `hatch ${light.gap}`, x: 20, y: 43, w: 30, h: 7 }]);
  });
  it("draws uncertain and bad stretches as bands at the foot, each in its colour", () => {
    const points: Point[] = [[0, 1, 0], [2 * s, 1, 1], [4 * s, 1, 2], [6 * s, 1, 0]];
    const { rects } = drawn({ traces: [{ name: "measured", points, from_count: 4 }] });
    expect(rects).toEqual([
      { fill: `hatch ${light.warning}`, x: 20, y: 41, w: 20, h: 9 },
      { fill: `hatch ${light.bad}`, x: 40, y: 41, w: 20, h: 9 },
    ]);
  });
  it("draws the band of a single doubtful value, one pixel wide at least", () => {
    const points: Point[] = [[0, 1, 0], [9 * s, 1, 2]];
    expect(drawn({ traces: [{ name: "measured", points, from_count: 2 }] }).rects).toEqual([{ fill: `hatch ${light.bad}`, x: 90, y: 41, w: 1, h: 9 }]);
  });
  it("draws nothing of a gap outside of what is shown", () => {
    expect(drawn({ gaps: [{ from_us: 20 * s, to_us: 25 * s, state: "open", reason: "" }] }).rects).toEqual([]);
  });
});
