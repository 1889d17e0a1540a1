import { Button, Progress, Select, Tabs, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { api } from "../../api/endpoints";
import { past, type LedgerQuery } from "../../api/past";
import type { Verdict } from "../../api/types";
import { count } from "../../format/number";
import { fromLocal, toLocal } from "../../format/time";
import { noun } from "../../format/words";
import { t } from "../../i18n";
import { PageHead, Panel } from "../../parts/Panel";
import { Shape } from "../../parts/Shape";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { BothTimes } from "../../parts/TimeStamp";
import { useViews } from "../../parts/view";
import { useZone } from "../../parts/zone";
import { Checkpoints } from "./Checkpoints";
import { Witnesses } from "./Witnesses";
import { head, sentence, type Names } from "./sentence";

const FILTERS = ["text", "actor", "kind", "record_type", "record_id", "verb", "change", "since", "until", "clock"] as const;

/** The ledger: entries newest first in sentences, its signed heads, and the button that checks all of it. */
export default function Ledger() {
  const [search, setSearch] = useViews();
  const query: LedgerQuery = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const pages = useInfiniteQuery({
    queryKey: ["ledger", query],
    queryFn: ({ pageParam, signal }) => past.ledger({ ...query, before: pageParam ?? undefined, limit: 100 }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.next_before,
    // Only the first page changes; asking all pages anew on each event would be a flood.
    meta: { types: query.record_type ? query.record_type.split(",") : ["*"] },
    maxPages: 20,
  });
  const entries = pages.data?.pages.flatMap((p) => p.entries) ?? [];
  const names: Names = Object.assign({}, ...(pages.data?.pages.map((p) => p.names) ?? []));
  const tree = head(pages.data?.pages[0]?.checkpoint ?? null);
  const narrowed = Object.keys(query).length > 0;
  const tab = search.tab ?? "entries";
  return (
    <>
      <PageHead
        title={t("word.record")}
        sub={tree ? t("ledger.sealed", { n: count(tree.size), who: tree.signers.join(" and ") }) : t("record.the_ledger_of_every")}
        right={
          <>
            <Link to="/record/past">{t("past.title")}</Link>
            <Link to="/record/alcoa">{t("alcoa.title")}</Link>
            <Link to="/record/systems">{t("systems.title")}</Link>
            <Link to="/record/keeping">{t("keeping.title")}</Link>
          </>
        }
      />
      <div className="stack-l">
        <Verify />
        <Witnesses />
        <Tabs value={tab} onChange={(v) => setSearch({ tab: v === "entries" ? undefined : (v ?? undefined) })} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="entries">{t("ledger.entries")}</Tabs.Tab>
            <Tabs.Tab value="heads">{t("ledger.heads")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="entries">
            <Panel flush title={narrowed ? t("ledger.found") : t("record.entries_newest_first")} right={narrowed ? <Button size="xs" variant="subtle" onClick={() => setSearch(Object.fromEntries(FILTERS.map((f) => [f, undefined])))}>{t("ledger.clear")}</Button> : null}>
              <Filters key={JSON.stringify(query)} query={query} onChange={setSearch} />
              <Asked
                query={pages}
                isEmpty={() => entries.length === 0 && !pages.hasNextPage}
                empty={narrowed ? <EmptyState title={t("ledger.none")}>{t("ledger.none.why")}</EmptyState> : <EmptyState title={t("word.no_entries")}>{t("record.every_change_of_a")}</EmptyState>}
              >
                {() => (
                  <>
                    <ol aria-label={t("record.entries_of_the_ledger")}>
                      {entries.map((e) => (
                        <li key={e.id} className="sentence">
                          <span className="tabular muted right" style={{ minWidth: 62 }} title={e.leaf_index === null ? t("record.not_sealed_yet") : t("record.leaf_index")}>
                            {e.leaf_index === null ? "…" : count(e.leaf_index)}
                          </span>
                          <BothTimes plant={e.process_time} server={e.time} />
                          <span className="grow" style={{ overflowWrap: "anywhere" }}>
                            <Link to="/record/entries/$id" params={{ id: e.id }} style={{ color: "inherit" }}>
                              {sentence(e, names)}
                            </Link>
                          </span>
                          <span className="muted nowrap">{noun(e.record_type)}</span>
                        </li>
                      ))}
                    </ol>
                    {pages.hasNextPage ? (
                      <div style={{ padding: 10 }}>
                        {entries.length === 0 ? <p className="muted">{t("ledger.none.yet", { n: count(pages.data?.pages.at(-1)?.next_before ?? 0) })}</p> : null}
                        <Button variant="subtle" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                          {t("record.older_entries")}
                        </Button>
                      </div>
                    ) : null}
                  </>
                )}
              </Asked>
            </Panel>
          </Tabs.Panel>
          <Tabs.Panel value="heads">
            <Checkpoints />
          </Tabs.Panel>
        </Tabs>
      </div>
    </>
  );
}

/** Who, what, when, which change, and any word: what is set stands in the address. */
function Filters({ query, onChange }: { query: LedgerQuery; onChange: (next: Record<string, string | undefined>) => void }) {
  const zone = useZone();
  const own = query.clock === "process" ? zone : "UTC";
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.people(signal), staleTime: 300_000 });
  function submit(e: FormEvent<HTMLFormElement>) {
    e.preventDefault();
    const data = new FormData(e.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim() || undefined;
    onChange({
      text: text("text"),
      record_type: text("record_type"),
      record_id: text("record_id"),
      verb: text("verb"),
      since: fromLocal(text("since") ?? "", own) ?? undefined,
      until: fromLocal(text("until") ?? "", own) ?? undefined,
    });
  }
  return (
    <form className="filters" onSubmit={submit} role="search" aria-label={t("ledger.filter")}>
      <TextInput name="text" size="xs" label={t("ledger.text")} defaultValue={query.text ?? ""} />
      <Select
        size="xs"
        label={t("ledger.actor")}
        placeholder={t("record.everybody")}
        searchable
        clearable
        value={query.actor ?? (query.kind ? `kind:${query.kind}` : null)}
        onChange={(v) => (v?.startsWith("kind:") ? onChange({ actor: undefined, kind: v.slice(5) }) : onChange({ actor: v ?? undefined, kind: undefined }))}
        data={[
          { value: "kind:person", label: t("ledger.people") },
          { value: "kind:connection", label: t("ledger.connections") },
          { value: "kind:model", label: t("ledger.models") },
          { value: "kind:timer", label: t("ledger.timers") },
          ...(people.data ?? []).map((p) => ({ value: p.id, label: p.full_name })),
        ]}
      />
      <Select
        size="xs"
        label={t("ledger.change")}
        placeholder={t("ledger.any")}
        clearable
        value={query.change ?? null}
        onChange={(v) => onChange({ change: v ?? undefined })}
        data={[
          { value: "entered", label: t("ledger.entered") },
          { value: "changed", label: t("ledger.changed") },
          { value: "deleted", label: t("ledger.deleted") },
        ]}
      />
      <TextInput name="record_type" size="xs" label={t("record.record_type")} placeholder="lims_sample" defaultValue={query.record_type ?? ""} />
      <TextInput name="record_id" size="xs" label={t("record.record_id")} defaultValue={query.record_id ?? ""} />
      <TextInput name="verb" size="xs" label={t("ledger.verb")} placeholder="lims.result.*" defaultValue={query.verb ?? ""} />
      <Select
        size="xs"
        label={t("ledger.clock")}
        value={query.clock ?? "server"}
        allowDeselect={false}
        onChange={(v) => onChange({ clock: v === "process" ? "process" : undefined })}
        data={[
          { value: "server", label: t("time.server") },
          { value: "process", label: t("time.plant") },
        ]}
      />
      <TextInput name="since" type="datetime-local" step={1} size="xs" label={t("ledger.since", { zone: own })} defaultValue={query.since ? toLocal(query.since, own) : ""} />
      <TextInput name="until" type="datetime-local" step={1} size="xs" label={t("ledger.until", { zone: own })} defaultValue={query.until ? toLocal(query.until, own) : ""} />
      <Button type="submit" size="xs" variant="default">
        {t("record.filter")}
      </Button>
    </form>
  );
}

/** Tree, signed heads, witnesses, tables against entries, content: checked while you wait. */
function Verify() {
  const verify = useMutation({ mutationFn: () => api.verify() });
  const progress = useQuery({
    queryKey: ["verify.progress"],
    queryFn: ({ signal }) => past.verifying(signal),
    enabled: verify.isPending,
    refetchInterval: verify.isPending ? 400 : false,
    gcTime: 0,
  });
  const p = verify.isPending && progress.data?.running ? progress.data : undefined;
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
            <Progress value={p && p.total > 0 ? (100 * p.done) / p.total : 0} aria-label={t("record.verifying")} />
            <p className="muted tabular">{p ? t("ledger.progress", { what: p.what, done: count(p.done), total: count(p.total), s: p.seconds }) : t("record.every_entry_head_table")}</p>
          </>
        ) : verify.data ? (
          <Outcome verdict={verify.data} />
        ) : verify.error ? (
          <ErrorState error={verify.error} />
        ) : (
          <p className="muted">{t("record.recomputes_the_tree_from")}</p>
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
