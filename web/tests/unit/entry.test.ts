import { describe, expect, it } from "vitest";
import type { TaskField } from "../../src/api/types";
import { checkEntry } from "../../src/pages/tasks/entry";

const field: TaskField = { name: "ph", prompt: "pH", unit: "1", low: "6.90", high: "7.20" };

describe("entry with limits", () => {
  it("takes the limits themselves as inside", () => {
    expect(checkEntry(field, "6.90").kind).toBe("good");
    expect(checkEntry(field, "7.20").kind).toBe("good");
  });
  it("says when a value is outside, and does not refuse it", () => {
    expect(checkEntry(field, "7.21").kind).toBe("outside");
    expect(checkEntry(field, "-1").kind).toBe("outside");
  });
  it("refuses what may mean two numbers", () => {
    expect(checkEntry(field, "7,05").kind).toBe("invalid");
    expect(checkEntry(field, "7.0.5").kind).toBe("invalid");
    expect(checkEntry(field, "1e1").kind).toBe("invalid");
  });
  it("says that a no will be an exception", () => {
    expect(checkEntry({ name: "clean", type: "yes" }, "no").kind).toBe("outside");
    expect(checkEntry({ name: "clean", type: "yes" }, "yes").kind).toBe("good");
  });
  it("leaves texts alone", () => {
    expect(checkEntry({ ...field, type: "text" }, "a,b").kind).toBe("good");
    expect(checkEntry(field, "  ").kind).toBe("empty");
  });
});
