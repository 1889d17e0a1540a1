import { useQuery } from "@tanstack/react-query";
import { witnessing, type Witness } from "../../api/witnessing";
import { count } from "../../format/number";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import type { Tone } from "../../parts/states";
import { TimeStamp } from "../../parts/TimeStamp";

const TONES: Record<string, Tone> = { "up to date": "done", behind: "advisory", away: "warning", refused: "alarm" };
const KINDS = { file: "witnesses.kind.file", titer: "witnesses.kind.titer", timestamp: "witnesses.kind.timestamp" } as const;

/** Who vouches for the ledger, how far each is, and what waits for them. */
export function Witnesses() {
  const found = useQuery({ queryKey: ["witnesses"], queryFn: ({ signal }) => witnessing.witnesses(signal), refetchInterval: 5000 });
  return (
    <Panel title={t("witnesses.title")} flush>
      <Asked query={found} lines={2}>
        {(told) => (
          <>
            <p className="pad muted">
              {t("witnesses.covered", { covered: count(told.covered_size), size: count(told.tree_size) })}{" "}
              {told.held ? t("witnesses.held", { n: count(told.held) }) : t("witnesses.what")}
            </p>
            <div className="table-scroll" tabIndex={0} role="region" aria-label={t("witnesses.list")}>
              <table className="table" data-compact>
                <thead>
                  <tr>
                    <th scope="col" className="pad">{t("witnesses.name")}</th>
                    <th scope="col" className="pad">{t("witnesses.kind")}</th>
                    <th scope="col" className="pad" data-align="right">{t("witnesses.size")}</th>
                    <th scope="col" className="pad">{t("witnesses.at")}</th>
                    <th scope="col" className="pad" data-align="right">{t("witnesses.lag")}</th>
                    <th scope="col" className="pad">{t("witnesses.state")}</th>
                  </tr>
                </thead>
                <tbody>
                  {told.witnesses.map((one) => (
                    <Row key={one.name} one={one} />
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )}
      </Asked>
    </Panel>
  );
}

function Row({ one }: { one: Witness }) {
  const kind = one.kind in KINDS ? t(KINDS[one.kind as keyof typeof KINDS]) : one.kind;
  return (
    <tr>
      <td className="pad">
        {one.name} {one.required ? <span className="muted">({t("witnesses.required")})</span> : null}
      </td>
      <td className="pad">{kind}</td>
      <td className="pad" data-align="right">{count(one.size)}</td>
      <td className="pad" data-nowrap>
        <TimeStamp at={one.at} precision="second" />
      </td>
      <td className="pad" data-align="right">{count(one.lag)}</td>
      <td className="pad">
        <StateBadge state={one.state} tone={TONES[one.state] ?? "warning"} word={one.state} /> <span className="muted">{one.message}</span>
      </td>
    </tr>
  );
}
