import { describe, expect, it } from "vitest";
import { ProblemError, problemOf, toProblem } from "../../src/api/problem";

describe("problem details", () => {
  it("keeps what happened, why, and what to do", () => {
    const p = problemOf(409, { title: "Changed in the meantime", detail: "Somebody changed it.", why: "Version 4 is not 5.", do: "Reload it." });
    expect(p).toMatchObject({ title: "Changed in the meantime", what: "Somebody changed it.", why: "Version 4 is not 5.", next: "Reload it." });
  });
  it("turns a list of field errors into a sentence", () => {
    const p = problemOf(422, { detail: [{ loc: ["body", "quantity"], msg: "not a number" }, { loc: ["body", "unit"], msg: "missing" }] });
    expect(p.what).toBe("quantity: not a number; unit: missing");
  });
  it("says something useful about an answer without a body", () => {
    const p = problemOf(503, null);
    expect(p.title).toBe("Not available now");
    expect(p.what).toContain("503");
    expect(p.next).not.toBe("");
  });
  it("knows a cut connection", () => {
    expect(problemOf(0, null).title).toBe("No connection");
  });
  it("finds the problem in whatever was thrown", () => {
    const p = problemOf(403, { detail: "No." });
    expect(toProblem(new ProblemError(p))).toBe(p);
    expect(toProblem(new Error("boom")).what).toBe("boom");
    expect(toProblem("text").what).toBe("text");
  });
});
