import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Entry as EntryShape } from "../../api/types";
import { count } from "../../format/number";
import { label, noun } from "../../format/words";
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
    <Asked query={found} lines={8} isEmpty={(e) => e === null} empty={<EmptyState title="This entry was not found">Open it from the ledger: the address needs the entry&apos;s sequence number.</EmptyState>}>
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
            {to ? <a href={to}>Open the {noun(entry.record_type)}</a> : null}
            <Link to="/record" search={{ record_id: entry.record_id } as never}>
              All entries of this record
            </Link>
          </>
        }
      />
      <div className="split-2">
        <div className="stack-l">
          <Panel title="Said">
            <Facts
              of={[
                ["By", `${entry.actor.name} (${entry.actor.kind})`],
                ["Action", <span className="mono" key="v">{entry.verb}</span>],
                ["Recorded", <BothTimes key="p" plant={entry.process_time} server={entry.time} />],
                ["Reason", entry.reason ?? "–"],
                ["Record", `${noun(entry.record_type)}, version ${entry.record_version}`],
                ["Entry id", <span className="mono" key="i">{entry.id}</span>],
              ]}
            />
          </Panel>
          <Panel title={entry.before === null ? "Entered" : "Changed"} flush>
            <div className="table-scroll">
              <table className="table" data-compact>
                <thead>
                  <tr>
                    <th scope="col" style={{ padding: "6px 12px" }}>Field</th>
                    {entry.before === null ? null : <th scope="col" style={{ padding: "6px 12px" }}>Before</th>}
                    <th scope="col" style={{ padding: "6px 12px" }}>After</th>
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
          <Panel title="Exact text that was hashed">
            <pre className="box" tabIndex={0}>
              {entry.body === "" ? "Withheld: this entry holds a credential. Its leaf hash is the server's; titer verify checks its bytes." : entry.body}
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
    <Panel title="Proof">
      {entry.leaf_index === null ? (
        <p className="muted">The entry is being sealed; its proof exists within a second.</p>
      ) : (
        <Asked query={proof} lines={5}>
          {({ p, tree, leaf, holds }) => (
            <div className="stack">
              <p>
                <StateBadge state={holds ? "holds" : "broken"} tone={holds ? "done" : "alarm"} word={holds ? "This entry is in the signed tree" : "The proof does not hold"} />
              </p>
              <p className="muted">Recomputed in this browser: the text beside is hashed, and hashed up the path to the root that the head was signed over (RFC 9162).</p>
              <Facts
                of={[
                  ["Leaf", `${count(p.leaf_index)} of ${count(p.tree_size)}`],
                  ["Signed by", tree?.signers.join(", ") ?? "–"],
                ]}
              />
              <h3>Leaf hash</h3>
              <p className="mono">{leaf}</p>
              <h3>Path ({p.path.length})</h3>
              <ol className="mono">
                {p.path.map((h, i) => (
                  <li key={i}>{h}</li>
                ))}
              </ol>
              <h3>Head</h3>
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
