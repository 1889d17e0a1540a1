import { fraction, value as shown } from "../format/number";

interface Props {
  label: string;
  value: number | null | undefined;
  low: number;
  high: number;
  digits?: number;
  setpoint?: number | null;
  /** Proven acceptable range. */
  normalLow?: number | null;
  normalHigh?: number | null;
  alarmLow?: number | null;
  alarmHigh?: number | null;
  /** Struck with the hatch: stale, uncertain or bad. */
  doubtful?: boolean;
}

/** Range, proven acceptable range shaded, alarm limits as ticks, set-point as a caret, the value as a bar. */
export function AnalogueBar({ label, value, low, high, digits = 2, setpoint, normalLow, normalHigh, alarmLow, alarmHigh, doubtful }: Props) {
  const w = 160;
  const x = (v: number) => 2 + fraction(v, low, high) * (w - 4);
  const known = value !== null && value !== undefined && Number.isFinite(value) && !doubtful;
  const abnormal =
    known && ((alarmLow !== null && alarmLow !== undefined && value < alarmLow) || (alarmHigh !== null && alarmHigh !== undefined && value > alarmHigh));
  const spoken = [
    `${label}: ${known ? shown(value, digits) : "no good value"}`,
    `range ${shown(low, digits)} to ${shown(high, digits)}`,
    setpoint !== null && setpoint !== undefined ? `set-point ${shown(setpoint, digits)}` : "",
    abnormal ? "outside the alarm limits" : "",
  ]
    .filter(Boolean)
    .join(", ");
  return (
    <svg className="bar" viewBox={`0 0 ${w} 22`} role="img" aria-label={spoken} preserveAspectRatio="none">
      <rect x="1" y="7" width={w - 2} height="8" fill="var(--t-inset)" stroke="var(--t-line)" />
      {normalLow !== null && normalLow !== undefined && normalHigh !== null && normalHigh !== undefined ? (
        <rect x={x(normalLow)} y="7.5" width={Math.max(1, x(normalHigh) - x(normalLow))} height="7" fill="var(--t-range)" />
      ) : null}
      {[alarmLow, alarmHigh].map((limit, i) =>
        limit === null || limit === undefined ? null : <path key={i} d={`M${x(limit)} 4v14`} stroke="var(--t-muted)" strokeWidth="1.5" />,
      )}
      {setpoint !== null && setpoint !== undefined ? <path d={`M${x(setpoint)} 15.5l-4 6h8z`} fill="var(--t-ink)" /> : null}
      {known ? <rect x={x(value) - 1.5} y="3" width="3" height="16" fill={abnormal ? "var(--t-alarm)" : "var(--t-ink)"} /> : null}
      {doubtful ? <rect x="1" y="7" width={w - 2} height="8" fill="url(#hatch-bad)" /> : null}
    </svg>
  );
}

/** The hatch patterns that bars and charts share; placed once in the shell. */
export function Patterns() {
  return (
    <svg width="0" height="0" aria-hidden="true" style={{ position: "absolute" }}>
      <defs>
        <pattern id="hatch-bad" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="none" />
          <rect width="2.4" height="6" fill="var(--t-bad)" />
        </pattern>
        <pattern id="hatch-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="6" fill="var(--t-gap)" />
        </pattern>
      </defs>
    </svg>
  );
}
