import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/api/types";
import { changes, head, readable, sentence } from "../../src/pages/record/sentence";

const entry: Entry = {
  seq: 5, id: "e", leaf_index: 4, record_type: "lims_sample", record_id: "0190-abcd-12345678", record_version: 2, verb: "lims.sample.receive",
  actor: { id: "p", kind: "person", name: "R. Silva" }, time: "2026-03-02T08:00:00Z", process_time: "2026-03-02T08:00:00Z", reason: "in time",
  before: { id: "x", version: 1, number: "S-1", state: "collected", recorded_at: "a" },
  after: { id: "x", version: 2, number: "S-1", state: "received", recorded_at: "b" },
  body: "",
};

describe("a ledger entry as a sentence", () => {
  it("says who changed what from what to what, and why", () => {
    expect(sentence(entry)).toBe("R. Silva changed sample S-1: state collected → received because: in time");
  });
  it("names what it mentions instead of bearing its id", () => {
    const session: Entry = {
      ...entry, record_type: "record_session", record_id: "s1", verb: "record.session", actor: { id: "record.access", kind: "timer", name: "record.access" },
      reason: null, before: null, after: { id: "s1", person_id: "p1", ended_at: null },
    };
    expect(sentence(session, { p1: "Maria Okafor" })).toBe("Maria Okafor logged in");
    expect(sentence({ ...session, before: session.after, after: { ...session.after, ended_at: 1, ended_because: "logged out" } }, { p1: "Maria Okafor" })).toBe(
      "Maria Okafor is logged out: logged out",
    );
    const reviewed: Entry = { ...entry, reason: null, before: { number: "T-1", reviewed_by: null }, after: { number: "T-1", reviewed_by: "p1" }, record_type: "lims_result" };
    expect(sentence(reviewed, { p1: "Ana Reyes" })).toBe("R. Silva changed result T-1: reviewed by nothing → Ana Reyes");
  });
  it("says of a signature who signed what, and that a robot did", () => {
    const signature: Entry = {
      ...entry, record_type: "record_signature", before: null, reason: "checked",
      after: { printed_name: "Robot (reviewer)", robot: true, title: "Exception: disposed of", record_type: "quality_exception", record_id: "e1" },
    };
    expect(sentence(signature, { e1: "EX-2026-0001" })).toBe("Robot (reviewer) (demo robot) signed: Exception: disposed of, exception EX-2026-0001 because: checked");
  });
  it("leaves the bookkeeping out", () => {
    expect(changes(entry).map((c) => c.field)).toEqual(["state"]);
  });
  it("says entered and removed", () => {
    expect(sentence({ ...entry, before: null, reason: null })).toBe("R. Silva entered sample S-1 (received)");
    expect(sentence({ ...entry, after: null, reason: null })).toBe("R. Silva removed sample S-1");
  });
  it("reads instants and documents as what they are", () => {
    expect(readable("signed_at", 1795435849364008)).toBe("2026-11-23T12:10:49.364Z");
    expect(readable("quantity", 1795435849364008)).toBe(1795435849364008);
    expect(readable("roles", '["operator"]')).toEqual(["operator"]);
    expect(readable("text", "[not json")).toBe("[not json");
  });
  it("does not hide that there is more", () => {
    const after = { number: "S-1", a: 1, b: 2, c: 3, d: 4 };
    expect(sentence({ ...entry, before: { number: "S-1" }, after, reason: null })).toContain("and 1 more");
  });
});

describe("a checkpoint", () => {
  it("is read by size, root and signers", () => {
    const note = "titer/site\n42\nq1w2e3==\n\n— titer/site AAAA\n— witness BBBB\n";
    expect(head(note)).toEqual({ origin: "titer/site", size: 42, root: "q1w2e3==", signers: ["titer/site", "witness"] });
    expect(head("nonsense")).toBeNull();
    expect(head(null)).toBeNull();
  });
});
