import { describe, expect, it } from "vitest";
import { plotted } from "../../src/pages/trends/plotted";

function spectrum(quality: number) {
  return { tag: "A", unit: "AU", source_at: "2026-11-28T10:00:00Z", source_us: 0, received_us: 0, ordinal: 0, quality, origin: 0, axis: "wavelength", axis_unit: "nm", x: [1, 2], y: [0, 1], from_count: 2 };
}

describe("spectra over each other", () => {
  it("say of each line that is not good how far it may be trusted", () => {
    const found = plotted([spectrum(0), spectrum(1), spectrum(2)], "UTC");
    const [good, uncertain, bad] = found.lines.map((line) => line.name);
    expect(uncertain).toBe(`${good}, uncertain`);
    expect(bad).toBe(`${good}, bad`);
    expect(found.label).toBe(`${good}; ${uncertain}; ${bad}`);
  });
});
