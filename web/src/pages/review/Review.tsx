import { Button, Select, Tabs } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { BatchReview, Check } from "../../api/types";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Shape } from "../../parts/Shape";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { wordOf } from "../../parts/states";
import { useViews } from "../../parts/view";
import { addressOf } from "../../shell/nav";
import { AuditTrail } from "./AuditTrail";
import { Deviations } from "./Deviations";
import { Exceptions, type Decided } from "./Exceptions";

/** Review by exception: what ran, what did not pass, what a person said about it, and the signature at the end. */
export default function Review() {
  const [search, setSearch] = useViews();
  const batches = useQuery({ queryKey: ["dispositions"], queryFn: ({ signal }) => api.dispositions(signal), meta: { types: ["quality_"] } });
  const alone = useAlone();
  const open = alone?.exceptions.filter((e) => e.state === "open").length ?? 0;
  const linked = alone?.exceptions.some((e) => e.id === search.exception) && !search.batch;
  const chosen = linked ? ALONE : search.batch ?? batches.data?.find((b) => !["released", "rejected"].includes(b.state))?.batch_id ?? batches.data?.[0]?.batch_id;
  return (
    <>
      <PageHead
        title={t("word.review")}
        sub={t("review.by_exception_what_passed")}
        right={
          <>
          <Link to="/review/trail">{t("trail.title")}</Link>
          {batches.data && (batches.data.length > 0 || open > 0) ? (
            <Select
              aria-label={t("word.batch")}
              size="sm"
              w={300}
              value={chosen ?? null}
              onChange={(v) => setSearch({ batch: v ?? undefined, exception: undefined, deviation: undefined })}
              data={[
                ...batches.data.map((b) => ({ value: b.batch_id, label: `${b.batch_number}  ${b.state.replaceAll("_", " ")}` })),
                { value: ALONE, label: t("review.alone", { n: open }) },
              ]}
              allowDeselect={false}
            />
          ) : null}
          </>
        }
      />
      {chosen === ALONE && alone ? (
        <Exceptions review={alone} />
      ) : (
      <Asked query={batches} empty={<EmptyState title={t("review.no_batch_to_review")}>{t("review.a_batch_comes_here")}</EmptyState>}>
        {() => (chosen && chosen !== ALONE ? <OfBatch batch={chosen} /> : null)}
      </Asked>
      )}
    </>
  );
}

const ALONE = "none";

/** The exceptions that belong to no batch (an interface, a source of copies, an account), with the deviations of none. */
function useAlone(): Decided | undefined {
  const meta = { types: ["quality_"] };
  const exceptions = useQuery({ queryKey: ["exceptions"], queryFn: ({ signal }) => api.exceptions({}, signal), meta });
  const deviations = useQuery({ queryKey: ["deviations"], queryFn: ({ signal }) => api.deviations({}, signal), meta });
  if (!exceptions.data || !deviations.data) return undefined;
  return { exceptions: exceptions.data.filter((e) => e.batch_id === null), deviations: deviations.data.filter((d) => d.batch_id === null) };
}

export function useReview(batch: string) {
  return useQuery({ queryKey: ["review", batch], queryFn: ({ signal }) => api.review(batch, signal), meta: { types: ["quality_", "lims_", "insight_alert", "mes_batch", "mes_task"] } });
}

function OfBatch({ batch }: { batch: string }) {
  const [search, setSearch] = useViews();
  const review = useReview(batch);
  const tab = search.tab ?? "exceptions";
  return (
    <Asked query={review} lines={12}>
      {(found) => {
        const open = found.exceptions.filter((e) => e.state === "open").length;
        const devs = found.deviations.filter((d) => d.state !== "closed").length;
        return (
          <div className="stack-l">
            <Head review={found} />
            {DECIDED.includes(found.disposition.state) ? <Signatures record_type="quality_disposition" record_id={found.disposition.id} /> : null}
            <Tabs value={tab} onChange={(v) => setSearch({ tab: v === "exceptions" ? undefined : (v ?? undefined) })} keepMounted={false}>
              <Tabs.List mb="md">
                <Tabs.Tab value="exceptions">{t("review.exceptions", { n: open })}</Tabs.Tab>
                <Tabs.Tab value="deviations">{t("review.deviations", { n: devs })}</Tabs.Tab>
                <Tabs.Tab value="trail">{t("review.audit_trail_review")}</Tabs.Tab>
                <Tabs.Tab value="checks">{t("review.checks", { n: found.checks.length })}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="exceptions">
                <Exceptions review={found} />
              </Tabs.Panel>
              <Tabs.Panel value="deviations">
                <Deviations review={found} />
              </Tabs.Panel>
              <Tabs.Panel value="trail">
                <AuditTrail review={found} />
              </Tabs.Panel>
              <Tabs.Panel value="checks">
                <Checks checks={found.checks} />
              </Tabs.Panel>
            </Tabs>
          </div>
        );
      }}
    </Asked>
  );
}

const DECIDED = ["released", "rejected", "recalled"];

function Head({ review }: { review: BatchReview }) {
  const { disposition: d, blockers, sentence } = review;
  const client = useQueryClient();
  const begin = useMutation({ mutationFn: () => api.beginReview(d.batch_id), onSuccess: () => void client.invalidateQueries({ queryKey: ["review"] }) });
  const decided = DECIDED.includes(d.state);
  return (
    <Panel>
      <div className="stack">
        <div className="row" style={{ justifyContent: "space-between" }}>
          <div className="row" style={{ gap: 16 }}>
            <Link to="/batches/$id" params={{ id: d.batch_id }} style={{ fontSize: 17, fontWeight: 600 }}>
              {d.batch_number}
            </Link>
            <StateBadge state={d.state} />
            <span data-testid="coverage">{sentence}</span>
            {d.decided_at ? <TimeStamp at={d.process_at} server={d.decided_at} /> : null}
          </div>
          <div className="row">
            {["awaiting_review", "under_review"].includes(d.state) ? (
              <Button variant="default" onClick={() => begin.mutate()} loading={begin.isPending}>
                {d.state === "awaiting_review" ? t("review.begin_review") : t("review.run_all_checks_again")}
              </Button>
            ) : null}
            {!decided ? (
              <>
                <SignButton label={t("word.reject")} variant="default" request={{ record_type: "quality_disposition", record_id: d.id, meaning: "rejected", data: {} }} />
                <SignButton
                  label={t("review.release")}
                  disabled={blockers.length > 0}
                  request={{ record_type: "quality_disposition", record_id: d.id, meaning: "released", data: {} }}
                />
              </>
            ) : null}
          </div>
        </div>
        {begin.error ? <ErrorState error={begin.error} /> : null}
        {!decided && blockers.length > 0 ? (
          <div className="notice" data-tone="warning">
            <p className="row">
              <Shape tone="warning" /> <strong>{t("review.what_blocks_the_release_2", { n: blockers.length })}</strong>
            </p>
            <ul style={{ listStyle: "disc", paddingLeft: 24, maxHeight: 160, overflowY: "auto" }} tabIndex={0} aria-label={t("review.what_blocks_the_release")}>
              {blockers.map((b) => (
                <li key={b}>{b}</li>
              ))}
            </ul>
          </div>
        ) : null}
      </div>
    </Panel>
  );
}

/** An exception stays one when somebody has disposed of it; the word says so. */
const settled = (c: Check) => c.outcome === "exception" && !c.blocks;
const outcomeOf = (c: Check) => (settled(c) ? t("review.settled") : wordOf(c.outcome));

function Checks({ checks }: { checks: Check[] }) {
  const rank: Record<string, number> = { exception: 0, not_run: 1, passed: 2 };
  return (
    <Panel flush>
      <DataTable
        name="checks"
        label={t("review.checks_of_the_review")}
        rows={[...checks].sort((a, b) => (rank[a.outcome] ?? 1) - (rank[b.outcome] ?? 1))}
        id={(r) => `${r.gate}/${r.id}`}
        empty={<EmptyState title={t("review.no_check_has_run")}>{t("review.begin_the_review_to")}</EmptyState>}
        columns={[
          { key: "outcome", title: t("word.outcome"), value: (r) => outcomeOf(r), render: (r) => (settled(r) ? <StateBadge state={r.outcome} tone="done" word={outcomeOf(r)} /> : <StateBadge state={r.outcome} />), nowrap: true },
          { key: "title", title: t("review.check"), value: (r) => r.title },
          { key: "detail", title: t("review.found"), value: (r) => r.detail },
          { key: "gate", title: t("word.by"), value: (r) => r.gate },
          { key: "blocks", title: t("review.blocks"), value: (r) => (r.blocks ? "blocks" : "") },
          { key: "exceptions", title: t("word.exceptions"), value: (r) => r.exceptions.join(", ") },
          {
            key: "record",
            title: t("word.record"),
            value: (r) => r.record_id,
            render: (r) => {
              const to = addressOf(r.record_type, r.record_id);
              return to ? <a href={to}>{t("word.open")}</a> : <span className="muted">–</span>;
            },
          },
        ]}
      />
    </Panel>
  );
}
