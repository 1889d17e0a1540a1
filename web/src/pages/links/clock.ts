/** A clock's offset in words: "+12 ms ± 3 ms". */
export function clockText(offset_us: number | null, uncertainty_us: number | null): string {
  if (offset_us === null) return "–";
  return `${signed(offset_us)}${uncertainty_us === null ? "" : ` ± ${length(uncertainty_us)}`}`;
}

function length(us: number): string {
  const abs = Math.abs(us);
  if (abs < 1000) return `${Math.round(abs)} µs`;
  if (abs < 1e6) return `${(abs / 1000).toFixed(abs < 10_000 ? 1 : 0)} ms`;
  return `${(abs / 1e6).toFixed(1)} s`;
}

function signed(us: number): string {
  return `${us < 0 ? "−" : "+"}${length(us)}`;
}
