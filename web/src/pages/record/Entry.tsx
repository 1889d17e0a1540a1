import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Entry as EntryShape } from "../../api/types";
import { count } from "../../format/number";
import { label, noun } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";
import { addressOf } from "../../shell/nav";
import { changes, head, sentence, type Names } from "./sentence";
import { digestOf, leafHash, rootFrom, toBase64, fromHex } from "./merkle";

/** One entry: what it says, what it changed, and the proof that it is in the tree, recomputed in this browser. */
export default function Entry() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { seq } = useSearch({ strict: false }) as { seq?: string };
  const found = useQuery({
    queryKey: ["ledger.entry", id, seq],
    queryFn: async ({ signal }): Promise<{ entry: EntryShape; names: Names } | null> => {
      const before = seq ? Number(seq) + 1 : undefined;
      const page = await api.ledger({ before, limit: seq ? 1 : 500 }, signal);
      const entry = page.entries.find((e) => e.id === id);
      return entry ? { entry, names: page.names } : null;
    },
  });
  return (
    <Asked query={found} lines={8} isEmpty={(e) => e === null} empty={<EmptyState title={t("record.this_entry_was_not")}>{t("record.open_it_from_the")}</EmptyState>}>
      {(at) => (at ? <Body entry={at.entry} names={at.names} /> : null)}
    </Asked>
  );
}

function Body({ entry, names }: { entry: EntryShape; names: Names }) {
  const to = addressOf(entry.record_type, entry.record_id);
  const all = changes(entry);
  return (
    <>
      <PageHead
        title={`Entry ${entry.leaf_index === null ? "(not sealed yet)" : count(entry.leaf_index)}`}
        sub={sentence(entry, names)}
        right={
          <>
            {to ? <a href={to}>{t("record.open_the")} {noun(entry.record_type)}</a> : null}
            <Link to="/record" search={{ record_id: entry.record_id } as never}>
              {t("record.all_entries_of_this")}
            </Link>
          </>
        }
      />
      <div className="split-2">
        <div className="stack-l">
          <Panel title={t("record.said")}>
            <Facts
              of={[
                [t("word.by"), `${entry.actor.name} (${entry.actor.kind})`],
                [t("word.action"), <span className="mono" key="v">{entry.verb}</span>],
                [t("word.recorded"), <BothTimes key="p" plant={entry.process_time} server={entry.time} />],
                [t("word.reason"), entry.reason ?? "–"],
                [t("word.record"), t("record.version", { n: noun(entry.record_type), record_version: entry.record_version })],
                [t("record.entry_id"), <span className="mono" key="i">{entry.id}</span>],
              ]}
            />
          </Panel>
          <Panel title={entry.before === null ? t("word.entered") : t("word.changed")} flush>
            <div className="table-scroll">
              <table className="table" data-compact>
                <thead>
                  <tr>
                    <th scope="col" style={{ padding: "6px 12px" }}>{t("record.field")}</th>
                    {entry.before === null ? null : <th scope="col" style={{ padding: "6px 12px" }}>{t("record.before")}</th>}
                    <th scope="col" style={{ padding: "6px 12px" }}>{t("record.after")}</th>
                  </tr>
                </thead>
                <tbody className="diff">
                  {all.map((c) => (
                    <tr key={c.field}>
                      <td className="muted nowrap">{label(c.field)}</td>
                      {entry.before === null ? null : (
                        <td>
                          <del>
                            <ContentView content={c.before} names={names} />
                          </del>
                        </td>
                      )}
                      <td>{entry.before === null ? <ContentView content={c.after} names={names} /> : <ins><ContentView content={c.after} names={names} /></ins>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Panel>
          <Panel title={t("record.exact_text_that_was")}>
            <pre className="box" tabIndex={0}>
              {entry.body === "" ? t("record.withheld_this_entry_holds") : entry.body}
            </pre>
          </Panel>
        </div>
        <Proof entry={entry} />
      </div>
    </>
  );
}

function Proof({ entry }: { entry: EntryShape }) {
  const proof = useQuery({
    queryKey: ["ledger.proof", entry.id],
    queryFn: async ({ signal }) => {
      const p = await api.proof(entry.id, signal);
      const tree = head(p.checkpoint);
      const leaf = entry.body === "" ? fromHex(p.leaf_hash) : await leafHash(entry.body);
      const root = await rootFrom(p.leaf_index, p.tree_size, leaf, p.path);
      const holds = tree !== null && tree.size === p.tree_size && digestOf(leaf) === p.leaf_hash && root !== null && toBase64(root) === tree.root;
      return { p, tree, leaf: digestOf(leaf), holds };
    },
    enabled: entry.leaf_index !== null,
    retry: 1,
  });
  return (
    <Panel title={t("record.proof")}>
      {entry.leaf_index === null ? (
        <p className="muted">{t("record.the_entry_is_being")}</p>
      ) : (
        <Asked query={proof} lines={5}>
          {({ p, tree, leaf, holds }) => (
            <div className="stack">
              <p>
                <StateBadge state={holds ? "holds" : "broken"} tone={holds ? "done" : "alarm"} word={holds ? t("record.this_entry_is_in") : t("record.the_proof_does_not")} />
              </p>
              <p className="muted">{t("record.recomputed_in_this_browser")}</p>
              <Facts
                of={[
                  [t("record.leaf"), t("record.of", { n: count(p.leaf_index), n2: count(p.tree_size) })],
                  [t("word.signed_by"), tree?.signers.join(", ") ?? "–"],
                ]}
              />
              <h3>{t("record.leaf_hash")}</h3>
              <p className="mono">{leaf}</p>
              <h3>{t("record.path")}{p.path.length})</h3>
              <ol className="mono">
                {p.path.map((h, i) => (
                  <li key={i}>{h}</li>
                ))}
              </ol>
              <h3>{t("record.head")}</h3>
              <pre className="box" tabIndex={0}>
                {p.checkpoint}
              </pre>
            </div>
          )}
        </Asked>
      )}
    </Panel>
  );
}
