import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { past, type Due, type TrailReview } from "../../../api/past";
import { t } from "../../../i18n";
import { DataTable, type Column } from "../../../parts/DataTable";
import { PageHead, Panel } from "../../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../../parts/States";
import { StateBadge } from "../../../parts/StateBadge";
import { TimeStamp } from "../../../parts/TimeStamp";
import { Rules } from "./Rules";

/** The ageing list of audit-trail reviews: what is to be opened, what is open and since when, what is finished. */
export default function Trails() {
  const list = useQuery({ queryKey: ["trails"], queryFn: ({ signal }) => past.trails(signal), meta: { types: ["quality_", "material_lot"] } });
  const client = useQueryClient();
  const navigate = useNavigate();
  const begin = useMutation({
    mutationFn: (what: Pick<Due, "subject_type" | "subject_id">) => past.openTrail(what),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["trails"] });
      void navigate({ to: "/review/trail/$id", params: { id: made.id } });
    },
  });
  const toOpen = (row: TrailReview) => void navigate({ to: "/review/trail/$id", params: { id: row.id } });
  return (
    <>
      <PageHead
        title={t("trail.title")}
        sub={t("trail.sub")}
        right={
          <>
            <Link to="/review">{t("word.review")}</Link>
            <Button variant="default" title={t("trail.system.hint")} loading={begin.isPending} onClick={() => begin.mutate({ subject_type: "system", subject_id: "system" })}>
              {t("trail.system")}
            </Button>
          </>
        }
      />
      <div className="stack-l">
        {begin.error ? <ErrorState error={begin.error} /> : null}
        <Asked query={list} lines={10}>
          {({ due, reviews }) => {
            const open = reviews.filter((r) => r.state === "open");
            const done = reviews.filter((r) => r.state !== "open");
            return (
              <>
                <Panel title={t("trail.open", { n: open.length })} flush>
                  <DataTable name="open" label={t("trail.open", { n: open.length })} bare rows={open} id={(r) => r.id} open={toOpen} columns={REVIEW} empty={<EmptyState title={t("trail.none.open")} />} />
                </Panel>
                <Panel title={t("trail.due", { n: due.length })} flush>
                  <DataTable
                    name="due"
                    label={t("trail.due", { n: due.length })}
                    bare
                    rows={due}
                    id={(r) => `${r.subject_type}/${r.subject_id}`}
                    empty={<EmptyState title={t("trail.due", { n: 0 })}>{t("trail.none.due")}</EmptyState>}
                    columns={[
                      { key: "what", title: t("trail.what"), value: (r) => r.subject_type, nowrap: true },
                      { key: "name", title: t("trail.about"), value: (r) => r.subject_name },
                      { key: "since", title: t("trail.since"), value: (r) => r.since, render: (r) => <TimeStamp at={r.since} precision="minute" />, nowrap: true },
                      { key: "age", title: t("trail.age"), value: (r) => r.age_days, render: (r) => t("trail.days", { n: r.age_days }), align: "right" },
                      { key: "due", title: t("trail.dueby"), value: (r) => r.due_at, render: (r) => <ByWhen row={r} />, nowrap: true },
                      {
                        key: "open",
                        title: t("trail.begin"),
                        value: () => "",
                        align: "right",
                        render: (r) => (
                          <Button size="xs" variant="default" loading={begin.isPending && begin.variables?.subject_id === r.subject_id} onClick={() => begin.mutate(r)} aria-label={`${t("trail.begin")}: ${r.subject_name}`}>
                            {t("trail.begin")}
                          </Button>
                        ),
                      },
                    ]}
                  />
                </Panel>
                <Panel title={t("trail.done", { n: done.length })} flush>
                  <DataTable name="done" label={t("trail.done", { n: done.length })} rows={done} id={(r) => r.id} open={toOpen} columns={[...REVIEW.filter((c) => c.key !== "due"), OUTCOME]} empty={<EmptyState title={t("trail.none.done")} />} />
                </Panel>
              </>
            );
          }}
        </Asked>
        <Rules />
      </div>
    </>
  );
}

function ByWhen({ row }: { row: Pick<TrailReview, "due_at" | "overdue"> }) {
  return (
    <span className="row">
      <TimeStamp at={row.due_at} precision="day" />
      {row.overdue ? <StateBadge state="overdue" word={t("trail.overdue")} /> : <StateBadge state="waiting" tone="plain" word={t("trail.intime")} />}
    </span>
  );
}

const OUTCOME: Column<TrailReview> = { key: "outcome", title: t("trail.outcome"), value: (r) => r.outcome };

const REVIEW: Column<TrailReview>[] = [
  {
    key: "number",
    title: t("trail.number"),
    value: (r) => r.number,
    render: (r) => (
      <Link to="/review/trail/$id" params={{ id: r.id }}>
        {r.number}
      </Link>
    ),
    nowrap: true,
  },
  { key: "what", title: t("trail.what"), value: (r) => r.subject_type, nowrap: true },
  { key: "name", title: t("trail.about"), value: (r) => r.subject_name },
  { key: "since", title: t("trail.since"), value: (r) => r.opened_at, render: (r) => <TimeStamp at={r.opened_at} precision="minute" />, nowrap: true },
  { key: "age", title: t("trail.age"), value: (r) => r.age_days, render: (r) => t("trail.days", { n: r.age_days }), align: "right" },
  { key: "due", title: t("trail.dueby"), value: (r) => r.due_at, render: (r) => <ByWhen row={r} />, nowrap: true },
  { key: "flagged", title: t("trail.flagged"), value: (r) => r.flagged.length, align: "right" },
  { key: "sampled", title: t("trail.sampled"), value: (r) => r.sampled.length, align: "right" },
  { key: "entries", title: t("trail.entries"), value: (r) => r.entries, align: "right" },
];
