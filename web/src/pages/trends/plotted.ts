/** What is drawn of spectra: a line each, and beside its time whatever makes it doubtful. */
import type { components } from "../../api/schema";
import { stamp } from "../../format/time";
import { QUALITY } from "../../parts/trend/lanes";

type Spectrum = components["schemas"]["SpectrumOut"];

export const titled = (name: string, unit: string) => (unit ? `${name} (${unit})` : name);

/** The name of a spectrum's line: its time, and its quality where that is not good. */
export const named = (one: Spectrum, zone: string) => (one.quality > 0 ? `${stamp(one.source_at, zone)}, ${QUALITY[one.quality] ?? "bad"}` : stamp(one.source_at, zone));

export function plotted(shown: Spectrum[], zone: string) {
  const first = shown[0];
  return {
    label: shown.map((one) => named(one, zone)).join("; "),
    lines: shown.map((one) => ({ name: named(one, zone), x: one.x, y: one.y })),
    xTitle: first ? titled(first.axis, first.axis_unit) : "",
    yTitle: first ? titled(first.tag, first.unit) : "",
    height: 320,
  };
}
