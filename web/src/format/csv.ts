/** Comma-separated values with a provenance header (RFC 4180; lines that begin with # say where it came from). */

export type Cell = string | number | boolean | null | undefined;

function cell(v: Cell): string {
  if (v === null || v === undefined) return "";
  let text = String(v);
  // A spreadsheet would run a text that begins like a formula.
  if (typeof v === "string" && /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(header: string[], rows: Cell[][], provenance: Record<string, string> = {}): string {
  const notes = Object.entries(provenance).map(([k, v]) => `# ${k}: ${v.replace(/[\r\n]+/g, " ")}`);
  return [...notes, header.map(cell).join(","), ...rows.map((r) => r.map(cell).join(","))].join("\r\n") + "\r\n";
}

export function fileName(title: string, at: string): string {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return `${slug || "titer"}-${at.slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}Z.csv`;
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string, type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
