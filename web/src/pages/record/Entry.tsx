import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Select } from "@mantine/core";
import { api } from "../../api/endpoints";
import { past } from "../../api/past";
import type { Entry as EntryShape } from "../../api/types";
import { count } from "../../format/number";
import { noun } from "../../format/words";
import { t } from "../../i18n";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { addressOf } from "../../shell/nav";
import { Changes } from "./Changes";
import { head, sentence, type Names } from "./sentence";
import { digestOf, leafHash, rootFrom, toBase64, fromHex } from "./merkle";

/** One entry: what it says, what it changed, and the proof that it is in the tree, recomputed in this browser. */
export default function Entry() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useQuery({ queryKey: ["ledger.entry", id], queryFn: ({ signal }) => past.entry(id, signal) });
  return (
    <Asked query={found} lines={8} >
      {(at) => <Body entry={at.entry} names={at.names} />}
    </Asked>
  );
}

function Body({ entry, names }: { entry: EntryShape; names: Names }) {
  const to = addressOf(entry.record_type, entry.record_id);
  return (
    <>
      <PageHead
        title={`Entry ${entry.leaf_index === null ? "(not sealed yet)" : count(entry.leaf_index)}`}
        sub={sentence(entry, names)}
        right={
          <>
            {to ? <a href={to}>{t("record.open_the")} {noun(entry.record_type)}</a> : null}
            <Link to="/record/past" search={{ type: entry.record_type, id: entry.record_id, version: String(entry.record_version) } as never}>
              {t("trail.past")}
            </Link>
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
            <Changes entry={entry} names={names} />
          </Panel>
          {entry.record_version > 2 ? <Compare entry={entry} /> : null}
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

/** Two versions of the record side by side, further apart than this entry's own change. */
function Compare({ entry }: { entry: EntryShape }) {
  const [older, setOlder] = useView("older");
  const from = Number(older ?? 1);
  const found = useQuery({
    queryKey: ["past", entry.record_type, entry.record_id, "difference", from, entry.record_version],
    queryFn: ({ signal }) => past.difference(entry.record_type, entry.record_id, from, entry.record_version, signal),
  });
  return (
    <Panel
      title={t("entry.compare", { older: from, newer: entry.record_version })}
      flush
      right={
        <Select
          size="xs"
          aria-label={t("entry.difference")}
          value={String(from)}
          onChange={(v) => setOlder(v ?? undefined)}
          allowDeselect={false}
          data={Array.from({ length: entry.record_version - 1 }, (_, i) => ({ value: String(i + 1), label: t("past.version", { n: i + 1 }) }))}
          w={150}
        />
      }
    >
      <Asked query={found} lines={3}>
        {(d) => <Changes entry={{ before: d.older.image, after: d.newer.image }} names={d.names} />}
      </Asked>
    </Panel>
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
