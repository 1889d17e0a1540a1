import { describe, expect, it } from "vitest";
import { arranged, columnsOf, signed, withUnits } from "../../src/parts/facts";

const ID = "01a20880-2ade-7000-a2d0-398ebe734da0";

describe("content laid out for reading", () => {
  it("puts a value and its unit on one line, and leaves texts alone", () => {
    expect(withUnits({ value: "9.20", unit: "g/L", low: "8", comment: "12" })).toEqual({ value: "9.20 g/L", low: "8 g/L", comment: "12" });
    expect(withUnits({ value: "n.d.", unit: "g/L" })).toEqual({ value: "n.d.", unit: "g/L" });
  });
  it("says facts first and identifiers last, and loses nothing", () => {
    const content = { id: ID, batch_id: ID, digest: "a".repeat(64), title: "Feed below normal", number: "EX-1", evidence: { value: "1", unit: "L" } };
    const { facts, parts, identifiers } = arranged(content);
    expect(facts.map(([f]) => f)).toEqual(["number", "title"]);
    expect(parts.map(([f]) => f)).toEqual(["evidence"]);
    expect(identifiers.map(([f]) => f)).toEqual(["id", "batch_id", "digest"]);
  });
  it("reads a list of like results as a table without their ids", () => {
    const row = { analysis: "titre", value: "4.1", unit: "g/L", limit: ">= 3", result_id: ID };
    expect(columnsOf([row, { ...row, analysis: "purity" }])).toEqual(["analysis", "value", "limit"]);
    expect(columnsOf([row])).toBeNull();
    expect(columnsOf([{ a: { b: 1 }, c: 1 }, { a: { b: 2 }, c: 2 }])).toBeNull();
  });
  it("shows of a signature what is signed, then what is entered, once", () => {
    const { shown, entered, identifiers } = signed({
      record_type: "insight_alert", record_id: ID, record_version: 2, meaning: "disposed", title: "t",
      data: { disposition: "sensor", comment: "seen" }, shown: { alert: "AL-1", comment: "seen" },
    });
    expect(shown).toEqual({ alert: "AL-1", comment: "seen" });
    expect(entered).toEqual({ disposition: "sensor" });
    expect(identifiers.map(([f]) => f)).toEqual(["record_type", "record_id", "record_version"]);
  });
});
