/** Digests, canonical content and field names, as people can compare and read them. */

/** The first twelve hex digits in groups of four: enough to compare by eye, never enough to identify. */
export function short(digest: string | null | undefined): string {
  if (!digest) return "–";
  return (digest.slice(0, 12).match(/.{1,4}/g) ?? []).join(" ");
}

/** "sampled_at" -> "Sampled at". */
export function label(field: string): string {
  const text = field.replace(/[_.]+/g, " ").trim();
  return text ? text[0]!.toUpperCase() + text.slice(1) : field;
}

/** A sentence's first letter; nothing else of it is touched. */
export function capital(text: string): string {
  return text ? text[0]!.toUpperCase() + text.slice(1) : text;
}

/** "mes_batch" -> "batch", "lims_reportable_result" -> "reportable result". */
export function noun(recordType: string): string {
  const text = recordType.replace(/^(record|connect|equipment|historian|material|quality|lims|mes|insight|twin|govern|process)_/, "");
  return text.replaceAll("_", " ");
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

export function initials(name: string): string {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((w) => w[0]!.toUpperCase()).join("");
}
