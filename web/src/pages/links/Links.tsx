import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import { count } from "../../format/number";
import { relative } from "../../format/time";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { Shape } from "../../parts/Shape";
import { StateBadge } from "../../parts/StateBadge";
import { Completeness } from "./Completeness";
import { clockText } from "./clock";

/** A row a connection: state in words, completeness, gaps, backlog, clock. */
export default function Links() {
  const navigate = useNavigate();
  const now = useNow();
  const links = useQuery({ queryKey: ["links"], queryFn: ({ signal }) => api.connections(signal), meta: { types: ["equipment_connection", "equipment_gap"] } });
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
                { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                { key: "complete", title: "Complete by day", value: (r) => r.completeness.length, render: (r) => <Completeness days={r.completeness} name={r.name} /> },
                {
                  key: "gaps",
                  title: "Gaps",
                  value: (r) => r.gaps_open + r.gaps_unrecoverable,
                  render: (r) => (
                    <span className="row" style={{ flexWrap: "nowrap" }}>
                      {r.gaps_open > 0 ? <StateBadge state="open" word={`${r.gaps_open} open`} /> : null}
                      {r.gaps_unrecoverable > 0 ? <StateBadge state="unrecoverable" word={`${r.gaps_unrecoverable} lost`} /> : null}
                      {r.gaps_filled > 0 ? <StateBadge state="filled" word={`${r.gaps_filled} filled`} /> : null}
                      {r.gaps_open + r.gaps_unrecoverable + r.gaps_filled === 0 ? <span className="muted">none</span> : null}
                    </span>
                  ),
                },
                { key: "fresh", title: "Newest value", value: (r) => r.last_value_at, render: (r) => (r.last_value_at ? <span className="tabular">{relative(r.last_value_at, now.process)}</span> : <span className="muted">none</span>) },
                { key: "backlog", title: "Backlog", align: "right", value: (r) => r.backlog, render: (r) => <span className="tabular">{r.backlog === null ? "–" : count(r.backlog)}</span> },
                { key: "clock", title: "Clock", value: (r) => r.clock_offset_us, render: (r) => <span className="tabular nowrap">{clockText(r.clock_offset_us, r.clock_uncertainty_us)}</span> },
                {
                  key: "qualified",
                  title: "Qualified",
                  value: (r) => (r.qualified === null ? "" : r.qualified ? "qualified" : "unqualified"),
                  render: (r) => (r.qualified === null ? <span className="muted">–</span> : r.qualified ? <StateBadge state="qualified" /> : <span className="badge" data-tone="warning"><Shape tone="warning" /> unqualified</span>),
                },
              ]}
            />
          )}
        </Asked>
      </Panel>
    </>
  );
}
