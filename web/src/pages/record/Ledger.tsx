import { Button, Progress, SegmentedControl, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "../../api/endpoints";
import type { Verdict } from "../../api/types";
import { count } from "../../format/number";
import { noun } from "../../format/words";
import { t } from "../../i18n";
import { PageHead, Panel } from "../../parts/Panel";
import { Shape } from "../../parts/Shape";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { BothTimes } from "../../parts/TimeStamp";
import { useViews } from "../../parts/view";
import { head, sentence, type Names } from "./sentence";

/** The ledger, newest first, in sentences; and the button that checks all of it. */
export default function Ledger() {
  const [search, setSearch] = useViews();
  const record_type = search.record_type;
  const record_id = search.record_id;
  const pages = useInfiniteQuery({
    queryKey: ["ledger", record_type, record_id],
    queryFn: ({ pageParam, signal }) => api.ledger({ before: pageParam ?? undefined, limit: 100, record_type, record_id }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next_before,
    // Only the first page changes; asking all pages anew on each event would be a flood.
    meta: { types: record_type ? [record_type] : ["*"] },
    maxPages: 20,
  });
  const entries = pages.data?.pages.flatMap((p) => p.entries) ?? [];
  const names: Names = Object.assign({}, ...(pages.data?.pages.map((p) => p.names) ?? []));
  const shown = search.who === "people" ? entries.filter((e) => e.actor.kind === "person") : entries;
  const tree = head(pages.data?.pages[0]?.checkpoint ?? null);
  return (
    <>
      <PageHead
        title={t("word.record")}
        sub={tree ? `${count(tree.size)} entries sealed; head signed by ${tree.signers.join(" and ")}` : t("record.the_ledger_of_every")}
      />
      <div className="stack-l">
        <Verify />
        <Panel
          title={t("record.entries_newest_first")}
          flush
          right={
            <>
            <SegmentedControl
              size="xs"
              aria-label={t("record.whose_entries")}
              value={search.who === "people" ? "people" : "all"}
              onChange={(v) => setSearch({ who: v === "people" ? "people" : undefined })}
              data={[
                { value: "all", label: t("record.everybody") },
                { value: "people", label: t("word.people") },
              ]}
            />
            <form
              className="row"
              onSubmit={(e) => {
                e.preventDefault();
                const data = new FormData(e.currentTarget);
                setSearch({ record_type: String(data.get("type") ?? "").trim() || undefined, record_id: String(data.get("id") ?? "").trim() || undefined });
              }}
            >
              <TextInput key={`t${record_type}`} name="type" size="xs" aria-label={t("record.record_type")} placeholder={t("record.record_type_e_g")} defaultValue={record_type ?? ""} w={210} />
              <TextInput key={`i${record_id}`} name="id" size="xs" aria-label={t("record.record_id")} placeholder={t("record.record_id")} defaultValue={record_id ?? ""} w={160} />
              <Button type="submit" size="xs" variant="default">
                {t("record.filter")}
              </Button>
              {record_type || record_id ? (
                <Button size="xs" variant="subtle" onClick={() => setSearch({ record_type: undefined, record_id: undefined })}>
                  {t("record.all")}
                </Button>
              ) : null}
            </form>
            </>
          }
        >
          <Asked query={pages} isEmpty={() => entries.length === 0} empty={<EmptyState title={t("word.no_entries")}>{t("record.every_change_of_a")}</EmptyState>}>
            {() => (
              <>
                <ol aria-label={t("record.entries_of_the_ledger")}>
                  {shown.map((e) => (
                    <li key={e.id} className="sentence">
                      <span className="tabular muted right" style={{ minWidth: 62 }} title={e.leaf_index === null ? t("record.not_sealed_yet") : t("record.leaf_index")}>
                        {e.leaf_index === null ? "…" : count(e.leaf_index)}
                      </span>
                      <BothTimes plant={e.process_time} server={e.time} />
                      <span className="grow" style={{ overflowWrap: "anywhere" }}>
                        <Link to="/record/entries/$id" params={{ id: e.id }} search={{ seq: String(e.seq) } as never} style={{ color: "inherit" }}>
                          {sentence(e, names)}
                        </Link>
                      </span>
                      <span className="muted nowrap">{noun(e.record_type)}</span>
                    </li>
                  ))}
                </ol>
                {shown.length === 0 ? <p className="muted" style={{ padding: "10px 14px" }}>{t("record.none_of_the", { n: count(entries.length) })}</p> : null}
                {pages.hasNextPage ? (
                  <div style={{ padding: 10 }}>
                    <Button variant="subtle" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                      {t("record.older_entries")}
                    </Button>
                  </div>
                ) : null}
              </>
            )}
          </Asked>
        </Panel>
      </div>
    </>
  );
}

/** Tree, signed heads, witnesses, tables against entries, content: checked while you wait. */
function Verify() {
  const [began, setBegan] = useState(0);
  const [waited, setWaited] = useState(0);
  const verify = useMutation({
    mutationFn: () => {
      setBegan(performance.now());
      return api.verify();
    },
  });
  useEffect(() => {
    if (!verify.isPending) return;
    const timer = setInterval(() => setWaited(performance.now() - began), 200);
    return () => clearInterval(timer);
  }, [verify.isPending, began]);
  return (
    <Panel
      title={t("record.does_the_record_hold")}
      right={
        <Button onClick={() => verify.mutate()} loading={verify.isPending}>
          {t("record.verify")}
        </Button>
      }
    >
      <div role="status" className="stack">
        {verify.isPending ? (
          <>
            <Progress value={100} animated aria-label={t("record.verifying")} />
            <p className="muted tabular">{t("record.every_entry_head_table")} {(waited / 1000).toFixed(0)} s</p>
          </>
        ) : verify.data ? (
          <Outcome verdict={verify.data} />
        ) : verify.error ? (
          <ErrorState error={verify.error} />
        ) : (
          <p className="muted">
            {t("record.recomputes_the_tree_from")}
          </p>
        )}
      </div>
    </Panel>
  );
}

export function Outcome({ verdict }: { verdict: Verdict }) {
  const seconds = Number(verdict.seconds);
  return (
    <div className="notice" data-tone={verdict.holds ? undefined : "alarm"} data-testid="verdict">
      <p className="row">
        <Shape tone={verdict.holds ? "done" : "alarm"} size={16} />
        <strong style={verdict.holds ? undefined : { color: "var(--t-alarm)" }}>{verdict.sentence}</strong>
      </p>
      <p className="muted tabular">
        {count(verdict.entries)} {t("record.entries_in")} {verdict.seconds} s{seconds > 0 ? t("record.entries_s", { n: count(verdict.entries / seconds) }) : ""}
        {verdict.root ? (
          <>
            {t("record.root")} <span className="mono">{verdict.root}</span>
          </>
        ) : null}
      </p>
      {!verdict.holds && verdict.first_fault ? <p className="mono">{verdict.first_fault}</p> : null}
      <p className="muted">
        {Object.entries(verdict.checked)
          .map(([what, n]) => `${count(n)} ${what}`)
          .join(" · ")}
      </p>
    </div>
  );
}
