import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { useLive, useNow } from "../../api/live";
import { useMaySee } from "../../api/session";
import type { Channel, Connection as ConnectionShape } from "../../api/types";
import { bytes, count, digitsOf, unit, value } from "../../format/number";
import { clock, ms, span, stamp } from "../../format/time";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { useZone } from "../../parts/zone";
import { doubtOf } from "../units/Reading";
import { useSeed } from "../units/useSeed";
import { clockText } from "./clock";
import { ClockPanel } from "./ClockPanel";
import { QuarantinePanel } from "./QuarantinePanel";
import { EventsPanel } from "./EventsPanel";
import { stateOf, transportOf } from "./state";
import { QUALITY } from "../../parts/trend/lanes";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { DayLines } from "./DayLines";
import { stateOf as stateOfCertificate, useCertificates } from "./certificate";
import { useLinks } from "./Links";

/** Inside a connection: channels with live values, gaps, fingerprint. */
export default function Connection() {
  const { name } = useParams({ strict: false }) as { name: string };
  const links = useLinks();
  const link = links.data?.find((l) => l.name === name);
  return (
    <Asked query={links} lines={10}>
      {() => (link ? <Body link={link} /> : <EmptyState title={t("links.there_is_no_connection", { name })}>{t("links.see_all_of_them")}</EmptyState>)}
    </Asked>
  );
}

function Body({ link }: { link: ConnectionShape }) {
  const zone = useZone();
  const now = useNow();
  const automation = useMaySee("automation");
  const channels = useQuery({ queryKey: ["channels"], queryFn: ({ signal }) => api.channels(signal), meta: { types: ["equipment_channel"] } });
  const gaps = useQuery({ queryKey: ["gaps", link.name], queryFn: ({ signal }) => api.gaps({ connection: link.name }, signal), meta: { types: ["equipment_gap"] } });
  const mine = (channels.data ?? []).filter((c) => c.connection === link.name);
  useSeed(mine);
  return (
    <>
      <PageHead
        title={link.name}
        state={<StateBadge state={stateOf(link, now.server)} />}
        sub={`${link.type}${link.live_message ? ` · ${link.live_message}` : ""}`}
        right={
          <>
            {automation && link.type === "opcua" ? (
              <Link to="/links/add/opcua" search={{ connection: link.name }} className="button-link">
                {t("browse.look_through")}
              </Link>
            ) : null}
            {automation && link.type === "table" ? (
              <Link to="/links/add/table" search={{ connection: link.name }} className="button-link">
                {t("tables.mapping")}
              </Link>
            ) : null}
            {link.state === "draft" ? <SignButton label={t("word.approve")} request={{ record_type: "equipment_connection", record_id: link.id, meaning: "approved", data: {} }} /> : null}
          </>
        }
      />
      <div className="stack-l">
        <Shown mark={link.certificate} />
        <Panel>
          <Facts
            of={[
              [t("word.record"), <StateBadge key="r" state={link.state} />],
              [t("word.recorded"), <BothTimes key="t" plant={link.process_at} server={link.recorded_at} />],
              [t("links.qualified"), <StateBadge key="q" state={link.qualified ? "qualified" : "unqualified"} />],
              [t("links.in_this_state_since"), <TimeStamp key="s" at={link.live_since} />],
              [t("links.recording_since"), <TimeStamp key="rs" at={link.recording_since} />],
              [t("links.backlog"), t("edges.backlog", { n: count(link.backlog), size: bytes(link.backlog_bytes) })],
              [t("edges.oldest"), link.backlog > 0 ? <TimeStamp key="o" at={link.oldest_at} /> : "–"],
              [t("links.clock"), clockText(link.clock_offset_us, link.clock_uncertainty_us)],
              [t("links.epoch"), link.epoch],
              [
                t("links.ended"),
                link.ended_at ? (
                  <span key="e">
                    <TimeStamp at={link.ended_at} precision="second" /> {t("links.ended_how", { reason: link.ended_because, n: count(link.ended_count) })}
                  </span>
                ) : (
                  t("links.never_ended")
                ),
              ],
              [t("links.revision"), link.revision],
              [t("links.connector_host"), link.host || "–"],
              [t("word.owner"), link.owner || "–"],
              [t("links.transport"), transportOf(link)],
            ]}
          />
        </Panel>
        {link.completeness.length > 0 ? (
          <Panel title={t("days.title")}>
            <DayLines name={link.name} days={link.completeness} gaps={gaps.data ?? []} />
          </Panel>
        ) : null}
        <QuarantinePanel name={link.name} />
        <Panel title={t("links.gaps")} flush>
          <Asked query={gaps} empty={<EmptyState title={t("links.no_gaps")}>{t("links.when_the_link_is")}</EmptyState>}>
            {(rows) => (
              <DataTable
                name="gaps"
                label={t("links.gaps_of", { name: link.name })}
                rows={rows}
                id={(r) => r.id}
                columns={[
                  { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state === "opened" ? "open" : r.state} /> },
                  { key: "from", title: t("links.from", { zone }), value: (r) => r.from_at, render: (r) => <TimeStamp at={r.from_at} server={r.recorded_at} precision="second" />, nowrap: true },
                  { key: "to", title: t("links.to_2"), value: (r) => r.to_at, render: (r) => <TimeStamp at={r.to_at} precision="second" />, nowrap: true },
                  { key: "length", title: t("links.length"), align: "right", value: (r) => ms(r.to_at) - ms(r.from_at), render: (r) => <span className="tabular">{span(ms(r.to_at) - ms(r.from_at))}</span> },
                  { key: "channels", title: t("links.channels"), align: "right", value: (r) => r.windows.length, render: (r) => <span title={r.windows.map((w) => w.tag).join(", ")}>{r.windows.some((w) => w.tag === "") ? t("links.all") : r.windows.length}</span> },
                  { key: "filled", title: t("links.values_brought_in"), align: "right", value: (r) => r.filled_rows, render: (r) => <span className="tabular">{count(r.filled_rows)}</span> },
                  { key: "reason", title: t("links.why"), value: (r) => r.reason },
                  { key: "outcome", title: t("word.outcome"), value: (r) => r.outcome },
                ]}
              />
            )}
          </Asked>
        </Panel>
        <ClockPanel name={link.name} />
        <EventsPanel name={link.name} />
        <Panel title={t("links.channels")} flush>
          <Asked query={channels} isEmpty={() => mine.length === 0} empty={<EmptyState title={t("word.no_channels")}>{t("links.this_connection_brings_files")}</EmptyState>}>
            {() => (
              <DataTable
                name="channels"
                label={t("links.channels_of", { name: link.name })}
                rows={mine}
                id={(r) => r.tag}
                columns={[
                  { key: "tag", title: t("links.tag"), value: (r) => r.tag, render: (r) => <span className="mono">{r.tag}</span>, nowrap: true },
                  { key: "description", title: t("links.description"), value: (r) => r.description },
                  { key: "value", title: t("word.value"), align: "right", value: () => "", render: (r) => <Live channel={r} /> },
                  { key: "unit", title: t("word.unit"), value: (r) => r.unit, render: (r) => unit(r.unit) },
                  { key: "range", title: t("links.range"), value: (r) => r.low, align: "right", render: (r) => <span className="tabular nowrap">{r.low === null ? "–" : t("links.to", { low: r.low, high: r.high ?? "–" })}</span> },
                  { key: "floor", title: t("links.at_best"), value: (r) => QUALITY[r.floor], render: (r) => <StateBadge state={QUALITY[r.floor] ?? "bad"} /> },
                  { key: "writable", title: t("links.access"), value: (r) => (r.writable ? "read and write" : "read") },
                ]}
              />
            )}
          </Asked>
        </Panel>
        <Panel title={t("links.who_answers_there")}>
          <ContentView content={link.seen_identity} />
        </Panel>
        <Signatures record_type="equipment_connection" record_id={link.id} />
      </div>
    </>
  );
}

/** What stands against the certificate that the instrument shows, with the way to the decision. */
function Shown({ mark }: { mark: string }) {
  const all = useCertificates();
  const of = (all.data ?? []).find((one) => one.fingerprint === mark);
  if (!of || (of.state === "trusted" && of.stage === "")) return null;
  return (
    <p className="notice" data-tone={of.state === "trusted" ? "warning" : "alarm"}>
      {t("certs.of_this", { state: stateOfCertificate(of) })} <Link to="/links/certificates" search={{ certificate: of.id }}>{t("certs.look")}</Link>
    </p>
  );
}

function Live({ channel }: { channel: Channel }) {
  const live = useLive(channel.tag);
  const now = useNow();
  const zone = useZone();
  const doubt = doubtOf(live ? { us: live.us, quality: Math.max(live.quality, channel.floor) } : undefined, now.process, now.simulated ? now.rate : 1);
  if (doubt === "none" || !live) return <span className="muted">{t("links.no_value_yet")}</span>;
  return (
    <span className="tabular nowrap" title={t("links.source_time", { n: stamp(live.us / 1000, zone) })}>
      {doubt !== "good" ? <span className="muted">{doubt} {t("links.since")} {clock(live.us / 1000, zone)} </span> : null}
      {typeof live.value === "string" ? live.value : value(live.value, digitsOf(channel.resolution))}
    </span>
  );
}
