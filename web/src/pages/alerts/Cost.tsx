import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { toProblem } from "../../api/problem";
import { useSession } from "../../api/session";
import type { Outlook } from "../../api/types";
import { significant, unit } from "../../format/number";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { ErrorState, LoadingState } from "../../parts/States";
import { BothTimes } from "../../parts/TimeStamp";
import { nameOf } from "../twin/Outcome";

type Quantiles = NonNullable<Outlook["figures"][number]["cost"]>;

/** What doing nothing would cost, as the twin saw it when the alert opened; and what could be done, if it has a proposal. */
export function Cost({ alert, batch }: { alert: string; batch: string }) {
  const { installation } = useSession();
  const on = installation.layers.includes("twin");
  const outlook = useQuery({ queryKey: ["outlook", alert], queryFn: ({ signal }) => api.outlook(alert, signal), enabled: on, meta: { types: ["twin_outlook"] }, retry: false });
  const proposals = useQuery({ queryKey: ["proposals", batch], queryFn: ({ signal }) => api.proposals({ batch_id: batch }, signal), enabled: on, meta: { types: ["twin_proposal"] }, retry: false });
  if (!on) return null;
  const missing = outlook.error !== null && toProblem(outlook.error).status === 404;
  return (
    <Panel title={t("cost.title")}>
      <div className="stack" data-testid="cost">
        {outlook.data ? <Figures outlook={outlook.data} /> : missing ? <p className="muted">{t("cost.none.yet")}</p> : outlook.error ? <ErrorState error={outlook.error} again={() => void outlook.refetch()} /> : <LoadingState lines={3} />}
        {(proposals.data ?? []).slice(0, 3).map((p) => (
          <Link key={p.id} to="/twin/proposals/$id" params={{ id: p.id }}>
            {t("cost.proposal", { number: p.number })}
          </Link>
        ))}
      </div>
    </Panel>
  );
}

function Figures({ outlook: o }: { outlook: Outlook }) {
  if (o.refused_because) return <p>{t("cost.refused", { why: o.refused_because })}</p>;
  return (
    <>
      <p>{o.sentence}</p>
      {o.twin_state !== "LIVE" ? (
        <p className="notice" data-tone="warning">
          {t("cost.doubt", { state: o.twin_state.toLowerCase(), why: o.twin_reasons.join(" ") })}
        </p>
      ) : null}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t("cost.table")}>
        <table className="table" data-compact>
          <thead>
            <tr>
              {(["cost.output", "cost.asis", "cost.corrected", "cost.cost"] as const).map((k) => (
                <th key={k} scope="col" className="pad">
                  {t(k)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {o.figures.map((f) => (
              <tr key={f.output}>
                <td>
                  {nameOf(f.output)} <span className="muted">{unit(f.unit)}</span>
                </td>
                <td>
                  <Band of={f.as_is} />
                </td>
                <td>
                  <Band of={f.corrected} />
                </td>
                <td>
                  <Band of={f.cost} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">{t("cost.hour", { hour: o.hour, horizon: o.horizon_h })}</p>
      <BothTimes plant={o.process_at} server={o.recorded_at} />
    </>
  );
}

function Band({ of }: { of: Quantiles | null | undefined }) {
  if (!of) return <span className="muted">–</span>;
  return (
    <span className="tabular">
      <strong>{significant(of.median)}</strong>
      <br />
      <span className="muted nowrap">
        {significant(of.low)} {t("word.to")} {significant(of.high)}
      </span>
    </span>
  );
}
