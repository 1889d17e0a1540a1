import { Radio } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { rights, type AccessReview } from "../../api/rights";
import { useMaySee, useSession } from "../../api/session";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";

/** Everybody's roles are looked at again by somebody else; the outcome is signed. */
export function AccessReviews() {
  const [chosen, setChosen] = useView("review");
  const list = useQuery({ queryKey: ["access-reviews"], queryFn: ({ signal }) => rights.reviews(signal), meta: { types: ["record_access_review", "record_role_assignment"] } });
  return (
    <Asked query={list} empty={<Panel><EmptyState title={t("review.none")}>{t("review.none.why")}</EmptyState></Panel>}>
      {(rows) => {
        const found = rows.find((r) => r.id === chosen);
        const open = found?.state === "open" ? found : null;
        return (
          <div className="stack-l">
            {open ? <Deciding key={open.id} review={open} /> : null}
            {found && !open ? <Signatures record_type="record_access_review" record_id={found.id} /> : null}
            <Panel flush>
              <DataTable
                name="reviews"
                label={t("rights.reviews")}
                rows={rows}
                id={(r) => r.id}
                selected={chosen}
                open={(r) => setChosen(r.id)}
                columns={[
                  { key: "number", title: "No.", value: (r) => r.number, nowrap: true },
                  { key: "person", title: t("review.person"), value: (r) => r.full_name, render: (r) => <strong>{r.full_name}</strong> },
                  { key: "roles", title: t("review.roles"), value: (r) => (r.decisions ? outcome(r.decisions) : r.holds.map(label).join(", ")) },
                  { key: "due", title: t("review.due"), value: (r) => r.due_at, render: (r) => <TimeStamp at={r.due_at} precision="day" /> },
                  { key: "state", title: t("review.state"), value: (r) => (r.overdue ? t("review.overdue") : r.state), render: (r) => <StateBadge state={r.overdue ? t("review.overdue") : r.state} tone={r.overdue ? "warning" : "plain"} /> },
                  { key: "decided", title: t("review.decided"), value: (r) => r.decided_at, render: (r) => <TimeStamp at={r.decided_at} /> },
                  { key: "by", title: t("review.by"), value: (r) => r.decided_by_name ?? "" },
                ]}
              />
            </Panel>
          </div>
        );
      }}
    </Asked>
  );
}

const outcome = (decisions: Record<string, string>) =>
  Object.entries(decisions)
    .map(([role, said]) => `${label(role)}: ${said}`)
    .join(", ");

function Deciding({ review }: { review: AccessReview }) {
  const { person } = useSession();
  const may = useMaySee("quality", "process_owner");
  const [decisions, setDecisions] = useState<Record<string, string>>({});
  return (
    <Panel title={t("review.of", { name: review.full_name })}>
      {review.person_id === person.id ? (
        <p className="notice">{t("review.own")}</p>
      ) : (
        <div className="stack-l">
          {review.holds.map((role) => (
            <Radio.Group key={role} label={label(role)} value={decisions[role] ?? ""} onChange={(said) => setDecisions({ ...decisions, [role]: said })}>
              <div className="row" style={{ gap: 18, marginTop: 4 }}>
                <Radio value="keep" label={t("review.keep")} />
                <Radio value="take away" label={t("review.take")} />
              </div>
            </Radio.Group>
          ))}
          {may ? (
            <div>
              <SignButton request={{ record_type: "record_access_review", record_id: review.id, meaning: "recertified", data: { decisions } }} label={t("review.sign")} disabled={review.holds.some((role) => !decisions[role])} />
            </div>
          ) : null}
        </div>
      )}
    </Panel>
  );
}
