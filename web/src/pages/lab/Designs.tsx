import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { DataTable } from "../../parts/DataTable";
import { Facts, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";

/** Methods, specifications and sampling plans: what the laboratory measures by, each revision with its signatures. */
export function Designs() {
  const [chosen, setChosen] = useView("design");
  const designs = useQuery({ queryKey: ["designs"], queryFn: ({ signal }) => api.designs(signal), meta: { types: ["lims_design"] } });
  return (
    <div className="stack-l">
      <Panel flush>
        <Asked query={designs} empty={<EmptyState title={t("designs.none")}>{t("designs.none.why")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="designs"
              label={t("designs.title")}
              rows={rows}
              id={(r) => r.id}
              selected={chosen}
              open={(r) => setChosen(r.id === chosen ? undefined : r.id)}
              columns={[
                { key: "code", title: t("designs.code"), value: (r) => r.code, nowrap: true, render: (r) => <strong>{r.code}</strong> },
                { key: "kind", title: t("designs.kind"), value: (r) => r.kind.replaceAll("_", " ") },
                { key: "revision", title: t("designs.revision"), align: "right", value: (r) => r.revision },
                { key: "what", title: t("designs.what"), value: (r) => r.title },
                { key: "state", title: t("designs.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                { key: "effective", title: t("designs.effective"), value: (r) => r.effective_at, render: (r) => <TimeStamp at={r.effective_at} server={r.recorded_at} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
      {chosen ? <One id={chosen} /> : null}
    </div>
  );
}

function One({ id }: { id: string }) {
  const name = usePeople();
  const design = useQuery({ queryKey: ["design", id], queryFn: ({ signal }) => api.design(id, signal), meta: { types: ["lims_design"] } });
  return (
    <Asked query={design} lines={8}>
      {(d) => (
        <div className="split-2">
          <Panel
            title={`${d.code} ${t("designs.rev", { n: d.revision })}  ${d.title}`}
            right={
              <>
                <StateBadge state={d.state} />
                {d.state === "in_review" ? <SignButton label={t("designs.approve")} request={{ record_type: "lims_design", record_id: d.id, meaning: "approved", data: {} }} /> : null}
              </>
            }
          >
            <div className="stack-l">
              <Facts
                of={[
                  [t("designs.author"), name(d.author_id)],
                  [t("designs.reason"), d.change_reason || "–"],
                  [t("time.recorded"), <BothTimes key="t" plant={d.process_at} server={d.recorded_at} />],
                ]}
              />
              <ContentView content={d.document} />
            </div>
          </Panel>
          <Signatures record_type="lims_design" record_id={d.id} />
        </div>
      )}
    </Asked>
  );
}
