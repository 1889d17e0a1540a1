import { t } from "../../i18n";
import type { CompletenessDay } from "../../api/types";
import { percent } from "../../format/number";

/** Up to thirty days as small cells; a day that lacks something is drawn and said, never averaged away. */
export function Completeness({ days, name }: { days: readonly CompletenessDay[]; name: string }) {
  const last = days.slice(-30);
  if (last.length === 0) return <span className="muted">{t("links.no_day_yet")}</span>;
  const short = last.filter((d) => d.share !== null && d.share < 1);
  const spoken = `${name}: ${last.length} days, ${short.length === 0 ? "all complete" : `${short.length} not complete, lowest ${percent(Math.min(...short.map((d) => d.share ?? 0)), 1)}`}`;
  return (
    <span className="cells" role="img" aria-label={spoken}>
      {last.map((d) => (
        <i key={d.day} data-short={(d.share !== null && d.share < 1) || undefined} data-none={d.share === null || undefined} title={`${d.day}: ${d.share === null ? "nothing expected" : percent(d.share, 1)}`}>
          {d.share !== null ? <b style={{ height: `${Math.max(8, d.share * 100)}%` }} /> : null}
        </i>
      ))}
    </span>
  );
}
