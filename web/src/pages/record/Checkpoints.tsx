import { Button, Radio } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { past } from "../../api/past";
import { count } from "../../format/number";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useViews } from "../../parts/view";
import { rootsFrom, fromBase64, toBase64 } from "./merkle";
import { head } from "./sentence";

/** Signed heads of the tree, and the proof, checked in this browser, that one is the beginning of another. */
export function Checkpoints() {
  const [search, setSearch] = useViews();
  const pages = useInfiniteQuery({
    queryKey: ["checkpoints"],
    queryFn: ({ pageParam, signal }) => past.checkpoints({ before: pageParam ?? undefined, limit: 50 }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next_before,
  });
  const rows = pages.data?.pages.flatMap((p) => p.checkpoints) ?? [];
  const first = Number(search.first ?? rows[1]?.tree_size ?? 0);
  const second = Number(search.second ?? rows[0]?.tree_size ?? 0);
  return (
    <div className="split-2">
      <Panel title={t("heads.title", { n: count(pages.data?.pages[0]?.total ?? 0) })} flush>
        <Asked query={pages} isEmpty={() => rows.length === 0} empty={<EmptyState title={t("heads.none")}>{t("heads.none.why")}</EmptyState>}>
          {() => (
            <>
              <div className="table-scroll" tabIndex={0} role="region" aria-label={t("heads.list")}>
                <table className="table" data-compact>
                  <thead>
                    <tr>
                      <th scope="col" className="pad">{t("heads.older")}</th>
                      <th scope="col" className="pad">{t("heads.newer")}</th>
                      <th scope="col" className="pad" data-align="right">{t("heads.size")}</th>
                      <th scope="col" className="pad">{t("heads.at")}</th>
                      <th scope="col" className="pad">{t("word.signed_by")}</th>
                      <th scope="col" className="pad">{t("heads.root")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((r) => {
                      const told = head(r.note);
                      const n = String(r.tree_size);
                      return (
                        <tr key={r.tree_size}>
                          <td>
                            <Radio name="first" aria-label={`${t("heads.older")}: ${count(r.tree_size)}`} checked={first === r.tree_size} disabled={r.tree_size > second} onChange={() => setSearch({ first: n })} />
                          </td>
                          <td>
                            <Radio name="second" aria-label={`${t("heads.newer")}: ${count(r.tree_size)}`} checked={second === r.tree_size} disabled={r.tree_size < first} onChange={() => setSearch({ second: n })} />
                          </td>
                          <td data-align="right">{count(r.tree_size)}</td>
                          <td data-nowrap>
                            <TimeStamp at={r.sealed_at} />
                          </td>
                          <td>
                            {told?.signers.join(", ")} {r.witnessed ? <StateBadge state="witnessed" /> : <StateBadge state="not witnessed" tone="warning" />}
                          </td>
                          <td className="mono nowrap">{told?.root.slice(0, 8)}</td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
              {pages.hasNextPage ? (
                <div style={{ padding: 10 }}>
                  <Button variant="subtle" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                    {t("heads.more")}
                  </Button>
                </div>
              ) : null}
            </>
          )}
        </Asked>
      </Panel>
      <Consistency first={first} second={second} />
    </div>
  );
}

function Consistency({ first, second }: { first: number; second: number }) {
  const proof = useMutation({
    mutationFn: async () => {
      const c = await past.consistency(first, second);
      const [older, newer] = [head(c.first.note), head(c.second.note)];
      if (!older || !newer || older.size !== first || newer.size !== second) return { c, holds: false };
      const roots = await rootsFrom(first, second, fromBase64(older.root), c.path);
      return { c, holds: roots !== null && toBase64(roots[0]) === older.root && toBase64(roots[1]) === newer.root };
    },
  });
  const stale = proof.data && (proof.data.c.first.tree_size !== first || proof.data.c.second.tree_size !== second);
  return (
    <Panel title={t("heads.proof")}>
      <div className="stack">
        <p className="muted">{t("heads.proof.why")}</p>
        <div>
          <Button onClick={() => proof.mutate()} loading={proof.isPending} disabled={!first || !second || first > second}>
            {t("heads.prove", { first: count(first), second: count(second) })}
          </Button>
        </div>
        <div role="status" className="stack">
          {proof.error ? <ErrorState error={proof.error} /> : null}
          {proof.data && !stale ? (
            <>
              <p>
                <StateBadge state={proof.data.holds ? "holds" : "broken"} word={proof.data.holds ? t("heads.holds", { first: count(first), second: count(second) }) : t("heads.broken")} />
              </p>
              <p className="muted">{t("heads.path", { n: proof.data.c.path.length })}</p>
              <ol className="mono">
                {proof.data.c.path.map((h, i) => (
                  <li key={i}>{h}</li>
                ))}
              </ol>
            </>
          ) : null}
        </div>
      </div>
    </Panel>
  );
}
