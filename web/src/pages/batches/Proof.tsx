import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Batch } from "../../api/types";
import { count } from "../../format/number";
import { t } from "../../i18n";
import { BundleButton } from "../../parts/Download";
import { Facts, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { BothTimes } from "../../parts/TimeStamp";
import { head, sentence } from "../record/sentence";

/** The entries of this batch in the ledger, and how to check all of it without us. */
export function Proof({ batch }: { batch: Batch }) {
  const ledger = useQuery({ queryKey: ["ledger", "mes_batch", batch.id], queryFn: ({ signal }) => api.ledger({ record_type: "mes_batch", record_id: batch.id, limit: 200 }, signal), meta: { types: ["mes_batch"] } });
  return (
    <div className="split-2">
      <Panel title={t("batches.entries_of_the_batch")} flush>
        <Asked query={ledger} isEmpty={(p) => p.entries.length === 0} empty={<EmptyState title={t("word.no_entries")} />}>
          {(page) => (
            <ol>
              {page.entries.map((e) => (
                <li key={e.id} className="sentence">
                  <span className="tabular muted right" style={{ minWidth: 56 }}>
                    {e.leaf_index === null ? "…" : count(e.leaf_index)}
                  </span>
                  <BothTimes plant={e.process_time} server={e.time} />
                  <Link to="/record/entries/$id" params={{ id: e.id }} search={{ seq: String(e.seq) } as never} style={{ color: "inherit" }}>
                    {sentence(e, page.names)}
                  </Link>
                </li>
              ))}
            </ol>
          )}
        </Asked>
      </Panel>
      <Panel title={t("batches.check_it_without_us")}>
        <div className="stack">
          <p>{t("batches.the_bundle_of_the")}</p>
          <div>
            <BundleButton record_type="mes_batch" record_id={batch.id} name={batch.number} />
          </div>
          <pre className="box">{`titer export ${batch.number} --out DIR\npython3 verify/titer-verify.py DIR/${batch.number}.zip`}</pre>
          {(() => {
            const tree = head(ledger.data?.checkpoint ?? null);
            return tree ? (
              <Facts
                of={[
                  [t("batches.tree"), t("batches.entries", { n: count(tree.size) })],
                  [t("batches.root"), <span key="r" className="mono">{tree.root}</span>],
                  [t("batches.head_signed_by"), tree.signers.join(", ")],
                ]}
              />
            ) : null;
          })()}
          <p>
            <Link to="/record">{t("batches.verify_the_whole_record")}</Link>
          </p>
        </div>
      </Panel>
    </div>
  );
}
