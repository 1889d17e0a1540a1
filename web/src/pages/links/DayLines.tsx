import type { CompletenessDay, GapOut } from "../../api/types";
import { percent } from "../../format/number";
import { ms, stamp } from "../../format/time";
import { t } from "../../i18n";
import { useZone } from "../../parts/zone";

const WIDTH = 1000;
const HEIGHT = 34;

/** Days on one line: how complete each is, and every gap where it lay: open and lost ones hatched, filled ones outlined. */
export function DayLines({ name, days, gaps }: { name: string; days: readonly CompletenessDay[]; gaps: readonly GapOut[] }) {
  const zone = useZone();
  const last = days.slice(-31);
  if (last.length === 0) return <p className="muted">{t("days.none")}</p>;
  const from = ms(last[0]!.begins);
  const to = ms(last[last.length - 1]!.ends);
  const x = (at: number) => (WIDTH * (Math.min(Math.max(at, from), to) - from)) / (to - from);
  const seen = gaps.filter((g) => ms(g.to_at ?? to) >= from && ms(g.from_at) <= to);
  const by = (state: string) => seen.filter((g) => g.state === state).length;
  const short = last.filter((d) => d.share !== null && d.share < 1).length;
  return (
    <div className="daylines">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t("days.spoken", { name, days: last.length, from: last[0]!.day, to: last[last.length - 1]!.day, short, open: by("opened"), filled: by("filled"), lost: by("unrecoverable") })}>
        {last.map((d) => {
          const at = ms(d.begins);
          const end = ms(d.ends);
          const h = d.share === null ? 0 : Math.max(3, d.share * (HEIGHT - 4));
          return (
            <g key={d.day}>
              <title>{`${d.day}: ${d.share === null ? "nothing expected" : percent(d.share, 1)}`}</title>
              <rect x={x(at) + 1} y={2} width={x(end) - x(at) - 2} height={HEIGHT - 4} fill="var(--t-inset)" stroke="var(--t-line)" vectorEffect="non-scaling-stroke" />
              <rect x={x(at) + 1} y={HEIGHT - 2 - h} width={x(end) - x(at) - 2} height={h} fill={d.share !== null && d.share < 1 ? "var(--t-warning)" : "var(--t-range)"} />
            </g>
          );
        })}
        {seen.map((g) => {
          const a = x(ms(g.from_at));
          const w = Math.max(x(ms(g.to_at ?? to)) - a, 3);
          const filled = g.state === "filled";
          return (
            <g key={g.id}>
              <title>{`${filled ? t("days.legend.filled") : t("days.legend.open")}: ${stamp(g.from_at, zone)} to ${stamp(g.to_at, zone)}. ${g.reason}`}</title>
              <rect x={a} y={1} width={w} height={HEIGHT - 2} fill={filled ? "var(--t-panel)" : "url(#hatch-gap)"} fillOpacity={filled ? 0.55 : 1} stroke="var(--t-ink)" strokeDasharray={filled ? "4 3" : undefined} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
            </g>
          );
        })}
      </svg>
      <div className="scale">
        <span>{last[0]!.day}</span>
        <span>{last[last.length - 1]!.day}</span>
      </div>
      <ul className="legend" style={{ paddingLeft: 0 }}>
        <li>
          <span className="swatch" style={{ border: 0, background: "var(--t-range)", transform: "none" }} /> {t("days.legend.complete")}
        </li>
        <li>
          <span className="swatch" data-gap="open" /> {t("days.legend.open")} ({by("opened") + by("unrecoverable")})
        </li>
        <li>
          <span className="swatch" style={{ border: "1.5px dashed var(--t-ink)", height: 12, transform: "none" }} /> {t("days.legend.filled")} ({by("filled")})
        </li>
      </ul>
    </div>
  );
}
