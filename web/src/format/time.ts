/** Time on the pages: the plant's zone is what is shown, UTC and the offset are one hover away. */

const formatters = new Map<string, Intl.DateTimeFormat>();

function parts(ms: number, zone: string): Record<string, string> {
  let format = formatters.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formatters.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map((p) => [p.type, p.value]));
}

export type Precision = "day" | "minute" | "second";

/** Milliseconds of an ISO instant; NaN where it is none. */
export function ms(instant: string | number | null | undefined): number {
  if (instant === null || instant === undefined) return Number.NaN;
  return typeof instant === "number" ? instant : Date.parse(instant);
}

/** "2026-03-02 14:02:11" in the zone. */
export function stamp(instant: string | number | null | undefined, zone = "UTC", precision: Precision = "second"): string {
  const at = ms(instant);
  if (!Number.isFinite(at)) return "–";
  const p = parts(at, zone);
  const day = `${p.year}-${p.month}-${p.day}`;
  if (precision === "day") return day;
  return precision === "minute" ? `${day} ${p.hour}:${p.minute}` : `${day} ${p.hour}:${p.minute}:${p.second}`;
}

/** "14:02". */
export function clock(instant: string | number | null | undefined, zone = "UTC", seconds = false): string {
  const text = stamp(instant, zone);
  return text === "–" ? text : text.slice(11, seconds ? 19 : 16);
}

/** The zone's offset at that instant: "+01:00". */
export function offset(instant: string | number | null | undefined, zone: string): string {
  const at = ms(instant);
  if (!Number.isFinite(at)) return "";
  const p = parts(at, zone);
  const local = Date.UTC(+p.year!, +p.month! - 1, +p.day!, +p.hour!, +p.minute!, +p.second!);
  const minutes = Math.round((local - Math.floor(at / 1000) * 1000) / 60000);
  const sign = minutes < 0 ? "−" : "+";
  const abs = Math.abs(minutes);
  return `${sign}${String(Math.floor(abs / 60)).padStart(2, "0")}:${String(abs % 60).padStart(2, "0")}`;
}

/** A length of time: "3 d 04:12", "00:12", "42 s". */
export function span(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "–";
  const total = Math.max(0, Math.round(milliseconds / 1000));
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600) % 24;
  const days = Math.floor(total / 86400);
  const hm = `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
  return days > 0 ? `${days} d ${hm}` : hm;
}

/** "day 6 04:12" since a start: the way a batch's age is spoken of. */
export function age(from: string | number | null | undefined, to: string | number): string {
  const length = ms(to) - ms(from);
  if (!Number.isFinite(length)) return "–";
  const total = Math.max(0, Math.floor(length / 60000));
  const hm = `${String(Math.floor(total / 60) % 24).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
  return `day ${Math.floor(total / 1440)} ${hm}`;
}

/** Time since a start, in microseconds: "6 h", "2 d 6 h", "00:30", "1 d 00:00:05". */
export function since(us: number): string {
  const seconds = Math.round(Math.abs(us) / 1e6);
  const pad = (n: number) => String(n).padStart(2, "0");
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const sign = us < 0 && seconds > 0 ? "−" : "";
  if (s > 0) return `${sign}${d > 0 ? `${d} d ` : ""}${pad(h)}:${pad(m)}:${pad(s)}`;
  if (m > 0) return `${sign}${d > 0 ? `${d} d ` : ""}${pad(h)}:${pad(m)}`;
  if (d > 0) return `${sign}${d} d${h > 0 ? ` ${h} h` : ""}`;
  return `${sign}${h} h`;
}

/** "in 00:12", "00:03 ago"; only ever shown beside the absolute time. */
export function relative(instant: string | number | null | undefined, now: number): string {
  const delta = ms(instant) - now;
  if (!Number.isFinite(delta)) return "";
  return delta >= 0 ? `in ${span(delta)}` : `${span(-delta)} ago`;
}

export function iso(us: number): string {
  return new Date(us / 1000).toISOString();
}

export function us(instant: string | number | null | undefined): number {
  return ms(instant) * 1000;
}

/** An instant as a date-and-time field of the browser takes it, in a zone. */
export function toLocal(instant: string, zone: string): string {
  const shown = stamp(instant, zone);
  return shown === "–" ? "" : shown.replace(" ", "T");
}

/** What a person put into such a field, as an instant; null where it is none. */
export function fromLocal(text: string, zone: string): string | null {
  const wall = Date.parse(`${text}${text.length === 16 ? ":00" : ""}Z`);
  if (!Number.isFinite(wall)) return null;
  const minutes = (at: number) => {
    const told = offset(at, zone).replace("−", "-");
    const sign = told.startsWith("-") ? -1 : 1;
    return sign * (Number(told.slice(1, 3)) * 60 + Number(told.slice(4, 6)));
  };
  const guess = wall - minutes(wall) * 60_000;
  return new Date(wall - minutes(guess) * 60_000).toISOString();
}
