import { describe, expect, it } from "vitest";
import { csv, fileName } from "../../src/format/csv";
import { filtered, moved, nextSort, sorted, sortOf, tableKey } from "../../src/parts/table";

const rows = [{ n: "S-10", v: 2 }, { n: "S-2", v: null }, { n: "s-1", v: 10 }];

describe("table", () => {
  it("sorts numbers in names as numbers", () => {
    expect(sorted(rows, (r) => r.n, false).map((r) => r.n)).toEqual(["s-1", "S-2", "S-10"]);
  });
  it("puts what is missing last, up and down", () => {
    expect(sorted(rows, (r) => r.v, false).map((r) => r.v)).toEqual([2, 10, null]);
    expect(sorted(rows, (r) => r.v, true).map((r) => r.v)).toEqual([10, 2, null]);
  });
  it("is stable", () => {
    const same = [{ k: 1, id: "a" }, { k: 1, id: "b" }];
    expect(sorted(same, (r) => r.k, true).map((r) => r.id)).toEqual(["a", "b"]);
  });
  it("finds rows that have every word", () => {
    expect(filtered(rows, [(r) => r.n, (r) => r.v], "s- 10")).toHaveLength(2);
    expect(filtered(rows, [(r) => r.n], "s-2 zzz")).toHaveLength(0);
    expect(filtered(rows, [(r) => r.n], "  ")).toHaveLength(3);
  });
  it("cycles a column: up, down, as given", () => {
    expect(nextSort(null, "n")).toBe("n");
    expect(nextSort(sortOf("n"), "n")).toBe("-n");
    expect(nextSort(sortOf("-n"), "n")).toBeUndefined();
    expect(nextSort(sortOf("-n"), "v")).toBe("v");
  });
  it("moves with j and k and stays inside", () => {
    expect(tableKey("j", false)).toBe("down");
    expect(tableKey("k", false)).toBe("up");
    expect(tableKey("Enter", false)).toBe("open");
    expect(tableKey("e", false)).toBe("export");
    expect(tableKey("k", true)).toBeNull();
    expect(moved(-1, "down", 3)).toBe(0);
    expect(moved(2, "down", 3)).toBe(2);
    expect(moved(0, "up", 3)).toBe(0);
    expect(moved(0, "down", 0)).toBe(-1);
  });
});

describe("csv", () => {
  it("quotes, and says where it came from", () => {
    const text = csv(["a", "b"], [["x,y", 'say "z"'], [1.5, null]], { table: "T\nest" });
    expect(text).toBe('# table: T est\r\na,b\r\n"x,y","say ""z"""\r\n1.5,\r\n');
  });
  it("hands no formula to a spreadsheet, and leaves numbers alone", () => {
    expect(csv(["a"], [["=1+1"], ["-3.5"], ["@x"], [-2]])).toBe("a\r\n'=1+1\r\n-3.5\r\n'@x\r\n-2\r\n");
  });
  it("names the file by its title and time", () => {
    expect(fileName("Samples of B-1", "2026-03-02T08:05:06.123Z")).toBe("samples-of-b-1-20260302-080506Z.csv");
  });
});
