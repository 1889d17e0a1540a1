import { Accordion } from "@mantine/core";
import type { Batch, BatchRecord } from "../../api/types";
import { short } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, Panel } from "../../parts/Panel";
import { Asked } from "../../parts/States";
import { useRecord } from "./useRecord";

const PARTS: [keyof BatchRecord, string][] = [
  ["steps", "Steps"],
  ["setpoints", "Set-points written and read back"],
  ["feeds", "Feeds"],
  ["values_used", "Values that decisions used"],
  ["tasks", "Manual tasks, with every correction"],
  ["materials", "Materials"],
  ["samples", "Samples"],
  ["equipment", "Equipment"],
  ["adjustments", "Adjustments by approved proposal"],
  ["commands", "Commands"],
  ["exceptions", "Exceptions"],
  ["outages", "Outages"],
  ["notes", "Notes"],
];

/** The record as it will be printed and exported; entries that were corrected show both values. */
export function RecordTab({ batch }: { batch: Batch }) {
  const record = useRecord(batch.id);
  return (
    <Asked query={record} lines={10}>
      {(r) => (
        <div className="stack-l">
          <Panel title={t("batches.batch_record", { number: r.batch.number })} right={<span className="muted">{t("batches.regenerated_from_the_journal")}</span>}>
            <div className="stack-l">
              {r.demo ? <p className="notice" data-tone="warning"><strong>{t("batches.demo_simulated")}</strong> {t("batches.this_record_comes_from")}</p> : null}
              <Facts
                of={[
                  [t("batches.recipe"), `${r.recipe.code ?? "–"} v${r.recipe.version ?? "–"}`],
                  [t("batches.recipe_digest"), <span key="d" className="mono">{short(r.recipe.content_digest)}</span>],
                  [t("batches.snapshot_digest"), <span key="s" className="mono">{short(r.recipe.snapshot_digest)}</span>],
                  [t("batches.order"), r.order.number ?? "–"],
                  [t("batches.journal"), t("batches.events", { events: r.journal.events })],
                  [t("batches.journal_digest"), <span key="j" className="mono">{short(r.journal.digest)}</span>],
                  [t("batches.record_digest"), <span key="r" className="mono" title={r.digest}>{short(r.digest)}</span>],
                ]}
              />
            </div>
          </Panel>
          <Panel flush>
            <Accordion multiple variant="default" chevronPosition="left" transitionDuration={0}>
              {PARTS.map(([key, words]) => {
                const rows = r[key];
                if (!Array.isArray(rows)) return null;
                return (
                  <Accordion.Item key={key} value={key}>
                    <Accordion.Control>
                      {words} <span className="muted">({rows.length})</span>
                    </Accordion.Control>
                    <Accordion.Panel>
                      <div className="list">{rows.length === 0 ? <p className="muted">{t("word.none_2")}</p> : <Table rows={rows as unknown as Record<string, unknown>[]} label={words} />}</div>
                    </Accordion.Panel>
                  </Accordion.Item>
                );
              })}
              <Accordion.Item value="formula">
                <Accordion.Control>{t("batches.formula_at_the_start")}</Accordion.Control>
                <Accordion.Panel>
                  <div className="cols">
                    <ContentView content={r.recipe.formula_at_start} />
                    <ContentView content={r.recipe.formula_at_end} />
                  </div>
                </Accordion.Panel>
              </Accordion.Item>
            </Accordion>
          </Panel>
        </div>
      )}
    </Asked>
  );
}

/** A plain table of whatever a part of the record holds: every field, in its own order. */
function Table({ rows, label }: { rows: Record<string, unknown>[]; label: string }) {
  const keys = [...new Set(rows.flatMap((r) => Object.keys(r)))].filter((k) => !k.endsWith("_us") && !rows.every((r) => r[k] === null || r[k] === undefined || r[k] === ""));
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table" data-compact>
        <thead>
          <tr>
            {keys.map((k) => (
              <th key={k} scope="col" style={{ padding: "6px 12px" }}>
                {k.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={i}>
              {keys.map((k) => (
                <td key={k}>
                  <ContentView content={r[k]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
