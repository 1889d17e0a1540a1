import { useLive, useNow } from "../../api/live";
import { digitsOf, unit, value as shown } from "../../format/number";
import { clock } from "../../format/time";
import { t } from "../../i18n";
import { AnalogueBar } from "../../parts/AnalogueBar";
import { Shape } from "../../parts/Shape";
import { useZone } from "../../parts/zone";
import type { LaneSpec } from "../../parts/trend/useTrend";

export type Doubt = "good" | "uncertain" | "bad" | "stale" | "none";

/** Five minutes of the process clock, and never less than five seconds of the wall's. */
export function staleAfter(rate: number): number {
  return Math.max(5 * 60_000, 5_000 * rate);
}

/** What a live value is worth now. There is no last-known-good. */
export function doubtOf(live: { us: number; quality: number } | undefined, processNow: number, rate: number): Doubt {
  if (!live) return "none";
  if (live.quality >= 2) return "bad";
  // A plant that does not answer: what it said last is not how it is.
  if (rate === 0) return "stale";
  if (processNow - live.us / 1000 > staleAfter(rate)) return "stale";
  return live.quality === 1 ? "uncertain" : "good";
}

/** One line of the face plate: name, value with unit, bar. */
export function Reading({ spec }: { spec: LaneSpec }) {
  const live = useLive(spec.channel.tag);
  const sp = useLive(spec.setpoint?.tag ?? "");
  const now = useNow();
  const zone = useZone();
  const c = spec.channel;
  const digits = digitsOf(c.resolution);
  const doubt = doubtOf(live ? { us: live.us, quality: Math.max(live.quality, c.floor) } : undefined, now.process, now.simulated ? now.rate : 1);
  const v = typeof live?.value === "number" ? live.value : null;
  const known = doubt === "good" || doubt === "uncertain";
  const high = known && v !== null && c.alarm_high !== null && v > c.alarm_high;
  const low = known && v !== null && c.alarm_low !== null && v < c.alarm_low;
  const setpoint = typeof sp?.value === "number" ? sp.value : null;
  return (
    <div>
      <span>
        {spec.label}
        {high || low ? (
          <span className="badge" data-tone="alarm" style={{ marginLeft: 8 }}>
            <Shape tone="alarm" /> {high ? t("units.high") : t("units.low")}
          </span>
        ) : null}
      </span>
      <span className="reading" data-quality={doubt}>
        {doubt === "none" ? (
          <span className="reading-note">{t("live.none")}</span>
        ) : (
          <>
            {!known ? (
              <span className="reading-note">
                {doubt === "bad" ? t("live.bad") : t("live.stale")} {t("live.since", { at: clock(live!.us / 1000, zone) })}
              </span>
            ) : null}
            <span className="digits">{typeof live?.value === "string" ? live.value : shown(v, digits)}</span>
            <span className="muted">{unit(c.unit)}</span>
            {doubt === "uncertain" ? <span className="reading-note">{t("live.uncertain")}</span> : null}
          </>
        )}
      </span>
      <span>
        {c.low !== null && c.high !== null && typeof live?.value !== "string" ? (
          <AnalogueBar
            label={spec.label}
            value={v}
            low={c.low}
            high={c.high}
            digits={digits}
            setpoint={setpoint}
            alarmLow={c.alarm_low}
            alarmHigh={c.alarm_high}
            doubtful={!known}
          />
        ) : null}
      </span>
    </div>
  );
}
