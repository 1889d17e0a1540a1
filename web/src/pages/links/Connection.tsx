import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useLive, useNow } from "../../api/live";
import type { Channel, Connection as ConnectionShape } from "../../api/types";
import { count, digitsOf, unit, value } from "../../format/number";
import { clock, span, stamp } from "../../format/time";
import { ContentView } from "../../parts/ContentView";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useZone } from "../../parts/zone";
import { doubtOf } from "../units/Reading";
import { clockText } from "./clock";
import { Completeness } from "./Completeness";

/** Inside a connection: channels with live values, gaps, fingerprint. */
export default function Connection() {
  const { name } = useParams({ strict: false }) as { name: string };
  const link = useQuery({ queryKey: ["link", name], queryFn: ({ signal }) => api.connection(name, signal), meta: { types: ["equipment_connection", "equipment_gap"] } });
  return (
    <Asked query={link} lines={10}>
      {(found) => <Body link={found} />}
    </Asked>
  );
}

function Body({ link }: { link: ConnectionShape }) {
  const now = useNow();
  const zone = useZone();
  const channels = useQuery({ queryKey: ["channels", link.name], queryFn: ({ signal }) => api.channelsOf(link.name, signal), meta: { types: ["equipment_channel"] } });
  const gaps = useQuery({ queryKey: ["gaps", link.name], queryFn: ({ signal }) => api.gaps({ connection: link.name }, signal), meta: { types: ["equipment_gap"] } });
  return (
    <>
      <PageHead title={link.name} state={<StateBadge state={link.state} />} sub={`${link.type}${link.message ? ` · ${link.message}` : ""}`} />
      <div className="stack-l">
        <Panel>
          <Facts
            of={[
              ["Since", <TimeStamp key="s" at={link.since} />],
              ["Newest value", <TimeStamp key="n" at={link.last_value_at} now={now.process} precision="second" />],
              ["Complete by day", <Completeness key="c" days={link.completeness} name={link.name} />],
              ["Backlog", link.backlog === null ? "–" : `${count(link.backlog)} values`],
              ["Clock", clockText(link.clock_offset_us, link.clock_uncertainty_us)],
              ["Epoch", link.epoch ?? "–"],
              ["Connector host", link.host || "–"],
              ["Owner", link.owner || "–"],
              ["Qualified until", <TimeStamp key="q" at={link.qualified_until} precision="day" />],
            ]}
          />
        </Panel>
        <Panel title="Gaps" flush>
          <Asked query={gaps} empty={<EmptyState title="No gaps">When the link is cut, the gap stands here: open, then filled from the device&apos;s own history, or unrecoverable with the reason.</EmptyState>}>
            {(rows) => (
              <DataTable
                name="gaps"
                label={`Gaps of ${link.name}`}
                rows={rows}
                id={(r) => r.id}
                columns={[
                  { key: "state", title: "State", value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                  { key: "from", title: `From (${zone})`, value: (r) => r.from_us, render: (r) => <span className="tabular">{stamp(r.from_us / 1000, zone)}</span>, nowrap: true },
                  { key: "to", title: "To", value: (r) => r.to_us, render: (r) => <span className="tabular">{r.to_us === null ? "still open" : stamp(r.to_us / 1000, zone)}</span>, nowrap: true },
                  { key: "length", title: "Length", align: "right", value: (r) => (r.to_us ?? now.process * 1000) - r.from_us, render: (r) => <span className="tabular">{span(((r.to_us ?? now.process * 1000) - r.from_us) / 1000)}</span> },
                  { key: "channels", title: "Channels", align: "right", value: (r) => r.channels.length, render: (r) => <span title={r.channels.join(", ")}>{r.channels.length === 0 ? "all" : r.channels.length}</span> },
                  { key: "filled", title: "Values brought in", align: "right", value: (r) => r.filled_count, render: (r) => <span className="tabular">{r.filled_count === null || r.filled_count === undefined ? "–" : count(r.filled_count)}</span> },
                  { key: "reason", title: "Why", value: (r) => r.reason },
                ]}
              />
            )}
          </Asked>
        </Panel>
        <Panel title="Channels" flush>
          <Asked query={channels} empty={<EmptyState title="No channels">This connection brings files, not streams.</EmptyState>}>
            {(rows) => (
              <DataTable
                name="channels"
                label={`Channels of ${link.name}`}
                rows={rows}
                id={(r) => r.tag}
                columns={[
                  { key: "tag", title: "Tag", value: (r) => r.tag, render: (r) => <span className="mono">{r.tag}</span>, nowrap: true },
                  { key: "description", title: "Description", value: (r) => r.description },
                  { key: "value", title: "Value", align: "right", value: () => "", render: (r) => <Live channel={r} /> },
                  { key: "unit", title: "Unit", value: (r) => r.unit, render: (r) => unit(r.unit) },
                  { key: "range", title: "Range", value: (r) => r.low, align: "right", render: (r) => <span className="tabular nowrap">{r.low === null ? "–" : `${r.low} to ${r.high}`}</span> },
                  { key: "writable", title: "Access", value: (r) => (r.writable ? "read and write" : "read") },
                ]}
              />
            )}
          </Asked>
        </Panel>
        <div className="cols">
          <Panel title="Who answers there">
            <ContentView content={link.identity} />
          </Panel>
          <Panel title="Settings">
            <ContentView content={link.settings} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function Live({ channel }: { channel: Channel }) {
  const live = useLive(channel.tag);
  const now = useNow();
  const zone = useZone();
  const doubt = doubtOf(live, now.process, now.simulated ? now.rate : 1);
  if (doubt === "none" || !live) return <span className="muted">no value yet</span>;
  return (
    <span className="tabular nowrap" title={`source time ${stamp(live.us / 1000, zone)}`}>
      {doubt !== "good" ? <span className="muted">{doubt} since {clock(live.us / 1000, zone)} </span> : null}
      {typeof live.value === "string" ? live.value : value(live.value, digitsOf(channel.resolution))}
    </span>
  );
}
