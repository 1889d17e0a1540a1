import { useQuery } from "@tanstack/react-query";
import { api } from "../api/endpoints";
import { t } from "../i18n";
import { Shape } from "../parts/Shape";

const MOST = 3;

/** What does not work in the hub itself, in its own sentences; nothing where all is well. */
export function Faults() {
  const health = useQuery({ queryKey: ["health"], queryFn: ({ signal }) => api.health(signal), retry: false, refetchInterval: 10_000 });
  const faults = health.data?.faults ?? [];
  const tone = health.data?.halted ? "alarm" : "warning";
  return (
    <div className="faults" role="status" aria-label={t("faults.label")} data-tone={tone} data-none={faults.length === 0 || undefined}>
      {faults.slice(0, MOST).map((f) => (
        <p key={`${f.what}${f.why}`}>
          <Shape tone={tone} />
          <span>
            <strong>{f.what}</strong> {f.why} {f.do}
          </span>
        </p>
      ))}
      {faults.length > MOST ? <p className="muted">{t("faults.more", { n: faults.length - MOST })}</p> : null}
    </div>
  );
}
