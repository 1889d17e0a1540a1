import { describe, expect, it } from "vitest";
import { columns, counted, doubtful, joined, place, rows, yRange, type Lane, type Point, stacked } from "../../src/parts/trend/lanes";
import { nameOf, quantised, specs } from "../../src/parts/trend/useTrend";
import { since } from "../../src/format/time";
import { overlaid } from "../../src/pages/trends/overlaid";

const s = 1e6;
const points: Point[] = [[1 * s, 10, 0], [2 * s, 11, 0], [5 * s, 12, 0], [6 * s, 13, 2], [7 * s, 14, 1]];

function lane(over: Partial<Lane> = {}): Lane {
  return { key: "k", label: "L", unit: "degC", digits: 1, traces: [{ name: "measured", points, from_count: 500 }], ...over };
}

describe("trend", () => {
  it("breaks the line at a gap that is open", () => {
    const c = columns(points, [{ from_us: 2.5 * s, to_us: 4.5 * s, state: "open", reason: "cut" }]);
    expect(c.x).toEqual([1, 2, 2.5, 5, 6, 7]);
    expect(c.y[2]).toBeNull();
  });
  it("draws through a gap that was filled", () => {
    expect(columns(points, [{ from_us: 2.5 * s, to_us: 4.5 * s, state: "filled", reason: "" }]).x).toHaveLength(5);
  });
  it("keeps times rising when a gap begins on a value", () => {
    const c = columns(points, [{ from_us: 2 * s, to_us: 5 * s, state: "unrecoverable", reason: "" }]);
    for (let i = 1; i < c.x.length; i += 1) expect(c.x[i]!).toBeGreaterThanOrEqual(c.x[i - 1]!);
    expect(c.y).toContain(null);
  });
  it("never draws a bad value as good", () => {
    expect(columns(points).y).toEqual([10, 11, 12, null, 14]);
  });
  it("finds the doubtful stretches", () => {
    expect(doubtful(points)).toEqual([
      { from_us: 6 * s, to_us: 7 * s, quality: 2 },
      { from_us: 7 * s, to_us: 7 * s, quality: 1 },
    ]);
    expect(doubtful([[1, 1, 0]])).toEqual([]);
  });
  it("tells absence from a hole", () => {
    const [x, a, b] = joined([{ x: [1, 3], y: [10, null] }, { x: [2], y: [5] }]);
    expect(x).toEqual([1, 2, 3]);
    expect(a).toEqual([10, undefined, null]);
    expect(b).toEqual([undefined, 5, undefined]);
  });
  it("keeps a hole open until the next value of its own trace", () => {
    const [, a] = joined([{ x: [1, 2, 5], y: [10, null, 11] }, { x: [3, 4], y: [1, 2] }]);
    expect(a).toEqual([10, null, null, null, 11]);
  });
  it("keeps near limits in view and far ones out", () => {
    const near = yRange(lane({ limits: [{ label: "high", value: 15 }] }), 0, 8 * s);
    expect(near[1]).toBeGreaterThan(15);
    const far = yRange(lane({ limits: [{ label: "high", value: 100 }] }), 0, 8 * s);
    expect(far[1]).toBeLessThan(20);
  });
  it("gives a flat line room and nothing a frame", () => {
    const flat = yRange(lane({ traces: [{ name: "m", points: [[1, 37, 0]], from_count: 1 }] }), 0, 2);
    expect(flat[0]).toBeLessThan(37);
    expect(flat[1]).toBeGreaterThan(37);
    expect(yRange(lane({ traces: [] }), 0, 1)).toEqual([0, 1]);
  });
  it("gives a logarithmic lane a positive range with its limit in view", () => {
    const wide = yRange(lane({ log: true, traces: [{ name: "m", points: [[1, 0, 0], [2, 400, 0]], from_count: 2 }] }), 0, 3);
    expect(wide[0]).toBeGreaterThan(0);
    expect(wide[0]).toBeLessThan(1);
    expect(wide[1]).toBeGreaterThan(400);
    expect(yRange(lane({ log: true, traces: [] }), 0, 1)).toEqual([0.1, 10]);
  });
  it("says from how many points it was decimated", () => {
    expect(counted([lane(), lane({ traces: [{ name: "x", points, from_count: 0 }] })])).toEqual({ shown: 10, all: 505 });
  });
  it("lists the same values as a table, in time's order", () => {
    const r = rows([lane(), lane({ label: "M" })]);
    expect(r).toHaveLength(10);
    expect(r.map((x) => x.us)).toEqual([...r.map((x) => x.us)].sort((a, b) => a - b));
    expect(r.find((x) => x.us === 6 * s)?.quality).toBe("bad");
  });
  it("places marks in the window", () => {
    expect(place(5, 0, 10)).toBe(50);
    expect(place(11, 0, 10)).toBeNull();
    expect(place(5, 10, 10)).toBeNull();
  });
});

describe("channels", () => {
  const ch = (tag: string) => ({ tag, unit: "1", description: "", low: 0, high: 1, resolution: 0.1, address: "", alarm_low: null, alarm_high: null, writable: false, connection: "c", floor: 0 });
  it("reads names out of tags", () => {
    expect(nameOf("BR-201.Temperature.PV")).toBe("Temperature");
    expect(nameOf("BR-201.JacketTemperature.PV")).toBe("Jacket Temperature");
    expect(nameOf("BR-201.State")).toBe("State");
    expect(nameOf("BR-201.pH.PV")).toBe("pH");
    expect(nameOf("BR-201.FeedF2Total.PV")).toBe("Feed F2 Total");
  });
  it("pairs values with their set-points", () => {
    const got = specs([ch("B.T.PV"), ch("B.T.SP"), ch("B.X.SP"), ch("B.Harvest.CMD")]);
    expect(got.map((g) => [g.channel.tag, g.setpoint?.tag])).toEqual([["B.T.PV", "B.T.SP"], ["B.X.SP", undefined]]);
  });
  it("asks in steps, not with each tick", () => {
    expect(quantised(1234, 1000)).toBe(2000);
    expect(quantised(2000, 1000)).toBe(2000);
  });
});

describe("marks", () => {
  it("that stand too close get rows of their own, and no more rows than they need", () => {
    expect(stacked([10, 50, 51, 90], 2)).toEqual([0, 0, 1, 0]);
    expect(stacked([51, 50, 50.5], 2)).toEqual([2, 0, 1]);
    expect(stacked([], 2)).toEqual([]);
  });
});

describe("batches over each other", () => {
  it("each begins at its own start, and a batch without the channel has no trace", () => {
    const series = (tag: string, us: number) => ({ tag, unit: "g/L", points: [[us, 1, 0] as [number, number, number]], from_count: 1, gaps: [{ from_us: us + 5, to_us: null, state: "open", reason: "" }] });
    const lane = overlaid(
      [
        { number: "B-1", unit: "U1", start_us: 1_000, series: [series("U1.X.PV", 1_500)] },
        { number: "B-2", unit: "U2", start_us: 9_000, series: [series("U2.X.PV", 9_500)] },
        { number: "B-3", unit: "U3", start_us: 0, series: [series("U3.Y.PV", 0)] },
      ],
      "X.PV",
      "X",
      "g/L",
      2,
    );
    expect(lane.traces.map((x) => [x.name, x.points[0]![0], x.gaps![0]!.from_us])).toEqual([
      ["B-1", 500, 505],
      ["B-2", 500, 505],
    ]);
  });

  it("the time since a start is told in words", () => {
    expect([0, 3600e6, 5_400e6, 86_400e6, 108_000e6, 86_405e6, -60e6].map(since)).toEqual(["0 h", "1 h", "01:30", "1 d", "1 d 6 h", "1 d 00:00:05", "−00:01"]);
  });
});
