import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, isOpen } from "../../api/endpoints";
import { useNow } from "../../api/live";
import { useSession } from "../../api/session";
import type { Waiting } from "../../api/types";
import { age } from "../../format/time";
import { label, noun } from "../../format/words";
import { t } from "../../i18n";
import { PageHead, Panel } from "../../parts/Panel";
import { useBatchNumbers } from "../../parts/people";
import { Shape } from "../../parts/Shape";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { placeOf } from "../../shell/nav";
import { useWaiting } from "./waiting";

const FIRST = 12;

/** The first page: what waits for this person, and what is going on. */
export default function Today() {
  const { person, installation } = useSession();
  const waiting = useWaiting();
  return (
    <>
      <PageHead title={t("today.title")} sub={`${person.full_name}, ${person.roles.map((r) => label(r).toLowerCase()).join(", ")}`} />
      <div className="stack-l">
        <Panel title={t("today.waiting")} flush>
          <Asked query={waiting} lines={4} empty={<EmptyState title={t("today.nothing")}>{t("today.nothing.why")}</EmptyState>}>
            {(rows) => <List rows={rows} />}
          </Asked>
        </Panel>
        {installation.layers.includes("mes") ? <Running /> : null}
      </div>
    </>
  );
}

function List({ rows }: { rows: Waiting[] }) {
  const [all, setAll] = useState(false);
  const ready = rows.filter((w) => w.ready);
  const blocked = rows.filter((w) => !w.ready);
  const shown = all ? ready : ready.slice(0, FIRST);
  return (
    <>
      {ready.length === 0 ? <p className="muted" style={{ padding: "12px 14px" }}>{t("today.none.ready")}</p> : null}
      <ul className="waiting" aria-label={t("today.waiting")}>
        {shown.map((w) => (
          <Row key={`${w.record_type}${w.record_id}${w.act}`} waiting={w} />
        ))}
      </ul>
      {ready.length > shown.length ? (
        <Button variant="subtle" size="xs" m={8} onClick={() => setAll(true)}>
          {t("table.more", { n: ready.length - shown.length })}
        </Button>
      ) : null}
      {blocked.length > 0 ? (
        <details style={{ padding: "8px 14px" }}>
          <summary className="muted">{t("today.blocked", { n: blocked.length })}</summary>
          <ul className="waiting">
            {blocked.map((w) => (
              <Row key={`${w.record_type}${w.record_id}${w.act}`} waiting={w} />
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

function Row({ waiting: w }: { waiting: Waiting }) {
  const number = useBatchNumbers();
  const to = placeOf(w);
  const what = [w.name, w.title].filter(Boolean).join("  ");
  return (
    <li>
      <Shape tone={!w.ready ? "waiting" : w.urgent ? "warning" : "active"} size={14} />
      <div>
        <strong>{w.act}</strong>
        <div>
          <span className="muted">{label(noun(w.record_type))}</span> {what}
          {w.batch_id && w.record_type !== "quality_disposition" ? <span className="muted"> · {number(w.batch_id)}</span> : null}
        </div>
        {w.blockers.length > 0 ? <div className="muted">{w.blockers[0]}{w.blockers.length > 1 ? ` ${t("today.more", { n: w.blockers.length - 1 })}` : ""}</div> : null}
        <span className="muted">
          <TimeStamp at={w.process_at} server={w.recorded_at} />
        </span>
      </div>
      {to ? (
        <Button component="a" href={to} variant={w.ready && w.urgent ? "filled" : "default"} aria-label={`${t("today.open")}: ${w.act}, ${w.name || w.title}`}>
          {t("today.open")}
        </Button>
      ) : (
        <span />
      )}
    </li>
  );
}

/** Batches that run, and the one that ended last. */
function Running() {
  const now = useNow();
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), meta: { types: ["mes_batch"] } });
  return (
    <section className="stack">
      <h2>{t("today.batches")}</h2>
      <Asked query={batches} empty={<EmptyState title={t("today.nobatch")}>{t("today.nobatch.why")}</EmptyState>}>
        {(rows) => {
          const open = rows.filter(isOpen);
          const shown = open.length > 0 ? open : rows.slice(0, 3);
          return (
            <div className="cards">
              {shown.map((b) => (
                <Link key={b.id} to="/batches/$id" params={{ id: b.id }} className="card">
                  <span className="row" style={{ justifyContent: "space-between" }}>
                    <strong style={{ fontSize: 17 }}>{b.number}</strong>
                    <StateBadge state={b.execution} />
                  </span>
                  <span>
                    {b.product} <span className="muted">· {b.equipment}</span>
                  </span>
                  <span className="muted tabular">{b.started_at ? age(b.started_at, b.ended_at ?? now.process) : t("today.notstarted")}</span>
                </Link>
              ))}
            </div>
          );
        }}
      </Asked>
    </section>
  );
}
