import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { concerns, Invalidator } from "../../src/api/events";
import { carried, takeValues } from "../../src/api/live";
import { items, num } from "../../src/api/endpoints";
import { address } from "../../src/api/http";
import { entriesFor, placeOf } from "../../src/shell/nav";
import { isMine } from "../../src/pages/tasks/mine";
import { toneOf } from "../../src/parts/states";

describe("events", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  it("concerns a query by type, by prefix, or by all", () => {
    expect(concerns(["mes_"], "mes_batch")).toBe(true);
    expect(concerns(["mes_task"], "mes_batch")).toBe(false);
    expect(concerns(["*"], "anything")).toBe(true);
    expect(concerns(undefined, "anything")).toBe(false);
  });
  it("gathers a burst into one invalidation", () => {
    const flush = vi.fn();
    const i = new Invalidator(flush, 100);
    for (let n = 0; n < 50; n += 1) i.take(n % 2 ? "a" : "b");
    expect(flush).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(flush).toHaveBeenCalledTimes(1);
    expect([...flush.mock.calls[0]![0]].sort()).toEqual(["a", "b"]);
    vi.advanceTimersByTime(1000);
    expect(flush).toHaveBeenCalledTimes(1);
    i.take("c");
    i.stop();
    vi.advanceTimersByTime(1000);
    expect(flush).toHaveBeenCalledTimes(1);
  });
});

describe("clocks", () => {
  it("carries both on, each at its own rate", () => {
    const c = { server: 1000, process: 5000, rate: 5000, simulated: true, heard: 0 };
    expect(carried(c, 2)).toEqual({ server: 1002, process: 15000 });
    expect(carried({ ...c, simulated: false }, 2)).toEqual({ server: 1002, process: 5002 });
  });
  it("takes an older value without complaint", () => {
    takeValues({ t: [2, 1, 0] });
    expect(() => takeValues({ t: [1, 9, 0] })).not.toThrow();
  });
});

describe("answers", () => {
  it("reads lists bare or in pages", () => {
    expect(items([1])).toEqual([1]);
    expect(items({ items: [2] })).toEqual([2]);
    expect(items(null)).toEqual([]);
  });
  it("reads decimals, and keeps what is no number apart from zero", () => {
    expect(num("1.50")).toBe(1.5);
    expect(num("")).toBeNull();
    expect(num("n.d.")).toBeNull();
    expect(num(0)).toBe(0);
  });
  it("writes addresses", () => {
    expect(address("/a", { x: 1, y: undefined, z: ["p", "q"] })).toBe("/a?x=1&z=p&z=q");
    expect(address("/a", {})).toBe("/a");
  });
});

describe("rail", () => {
  const all = ["lims", "mes", "insight", "twin"];
  it("has at most seven entries, whatever the roles, and what waits comes first", () => {
    expect(entriesFor(["operator", "quality", "scientist", "automation"], all).length).toBe(7);
    expect(entriesFor([], all).length).toBeGreaterThan(1);
    for (const role of ["operator", "quality", "administrator", ""]) expect(entriesFor([role], all)[0]!.to).toBe("/today");
  });
  it("shows materials to those who receive, test, release and inspect them", () => {
    for (const role of ["operator", "analyst", "reviewer", "quality", "inspector"]) expect(entriesFor([role], all).map((e) => e.to)).toContain("/materials");
  });
  it("leaves out what belongs to a layer that is off", () => {
    const shown = entriesFor(["quality"], ["lims"]).map((e) => e.to);
    expect(shown).toContain("/lab");
    for (const off of ["/batches", "/alerts", "/twin", "/models"]) expect(shown).not.toContain(off);
  });
});

describe("where a record is read", () => {
  it("opens it with its batch, or with the record that shows it", () => {
    expect(placeOf({ record_type: "quality_deviation", record_id: "d", batch_id: "b" })).toBe("/review?batch=b&tab=deviations&deviation=d");
    expect(placeOf({ record_type: "lims_investigation", record_id: "i", about: "r" })).toBe("/lab/results/r");
    expect(placeOf({ record_type: "equipment_node", record_id: "x", name: "HPLC-02" })).toBe("/units/HPLC-02");
    expect(placeOf({ record_type: "material_lot", record_id: "l", name: "LOT-1" })).toBe("/materials/l");
    expect(placeOf({ record_type: "material_definition", record_id: "m", name: "FEED-F2" })).toBe("/materials?lots.q=FEED-F2");
    expect(placeOf({ record_type: "record_token", record_id: "x" })).toBeNull();
  });
});

describe("tasks for me", () => {
  const task = { state: "entered", role: "operator", form: { witness: true }, entered_by: "p1" };
  it("asks a second person to witness, never the one who did it", () => {
    expect(isMine(task, { id: "p1", roles: ["operator"] })).toBe(false);
    expect(isMine(task, { id: "p2", roles: ["operator"] })).toBe(true);
    expect(isMine(task, { id: "p2", roles: ["analyst"] })).toBe(false);
  });
  it("offers a task to its role", () => {
    expect(isMine({ ...task, state: "offered" }, { id: "p1", roles: ["operator"] })).toBe(true);
    expect(isMine({ ...task, state: "offered" }, { id: "p1", roles: ["analyst"] })).toBe(false);
    expect(isMine({ ...task, state: "accepted" }, { id: "p2", roles: ["operator"] })).toBe(false);
  });
});

describe("states", () => {
  it("calls nothing unknown good", () => {
    expect(toneOf("unknown")).toBe("warning");
    expect(toneOf("cannot evaluate")).toBe("warning");
    expect(toneOf("something new")).toBe("plain");
  });
});
