import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { Connection } from "../../api/types";
import { count } from "../../format/number";
import { relative } from "../../format/time";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { clockText } from "./clock";
import { stateOf } from "./state";
import { Completeness } from "./Completeness";

export function useLinks() {
  return useQuery({ queryKey: ["links"], queryFn: ({ signal }) => api.connections(signal), meta: { types: ["equipment_connection", "equipment_gap"] }, refetchInterval: 5000 });
}

/** A row a connection: state in words, completeness, gaps, backlog, clock. */
export default function Links() {
  const navigate = useNavigate();
  const now = useNow();
  const links = useLinks();
  const gaps = useQuery({ queryKey: ["gaps", "all"], queryFn: ({ signal }) => api.gaps({}, signal), meta: { types: ["equipment_gap"] } });
  const filled = (name: string) => (gaps.data ?? []).filter((g) => g.connection === name && g.state === "filled").length;
  return (
    <>
      <PageHead title="Links" sub="Every value is stored exactly once, or lies inside an explicit gap" />
      <Panel flush>
        <Asked query={links} empty={<EmptyState title="No connections">Add one on the command line: titer connection add opcua opc.tcp://HOST:PORT --channels FILE.yaml</EmptyState>}>
          {(rows) => (
            <DataTable
              name="links"
              label="Connections"
              rows={rows}
              id={(r) => r.name}
              open={(r) => void navigate({ to: "/links/$name", params: { name: r.name } })}
              columns={[
                { key: "name", title: "Connection", value: (r) => r.name, nowrap: true, render: (r) => <strong>{r.name}</strong> },
                { key: "type", title: "Type", value: (r) => r.type, nowrap: true },
                { key: "state", title: "State", value: (r) => stateOf(r, now.server), render: (r) => <StateBadge state={stateOf(r, now.server)} /> },
                { key: "complete", title: "Complete by day", value: (r) => r.completeness.length, render: (r) => <Completeness days={r.completeness} name={r.name} /> },
                { key: "gaps", title: "Gaps", value: (r) => r.open_gaps + r.lost_gaps, render: (r) => <Gaps link={r} filled={filled(r.name)} /> },
                { key: "heard", title: "Heard", value: (r) => r.heard_at, render: (r) => (r.heard_at ? <span className="tabular nowrap">{relative(r.heard_at, now.server)}</span> : <span className="muted">never</span>) },
                { key: "backlog", title: "Backlog", align: "right", value: (r) => r.backlog, render: (r) => <span className="tabular">{count(r.backlog)}</span> },
                { key: "clock", title: "Clock", value: (r) => r.clock_offset_us, render: (r) => <span className="tabular nowrap">{clockText(r.clock_offset_us, r.clock_uncertainty_us)}</span> },
                { key: "qualified", title: "Qualified", value: (r) => (r.qualified ? "qualified" : "unqualified"), render: (r) => <StateBadge state={r.qualified ? "qualified" : "unqualified"} /> },
                { key: "secure", title: "Transport", value: (r) => (r.insecure ? "not encrypted" : "encrypted"), render: (r) => (r.insecure ? <StateBadge state="not encrypted" tone="advisory" /> : <span className="muted">encrypted</span>) },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </>
  );
}

function Gaps({ link, filled }: { link: Connection; filled: number }) {
  if (link.open_gaps + link.lost_gaps + filled === 0) return <span className="muted">none</span>;
  return (
    <span className="row" style={{ flexWrap: "nowrap" }}>
      {link.open_gaps > 0 ? <StateBadge state="open" word={`${link.open_gaps} open`} /> : null}
      {link.lost_gaps > 0 ? <StateBadge state="unrecoverable" word={`${link.lost_gaps} lost`} /> : null}
      {filled > 0 ? <StateBadge state="filled" word={`${filled} filled`} /> : null}
    </span>
  );
}
