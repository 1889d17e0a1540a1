/** Numbers as people read them: never more digits than the channel resolves, never a rounded value written back. */

/** Digits after the point that a resolution supports: 0.1 -> 1, 5 -> 0, 0.005 -> 3. */
export function digitsOf(resolution: number | null | undefined, fallback = 2): number {
  if (resolution === null || resolution === undefined || !(resolution > 0)) return fallback;
  const digits = Math.ceil(-Math.log10(resolution) - 1e-9);
  return Math.min(Math.max(digits, 0), 6);
}

/** A process value; a dash where there is none (nothing is ever shown as zero that is not known). */
export function value(v: number | null | undefined, digits = 2): string {
  if (v === null || v === undefined || !Number.isFinite(v)) return "–";
  const text = v.toFixed(digits);
  return text.replace("-", "−").replace(/^−(0(?:\.0*)?)$/, "$1");
}

/** Digits that tell the marks of an axis apart: 0.25 needs two, 50 none. */
export function axisDigits(step: number): number {
  if (!(step > 0) || !Number.isFinite(step)) return 1;
  for (let digits = 0; digits < 6; digits += 1) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits;
  }
  return 6;
}

/** 512344 -> "512,344". */
export function count(n: number): string {
  return Math.round(n).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

const UNIT_WORDS: Record<string, string> = {
  degC: "°C",
  "1e6/mL": "10⁶/mL",
  "1e6 cells/mL": "10⁶ cells/mL",
  "1": "",
  "mmol/(L.h)": "mmol/(L·h)",
  uL: "µL",
  "1/min": "1/min",
  m3: "m³",
};

/** The unit as printed; the stored code stays as it is. */
export function unit(code: string | null | undefined): string {
  if (!code) return "";
  return UNIT_WORDS[code] ?? code;
}

/** A decimal text and its unit, untouched digit for digit. */
export function exact(text: string | null | undefined, code?: string | null): string {
  if (text === null || text === undefined || text === "") return "–";
  const u = unit(code);
  return u ? `${text} ${u}` : text;
}

/** The part of a range [low, high] where a value stands, 0..1, clamped. */
export function fraction(v: number, low: number, high: number): number {
  if (!(high > low)) return 0;
  return Math.min(1, Math.max(0, (v - low) / (high - low)));
}

/** A decimal text to so many significant digits, for reading beside others; what is signed stays exact. */
export function significant(text: string | null | undefined, digits = 3): string {
  if (text === null || text === undefined || text === "") return "–";
  const n = Number(text);
  if (!Number.isFinite(n)) return text;
  if (n === 0) return "0";
  const after = digits - 1 - Math.floor(Math.log10(Math.abs(n)));
  return value(n, Math.min(Math.max(after, 0), 8));
}

/** 0.9973 -> "99.7 %"; never 100 % unless it is all. */
export function percent(part: number, whole: number): string {
  if (!(whole > 0)) return "–";
  if (part >= whole) return "100 %";
  const p = (100 * part) / whole;
  return `${Math.min(p, 99.9).toFixed(1)} %`;
}

export function bytes(n: number | null | undefined): string {
  if (n === null || n === undefined) return "–";
  if (n < 1024) return `${n} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let size = n;
  let i = -1;
  while (size >= 1000 && i < units.length - 1) {
    size /= 1000;
    i += 1;
  }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[i]}`;
}
