import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useSession } from "../../api/session";
import { useNow } from "../../api/live";
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
      <PageHead title="Tasks" sub="What a recipe is waiting for a person to do" />
      <Panel flush>
        <Asked query={tasks} empty={<EmptyState title="Nothing waits for you">A task stands here as soon as a running batch needs a person: a sample, a scan, an addition, a witness.</EmptyState>}>
          {(rows) => (
            <DataTable
              name="tasks"
              label="Tasks"
              rows={rows}
              id={(r) => r.id}
              open={(r) => void navigate({ to: "/tasks/$id", params: { id: r.id } })}
              columns={[
                { key: "title", title: "Task", value: (r) => r.title, render: (r) => <strong>{r.title}</strong> },
                { key: "mine", title: "For me", value: (r) => (isMine(r, person) ? "yes" : ""), nowrap: true },
                { key: "unit", title: "Unit", value: (r) => r.unit_code, nowrap: true },
                { key: "batch", title: "Batch", value: (r) => number(r.batch_id), nowrap: true },
                { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                { key: "role", title: "For", value: (r) => (r.form.witness && r.state === "entered" ? "witness" : r.role) },
                { key: "offered", title: "Offered", value: (r) => r.offered_at, render: (r) => <TimeStamp at={r.offered_at} server={r.recorded_at} now={now.process} /> },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </>
  );
}
