import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { rights } from "../../api/rights";
import { useMaySee } from "../../api/session";
import { label, noun } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** Duties that are kept apart: what the search of every night found, when it ran, and the rules. */
export function Conflicts() {
  const client = useQueryClient();
  const may = useMaySee("quality", "reviewer", "inspector", "administrator");
  const found = useQuery({ queryKey: ["conflicts"], queryFn: ({ signal }) => rights.conflicts(signal), meta: { types: ["record_duty_conflict", "record_rights_search"] } });
  const search = useMutation({ mutationFn: rights.search, onSuccess: () => void client.invalidateQueries({ queryKey: ["conflicts"] }) });
  return (
    <Asked query={found} lines={10}>
      {({ conflicts, searches, rules }) => (
        <div className="stack-l">
          <Panel
            title={t("rights.conflicts")}
            flush
            right={
              may ? (
                <Button size="compact-sm" variant="default" onClick={() => search.mutate()} loading={search.isPending}>
                  {t("conflict.search")}
                </Button>
              ) : null
            }
          >
            {search.error ? <ErrorState error={search.error} /> : null}
            <DataTable
              name="conflicts"
              label={t("rights.conflicts")}
              rows={conflicts}
              id={(r) => r.id}
              bare={conflicts.length < 10}
              empty={<EmptyState title={t("conflict.none")}>{t("conflict.none.why", { n: searches.length })}</EmptyState>}
              columns={[
                { key: "what", title: t("conflict.what"), value: (r) => r.detail },
                { key: "person", title: t("review.person"), value: (r) => r.full_name, render: (r) => <Link to="/people/$id" params={{ id: r.person_id }}>{r.full_name}</Link> },
                { key: "found", title: t("conflict.found"), value: (r) => r.found_at, render: (r) => <TimeStamp at={r.found_at} /> },
                { key: "gone", title: t("conflict.gone"), value: (r) => r.gone_at, render: (r) => (r.gone_at ? <TimeStamp at={r.gone_at} /> : <StateBadge state={t("conflict.standing")} tone="alarm" />) },
              ]}
            />
          </Panel>
          <Panel title={t("conflict.last")} flush>
            <DataTable
              name="searches"
              label={t("conflict.last")}
              rows={searches}
              id={(r) => r.id}
              bare
              columns={[
                { key: "at", title: t("conflict.at"), value: (r) => r.searched_at, render: (r) => <TimeStamp at={r.searched_at} /> },
                { key: "rules", title: t("conflict.rules"), value: (r) => r.rules_count, align: "right" },
                { key: "people", title: t("conflict.people"), value: (r) => r.people, align: "right" },
                { key: "new", title: t("conflict.new"), value: (r) => r.found, align: "right" },
                { key: "gone", title: t("conflict.gone"), value: (r) => r.gone, align: "right" },
                { key: "left", title: t("conflict.left"), value: (r) => r.standing, align: "right" },
              ]}
            />
          </Panel>
          <Panel title={t("conflict.apart")} flush>
            <DataTable
              name="apart"
              label={t("conflict.apart")}
              rows={rules}
              id={(r) => `${r.record_type ?? ""}/${r.one}/${r.other}`}
              columns={[
                { key: "about", title: t("conflict.about"), value: (r) => (r.record_type ? noun(r.record_type) : t("conflict.person")) },
                { key: "one", title: t("conflict.one"), value: (r) => label(r.one) },
                { key: "other", title: t("conflict.other"), value: (r) => label(r.other) },
                { key: "why", title: t("conflict.why"), value: (r) => r.why },
              ]}
            />
          </Panel>
        </div>
      )}
    </Asked>
  );
}
