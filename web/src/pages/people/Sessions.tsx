import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { rights } from "../../api/rights";
import { useMaySee } from "../../api/session";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { WithReason } from "./Asking";

/** Who is logged in, from where; an administrator ends a session. */
export function Sessions() {
  const administrator = useMaySee("administrator");
  const list = useQuery({ queryKey: ["sessions"], queryFn: ({ signal }) => rights.sessions(signal), meta: { types: ["record_session"] } });
  return (
    <Panel flush>
      <Asked query={list} empty={<EmptyState title={t("session.none")} />}>
        {(rows) => (
          <DataTable
            name="sessions"
            label={t("rights.sessions")}
            rows={rows}
            id={(r) => r.id}
            columns={[
              { key: "person", title: t("session.person"), value: (r) => r.full_name, render: (r) => <Link to="/people/$id" params={{ id: r.person_id }}>{r.full_name}</Link> },
              { key: "from", title: t("session.from"), value: (r) => r.remote },
              { key: "since", title: t("session.since"), value: (r) => r.started_at, render: (r) => <TimeStamp at={r.started_at} /> },
              { key: "until", title: t("session.until"), value: (r) => r.ends_at, render: (r) => <TimeStamp at={r.ends_at} /> },
              {
                key: "end",
                title: t("rights.deed"),
                value: () => "",
                render: (r) =>
                  r.own ? (
                    <span className="muted">{t("session.own")}</span>
                  ) : administrator ? (
                    <WithReason label={t("session.end")} what={`${t("session.end")}: ${r.full_name}`} does={(reason) => rights.endSession(r.id, reason)} />
                  ) : null,
              },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
