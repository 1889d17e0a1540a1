import { useNow } from "../api/live";
import { useSession } from "../api/session";
import { offset, stamp } from "../format/time";
import { t } from "../i18n";
import { useZone } from "../parts/zone";

/** In a simulated installation: both clocks, side by side and never merged, and how fast the plant's runs. */
export function Banner() {
  const { installation } = useSession();
  const now = useNow();
  const zone = useZone();
  if (!now.simulated && !installation.simulated) return null;
  return (
    <aside className="banner" aria-label={t("banner.label")}>
      <strong>{installation.demo ? t("banner.demo") : t("banner.simulated")}</strong>
      <span>
        <span>{t("banner.plant")}</span>
        {stamp(now.process, zone, now.rate > 600 ? "minute" : "second")} {zone === "UTC" ? "UTC" : `${zone} ${offset(now.process, zone)}`}
      </span>
      <span>
        <span>{t("banner.server")}</span>
        {stamp(now.server, "UTC")}
      </span>
      {now.rate === 0 ? (
        <span>{t("banner.still")}</span>
      ) : (
        <span>
          <span>{t("banner.rate")}</span>× {Number.isInteger(now.rate) ? now.rate : now.rate.toPrecision(3)}
        </span>
      )}
    </aside>
  );
}
