import { Button, Select, Textarea } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { past, type TrailLine, type TrailReviewDetail } from "../../../api/past";
import { count } from "../../../format/number";
import { noun, short } from "../../../format/words";
import { t } from "../../../i18n";
import { Facts, PageHead, Panel } from "../../../parts/Panel";
import { SignButton } from "../../../parts/SignDialog";
import { Signatures } from "../../../parts/Signatures";
import { Asked, EmptyState, ErrorState } from "../../../parts/States";
import { StateBadge } from "../../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../../parts/TimeStamp";
import { useView } from "../../../parts/view";
import { addressOf } from "../../../shell/nav";
import { Changes } from "../../record/Changes";
import { sentence } from "../../record/sentence";

/** One audit-trail review: left what is to be read, in the middle the evidence, right what was seen and the outcome. */
export default function Trail() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useQuery({ queryKey: ["trail", id], queryFn: ({ signal }) => past.trail(id, signal), meta: { types: ["quality_audit_trail_review", "quality_trail_look"] } });
  return (
    <Asked query={found} lines={12}>
      {(detail) => <Reading detail={detail} />}
    </Asked>
  );
}

interface Group {
  key: string;
  title: string;
  lines: TrailLine[];
}

/** Flagged entries by the first rule that flags them, then what was drawn and is not flagged as well. */
function groupsOf({ review, titles }: TrailReviewDetail): Group[] {
  const by = new Map<string, TrailLine[]>();
  for (const line of review.flagged) {
    const rule = line.rules?.[0] ?? "";
    by.set(rule, [...(by.get(rule) ?? []), line]);
  }
  const groups = [...by].map(([rule, lines]) => ({ key: rule, title: t("trail.byrule", { title: titles[rule] ?? rule, n: lines.length }), lines }));
  const flagged = new Set(review.flagged.map((l) => l.entry));
  const drawn = review.sampled.filter((l) => !flagged.has(l.entry));
  if (drawn.length > 0) groups.push({ key: "sample", title: t("trail.bychance", { n: drawn.length }), lines: drawn });
  return groups;
}

function Reading({ detail }: { detail: TrailReviewDetail }) {
  const { review: r, unread } = detail;
  const [chosen, setChosen] = useView("entry");
  const groups = useMemo(() => groupsOf(detail), [detail]);
  const lines = useMemo(() => groups.flatMap((g) => g.lines), [groups]);
  const waiting = useMemo(() => new Set(unread), [unread]);
  const at = lines.find((l) => l.entry === chosen) ?? lines.find((l) => waiting.has(l.entry)) ?? lines[0];
  const move = (by: number) => {
    const i = lines.findIndex((l) => l.entry === at?.entry);
    const to = lines[Math.min(lines.length - 1, Math.max(0, i + by))];
    if (to) setChosen(to.entry);
  };
  const nextUnread = (done: readonly string[]) => {
    const left = lines.filter((l) => waiting.has(l.entry) && !done.includes(l.entry));
    const from = lines.findIndex((l) => l.entry === at?.entry);
    setChosen((left.find((l) => lines.indexOf(l) > from) ?? left[0])?.entry ?? at?.entry);
  };
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
  ]);
  return (
    <>
      <PageHead
        title={r.number}
        state={r.overdue ? <StateBadge state="overdue" word={t("trail.overdue")} /> : <StateBadge state={r.state} tone={r.state === "open" ? "active" : undefined} />}
        sub={`${r.subject_type} ${r.subject_name}`.replace("system the system", "the system")}
        right={
          <>
            <Link to="/review/trail">{t("trail.back")}</Link>
            {r.batch_id ? (
              <Link to="/review" search={{ batch: r.batch_id } as never}>
                {t("word.review")} {r.subject_name}
              </Link>
            ) : null}
          </>
        }
      />
      {at ? (
        <div className="split">
          <List groups={groups} at={at} detail={detail} choose={setChosen} />
          <Evidence key={at.entry} line={at} titles={detail.titles} />
          <div className="stack-l">
            {r.state === "open" ? <Look line={at} group={groups.find((g) => g.lines.includes(at))} detail={detail} onLooked={nextUnread} /> : null}
            <Outcome detail={detail} />
            <How detail={detail} />
          </div>
        </div>
      ) : (
        <div className="split-2">
          <Panel>
            <EmptyState title={t("trail.nothing")}>{t("trail.nothing.why")}</EmptyState>
          </Panel>
          <div className="stack-l">
            <Outcome detail={detail} />
            <How detail={detail} />
          </div>
        </div>
      )}
    </>
  );
}

function List({ groups, at, detail, choose }: { groups: Group[]; at: TrailLine; detail: TrailReviewDetail; choose: (id: string) => void }) {
  const looks = new Map(detail.looks.map((l) => [l.entry_id, l]));
  const all = groups.reduce((n, g) => n + g.lines.length, 0);
  return (
    <Panel title={t("trail.list")} flush right={<span className="muted tabular">{t("trail.read", { n: all - detail.unread.length, m: all })}</span>}>
      <div className="trail-list">
        {groups.map((g) => (
          <section key={g.key} aria-label={g.title}>
            <h3 className="trail-group">{g.title}</h3>
            <ul className="list">
              {g.lines.map((l) => {
                const look = looks.get(l.entry);
                return (
                  <li key={l.entry}>
                    <button type="button" className="pick" aria-current={l.entry === at.entry} onClick={() => choose(l.entry)}>
                      <span className="row" style={{ justifyContent: "space-between" }}>
                        <span>
                          {noun(l.record_type)} {detail.names[l.record_id] ?? ""} <span className="muted">v{l.version}</span>
                        </span>
                        {look ? (
                          <StateBadge state={look.verdict} tone={look.verdict === "finding" ? "warning" : "done"} word={look.verdict === "finding" ? t("trail.finding") : t("trail.nofinding")} />
                        ) : (
                          <StateBadge state="waiting" word={t("trail.unread")} />
                        )}
                      </span>
                      <span className="muted tabular" style={{ display: "block" }}>
                        {l.actor}, <TimeStamp at={l.process_time} server={l.time} precision="minute" />
                      </span>
                    </button>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
      </div>
      <p className="muted" style={{ padding: "6px 14px" }}>
        {t("trail.next")}
      </p>
    </Panel>
  );
}

function Evidence({ line, titles }: { line: TrailLine; titles: Record<string, string> }) {
  const found = useQuery({ queryKey: ["ledger.entry", line.entry], queryFn: ({ signal }) => past.entry(line.entry, signal), staleTime: Number.POSITIVE_INFINITY });
  const to = addressOf(line.record_type, line.record_id);
  return (
    <Panel title={t("trail.evidence")}>
      <Asked query={found} lines={8}>
        {({ entry, names }) => (
          <div className="stack-l">
            <p style={{ overflowWrap: "anywhere" }}>
              <strong>{sentence(entry, names)}</strong>
            </p>
            {line.rules?.length ? (
              <ul className="stack" aria-label={t("trail.flagged")}>
                {line.rules.map((rule) => (
                  <li key={rule}>
                    <StateBadge state="exception" tone="warning" word={titles[rule] ?? rule} />
                  </li>
                ))}
              </ul>
            ) : null}
            <Facts
              of={[
                [t("word.by"), `${entry.actor.name} (${entry.actor.kind})`],
                [t("word.action"), <span className="mono" key="v">{entry.verb}</span>],
                [t("word.recorded"), <BothTimes key="t" plant={entry.process_time} server={entry.time} />],
                [t("word.reason"), entry.reason ?? "–"],
              ]}
            />
            <Changes entry={entry} names={names} />
            <div className="row" style={{ gap: 16 }}>
              <Link to="/record/entries/$id" params={{ id: entry.id }}>
                {t("trail.entry")}
              </Link>
              <Link to="/record/past" search={{ type: line.record_type, id: line.record_id, version: String(line.version) } as never}>
                {t("trail.past")}
              </Link>
              {to ? <a href={to}>{`${t("word.open")} ${noun(line.record_type)}`}</a> : null}
            </div>
          </div>
        )}
      </Asked>
    </Panel>
  );
}

function Look({ line, group, detail, onLooked }: { line: TrailLine; group: Group | undefined; detail: TrailReviewDetail; onLooked: (done: readonly string[]) => void }) {
  const [note, setNote] = useState("");
  const client = useQueryClient();
  const look = useMutation({
    mutationFn: (what: { entry_ids: string[]; verdict: string }) => past.look(detail.review.id, { ...what, note: note.trim() }),
    onSuccess: (_, what) => {
      setNote("");
      void client.invalidateQueries({ queryKey: ["trail", detail.review.id] });
      onLooked(what.entry_ids);
    },
  });
  const clean = (ids: string[]) => look.mutate({ entry_ids: ids, verdict: "no finding" });
  const waiting = new Set(detail.unread);
  const rest = group?.lines.filter((l) => waiting.has(l.entry)).map((l) => l.entry) ?? [];
  const known = detail.looks.find((l) => l.entry_id === line.entry);
  useHotkeys([["r", () => !look.isPending && clean([line.entry])]]);
  return (
    <Panel title={t("trail.verdict")}>
      <div className="stack">
        {known ? (
          <p>
            {t("trail.by", { verdict: known.verdict, who: known.person })} <TimeStamp at={known.recorded_at} precision="minute" />
            {known.note ? <span className="muted"> {known.note}</span> : null}
          </p>
        ) : null}
        <Textarea label={t("trail.note")} description={t("trail.note.hint")} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} />
        <div className="row">
          <Button onClick={() => clean([line.entry])} loading={look.isPending}>
            {t("trail.look")}
          </Button>
          <Button variant="default" disabled={!note.trim()} onClick={() => look.mutate({ entry_ids: [line.entry], verdict: "finding" })}>
            {t("trail.lookfinding")}
          </Button>
        </div>
        {rest.length > 1 ? (
          <div>
            <Button variant="subtle" size="xs" onClick={() => clean(rest)}>
              {t("trail.lookall", { n: rest.length })}
            </Button>
          </div>
        ) : null}
        {look.error ? <ErrorState error={look.error} /> : null}
      </div>
    </Panel>
  );
}

function Outcome({ detail }: { detail: TrailReviewDetail }) {
  const { review: r, unread } = detail;
  const rules = useQuery({ queryKey: ["trail.rules"], queryFn: ({ signal }) => past.rules(signal), staleTime: Number.POSITIVE_INFINITY });
  const [outcome, setOutcome] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  if (r.state !== "open") {
    return (
      <>
        <Panel title={t("trail.outcome")} right={<StateBadge state={r.state} />}>
          <Facts
            of={[
              [t("trail.outcome"), r.outcome ?? "–"],
              [t("trail.comment"), r.comment ?? "–"],
              [t("trail.reviewed"), <TimeStamp key="r" at={r.process_at} server={r.recorded_at} />],
            ]}
          />
        </Panel>
        <Signatures record_type="quality_audit_trail_review" record_id={r.id} />
      </>
    );
  }
  return (
    <Panel title={t("trail.outcome")}>
      <div className="stack">
        <Select label={t("trail.outcome")} placeholder={t("trail.outcome.choose")} data={rules.data?.outcomes ?? []} value={outcome} onChange={setOutcome} />
        <Textarea label={t("trail.comment")} value={comment} onChange={(e) => setComment(e.currentTarget.value)} autosize minRows={2} />
        {unread.length > 0 ? (
          <p className="muted" role="status">
            {unread.length === 1 ? t("trail.left.one") : t("trail.left", { n: unread.length })}
          </p>
        ) : null}
        <div>
          <SignButton
            label={t("trail.sign")}
            disabled={!outcome || unread.length > 0}
            request={{ record_type: "quality_audit_trail_review", record_id: r.id, meaning: "reviewed", data: { outcome: outcome ?? "", comment: comment.trim() } }}
          />
        </div>
      </div>
    </Panel>
  );
}

/** So that anybody can draw the sample again: the population, the seed, the algorithm, the rules. */
function How({ detail }: { detail: TrailReviewDetail }) {
  const r = detail.review;
  const again = useMutation({ mutationFn: () => past.reproduce(r.id) });
  const same = again.data && again.data.same_population && again.data.same_sample && again.data.same_flags;
  return (
    <Panel title={t("trail.how")}>
      <div className="stack">
        <Facts
          of={[
            [t("trail.population"), <span key="p">{t("trail.population.is", { n: count(r.entries), seq: count(r.upto_seq) })} <span className="mono">{short(r.population)}</span></span>],
            ...(r.period_from ? [[t("trail.period"), <span key="f"><TimeStamp at={r.period_from} precision="minute" /> – <TimeStamp at={r.period_to} precision="minute" /></span>] as [string, React.ReactNode]] : []),
            [t("trail.seed"), <span className="mono" key="s">{r.seed}</span>],
            [t("trail.rules"), <span key="u">{t("trail.rules.is", { n: r.ruleset_version })} <span className="mono">{short(r.ruleset_digest)}</span></span>],
          ]}
        />
        <p className="muted">{t("trail.algorithm")}</p>
        <div className="row">
          <Button size="xs" variant="default" onClick={() => again.mutate()} loading={again.isPending}>
            {t("trail.again")}
          </Button>
        </div>
        <div role="status">
          {again.data ? <StateBadge state={same ? "holds" : "broken"} word={same ? t("trail.same") : t("trail.other")} /> : null}
          {again.error ? <ErrorState error={again.error} /> : null}
        </div>
      </div>
    </Panel>
  );
}
