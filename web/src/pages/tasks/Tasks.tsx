import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useSession } from "../../api/session";
import { useNow } from "../../api/live";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useBatchNumbers } from "../../parts/people";
import { isMine } from "./mine";

/** What people have to do now, oldest deadline first. */
export default function Tasks() {
  const navigate = useNavigate();
  const now = useNow();
  const number = useBatchNumbers();
  const { person } = useSession();
  const tasks = useQuery({ queryKey: ["tasks", "mine"], queryFn: ({ signal }) => api.tasks({}, signal), meta: { types: ["mes_task", "mes_"] } });
  return (
    <>
      <PageHead title={t("tasks.tasks")} sub={t("tasks.what_a_recipe_is")} />
      <Panel flush>
        <Asked query={tasks} empty={<EmptyState title={t("tasks.nothing_waits_for_you")}>{t("tasks.a_task_stands_here")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="tasks"
              label={t("tasks.tasks")}
              rows={rows}
              id={(r) => r.id}
              open={(r) => void navigate({ to: "/tasks/$id", params: { id: r.id } })}
              columns={[
                { key: "title", title: t("tasks.task"), value: (r) => r.title, render: (r) => <strong>{r.title}</strong> },
                { key: "mine", title: t("tasks.for_me"), value: (r) => (isMine(r, person) ? "yes" : ""), nowrap: true },
                { key: "unit", title: t("word.unit"), value: (r) => r.unit_code, nowrap: true },
                { key: "batch", title: t("word.batch"), value: (r) => number(r.batch_id), nowrap: true },
                { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                { key: "role", title: t("tasks.for"), value: (r) => (r.form.witness && r.state === "entered" ? "witness" : r.role) },
                { key: "offered", title: t("tasks.offered"), value: (r) => r.offered_at, render: (r) => <TimeStamp at={r.offered_at} server={r.recorded_at} now={now.process} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </>
  );
}
