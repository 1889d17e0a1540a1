import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import { useMaySee } from "../../api/session";
import type { Connection } from "../../api/types";
import { count } from "../../format/number";
import { relative } from "../../format/time";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { clockText } from "./clock";
import { stateOf, transportOf } from "./state";
import { Completeness } from "./Completeness";
import { Edges } from "./Edges";

export function useLinks() {
  return useQuery({ queryKey: ["links"], queryFn: ({ signal }) => api.connections(signal), meta: { types: ["equipment_connection", "equipment_gap"] }, refetchInterval: 5000 });
}

/** A row a connection: state in words, completeness, gaps, backlog, clock. */
export default function Links() {
  const navigate = useNavigate();
  const now = useNow();
  const links = useLinks();
  const automation = useMaySee("automation");
  const gaps = useQuery({ queryKey: ["gaps", "all"], queryFn: ({ signal }) => api.gaps({}, signal), meta: { types: ["equipment_gap"] } });
  const filled = (name: string) => (gaps.data ?? []).filter((g) => g.connection === name && g.state === "filled").length;
  return (
    <>
      <PageHead
        title={t("links.links")}
        sub={t("links.every_value_is_stored")}
        right={
          <>
            <Link to="/links/certificates" className="button-link">
              {t("certs.title")}
            </Link>
            <Link to="/alarms" className="button-link">
              {t("nav.alarms")}
            </Link>
            {automation ? (
              <>
                <Link to="/links/add/table" className="button-link">
                  {t("tables.link")}
                </Link>
                <Link to="/links/add/sila2" className="button-link">
                  {t("sila.add")}
                </Link>
                <Link to="/links/add/opcua" className="button-link">
                  {t("browse.add_connection")}
                </Link>
              </>
            ) : null}
          </>
        }
      />
      <Panel flush>
        <Asked query={links} empty={<EmptyState title={t("links.no_connections")}>{t("links.add_one_on_the")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="links"
              label={t("links.connections")}
              rows={rows}
              id={(r) => r.name}
              open={(r) => void navigate({ to: "/links/$name", params: { name: r.name } })}
              columns={[
                { key: "name", title: t("word.connection"), value: (r) => r.name, nowrap: true, render: (r) => <Name link={r} /> },
                { key: "type", title: t("links.type"), value: (r) => r.type, nowrap: true },
                { key: "state", title: t("word.state"), value: (r) => stateOf(r, now.server), render: (r) => <StateBadge state={stateOf(r, now.server)} /> },
                { key: "complete", title: t("links.complete_by_day"), value: (r) => r.completeness.length, render: (r) => <Completeness days={r.completeness} name={r.name} /> },
                { key: "gaps", title: t("links.gaps"), value: (r) => r.open_gaps + r.lost_gaps, render: (r) => <Gaps link={r} filled={filled(r.name)} /> },
                { key: "heard", title: t("links.heard"), value: (r) => r.heard_at, render: (r) => (r.heard_at ? <span className="tabular nowrap">{relative(r.heard_at, now.server)}</span> : <span className="muted">{t("links.never")}</span>) },
                { key: "backlog", title: t("links.backlog"), align: "right", value: (r) => r.backlog, render: (r) => <span className="tabular">{count(r.backlog)}</span> },
                { key: "clock", title: t("links.clock"), value: (r) => r.clock_offset_us, render: (r) => <span className="tabular nowrap">{clockText(r.clock_offset_us, r.clock_uncertainty_us)}</span> },
                { key: "qualified", title: t("links.qualified"), value: (r) => (r.qualified ? "qualified" : "unqualified"), render: (r) => <StateBadge state={r.qualified ? "qualified" : "unqualified"} /> },
                { key: "secure", title: t("links.transport"), value: transportOf, render: (r) => (r.insecure ? <StateBadge state={transportOf(r)} tone="advisory" /> : <span className="muted">{transportOf(r)}</span>) },
              ]}
            />
          )}
        </Asked>
      </Panel>
      <Edges links={links.data ?? []} />
    </>
  );
}

/** Its name, and where it runs if that is not beside the hub. */
function Name({ link }: { link: Connection }) {
  return (
    <>
      <strong>{link.name}</strong>
      {link.host === "local" ? null : <div className="muted">{t("edges.on", { host: link.host })}</div>}
    </>
  );
}

function Gaps({ link, filled }: { link: Connection; filled: number }) {
  if (link.open_gaps + link.lost_gaps + filled === 0) return <span className="muted">{t("word.none")}</span>;
  return (
    <span className="row" style={{ flexWrap: "nowrap" }}>
      {link.open_gaps > 0 ? <StateBadge state="open" word={t("links.open", { open_gaps: link.open_gaps })} /> : null}
      {link.lost_gaps > 0 ? <StateBadge state="unrecoverable" word={t("links.lost", { lost_gaps: link.lost_gaps })} /> : null}
      {filled > 0 ? <StateBadge state="filled" word={t("links.filled", { filled })} /> : null}
    </span>
  );
}
