import { describe, expect, it } from "vitest";
import { axisDigits, bytes, count, digitsOf, exact, fraction, percent, significant, unit, value } from "../../src/format/number";
import { age, offset, relative, span, stamp } from "../../src/format/time";
import { label, noun, short } from "../../src/format/words";

describe("numbers", () => {
  it("shows as many digits as the channel resolves and no more", () => {
    expect(digitsOf(0.1)).toBe(1);
    expect(digitsOf(0.01)).toBe(2);
    expect(digitsOf(0.005)).toBe(3);
    expect(digitsOf(1)).toBe(0);
    expect(digitsOf(5)).toBe(0);
    expect(value(36.8421, digitsOf(0.1))).toBe("36.8");
  });
  it("shows a dash for what is not known, never a zero", () => {
    expect(value(null)).toBe("–");
    expect(value(Number.NaN)).toBe("–");
    expect(value(Number.POSITIVE_INFINITY)).toBe("–");
    expect(value(0, 1)).toBe("0.0");
  });
  it("shows no negative zero", () => {
    expect(value(-0.01, 1)).toBe("0.0");
    expect(value(-0.06, 1)).toBe("−0.1");
  });
  it("leaves decimal texts untouched", () => {
    expect(exact("98.30", "%")).toBe("98.30 %");
    expect(exact("7.10", "1")).toBe("7.10");
    expect(exact(null, "%")).toBe("–");
  });
  it("says 100 % only of all", () => {
    expect(percent(9999, 10000)).toBe("99.9 %");
    expect(percent(10, 10)).toBe("100 %");
    expect(percent(0, 0)).toBe("–");
  });
  it("writes units as printed", () => {
    expect(unit("degC")).toBe("°C");
    expect(unit("1")).toBe("");
    expect(unit("mS/cm")).toBe("mS/cm");
  });
  it("places a value in its range", () => {
    expect(fraction(5, 0, 10)).toBe(0.5);
    expect(fraction(50, 0, 10)).toBe(1);
    expect(fraction(5, 3, 3)).toBe(0);
  });
  it("reads decimals to three figures", () => {
    expect(significant("4.61234")).toBe("4.61");
    expect(significant("84.31")).toBe("84.3");
    expect(significant("6211.7")).toBe("6212");
    expect(significant("0.0712")).toBe("0.0712");
    expect(significant("n.d.")).toBe("n.d.");
  });
  it("tells the marks of an axis apart", () => {
    expect([0.25, 0.5, 5, 50, 0.02, 0.0001].map(axisDigits)).toEqual([2, 1, 0, 0, 2, 4]);
    expect(axisDigits(0)).toBe(1);
  });
  it("groups and sizes", () => {
    expect(count(512344)).toBe("512,344");
    expect(count(12)).toBe("12");
    expect(bytes(999)).toBe("999 B");
    expect(bytes(2_500_000)).toBe("2.5 MB");
  });
});

describe("time", () => {
  const at = "2026-03-02T08:05:06Z";
  it("shows the plant's zone and its offset", () => {
    expect(stamp(at, "Europe/Zurich")).toBe("2026-03-02 09:05:06");
    expect(offset(at, "Europe/Zurich")).toBe("+01:00");
    expect(offset("2026-07-01T00:00:00Z", "Europe/Zurich")).toBe("+02:00");
    expect(offset(at, "America/St_Johns")).toBe("−03:30");
  });
  it("says what is missing", () => {
    expect(stamp(null)).toBe("–");
    expect(stamp("nonsense")).toBe("–");
  });
  it("writes midnight as 00, not 24", () => {
    expect(stamp("2026-03-02T00:00:00Z", "UTC")).toBe("2026-03-02 00:00:00");
  });
  it("speaks of a batch's age in days", () => {
    expect(age(at, "2026-03-08T12:17:06Z")).toBe("day 6 04:12");
    expect(age(null, at)).toBe("–");
  });
  it("writes spans and the relative", () => {
    expect(span(42_000)).toBe("42 s");
    expect(span(12 * 60_000)).toBe("00:12");
    expect(span(3 * 86_400_000 + 3_600_000)).toBe("3 d 01:00");
    expect(relative(at, Date.parse(at) - 60_000)).toBe("in 00:01");
    expect(relative(at, Date.parse(at) + 60_000)).toBe("00:01 ago");
  });
});

describe("words", () => {
  it("shortens digests to what can be compared by eye", () => {
    expect(short("7f3a91c204beffff")).toBe("7f3a 91c2 04be");
    expect(short(null)).toBe("–");
  });
  it("names records", () => {
    expect(noun("lims_reportable_result")).toBe("reportable result");
    expect(label("sampled_at")).toBe("Sampled at");
  });
});
