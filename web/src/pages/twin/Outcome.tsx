import type { components } from "../../api/schema";
import { significant, unit } from "../../format/number";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { StateBadge } from "../../parts/StateBadge";

type Ended = components["schemas"]["TwinOutcome"];

const NAMES: Record<string, string> = { our: "Oxygen uptake", vcd: "Viable cells", igg_made: "Product made" };

export function nameOf(output: string): string {
  return NAMES[output] ?? label(output);
}

/** What was predicted when it was signed, what came, and whether it came inside the band; misses are shown as such. */
export function Outcome({ outcome: o }: { outcome: Ended }) {
  const { outputs, laboratory, ...more } = o;
  return (
    <div className="stack">
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t("outcome.title")}>
        <table className="table" data-compact data-testid="outcome">
          <thead>
            <tr>
              {(["outcome.output", "outcome.predicted", "outcome.actual", "outcome.unit", "outcome.met"] as const).map((k) => (
                <th key={k} scope="col" className="pad">
                  {t(k)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Object.entries(outputs).map(([name, one]) => (
              <tr key={name}>
                <td>{nameOf(name)}</td>
                <td className="tabular">
                  <strong>{significant(one.predicted.median)}</strong> <span className="muted">{significant(one.predicted.low)} {t("word.to")} {significant(one.predicted.high)}</span>
                </td>
                <td className="tabular">
                  <strong>{significant(one.actual.mean)}</strong> <span className="muted">{significant(one.actual.low)} {t("word.to")} {significant(one.actual.high)}</span>
                </td>
                <td className="muted">{unit(one.unit)}</td>
                <td>
                  <StateBadge state={one.inside ? "inside" : "outside"} tone={one.inside ? "done" : "warning"} word={one.inside ? t("outcome.inside") : t("outcome.outside")} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">{t("outcome.note", { hour: o.hour })}</p>
      {o.early ? <p className="notice" data-tone="warning">{t("outcome.early")}</p> : null}
      <details>
        <summary>{t("outcome.more")}</summary>
        <ContentView content={laboratory} />
        <ContentView content={more} />
      </details>
    </div>
  );
}
