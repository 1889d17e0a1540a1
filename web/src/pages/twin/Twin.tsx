import { Button, Select, Slider } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import type { TwinInstance } from "../../api/types";
import { stamp } from "../../format/time";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useWindow } from "../../parts/trend/useTrend";
import { useView } from "../../parts/view";
import { useZone } from "../../parts/zone";
import { TwinLanes } from "./TwinLanes";

/** Twins of batches: what they believe, whether they may be trusted, what they propose. */
export default function Twin() {
  const twins = useQuery({ queryKey: ["twins"], queryFn: ({ signal }) => api.twins(signal), meta: { types: ["twin_instance"] } });
  const [chosen, setChosen] = useView("twin");
  return (
    <>
      <PageHead
        title={t("twin.twin")}
        sub={t("twin.it_follows_and_proposes")}
        right={
          twins.data && twins.data.length > 1 ? (
            <Select aria-label={t("twin.twin")} w={280} value={chosen ?? twins.data[0]!.id} onChange={(v) => setChosen(v ?? undefined)} data={twins.data.map((x) => ({ value: x.id, label: `${x.number}  ${x.batch_number}` }))} allowDeselect={false} />
          ) : null
        }
      />
      <div className="stack-l">
        <Asked query={twins} empty={<EmptyState title={t("twin.no_twin_is_bound")}>{t("twin.a_twin_is_bound")}</EmptyState>}>
          {(rows) => <One twin={rows.find((x) => x.id === chosen) ?? rows[0]!} />}
        </Asked>
        <Proposals />
      </div>
    </>
  );
}

function One({ twin }: { twin: TwinInstance }) {
  const zone = useZone();
  const window = useWindow(twin.started_at, twin.frozen_at);
  const [known, setKnown] = useView("known");
  const [dragged, setDragged] = useState<number | null>(null);
  const at = dragged ?? (known ? Date.parse(known) * 1000 : window.to_us);
  return (
    <>
      <Panel title={t("twin.on", { number: twin.number, equipment: twin.equipment })} right={<><StateBadge state={twin.state} /><Draft twin={twin} /></>}>
        <div className="stack">
          <Facts
            of={[
              [t("word.batch"), <Link key="b" to="/batches/$id" params={{ id: twin.batch_id }}>{twin.batch_number}</Link>],
              [t("twin.since"), <TimeStamp key="s" at={twin.started_at} />],
              [t("twin.frozen"), twin.frozen_at ? <TimeStamp key="f" at={twin.frozen_at} /> : t("twin.it_follows")],
            ]}
          />
          {twin.reasons.length > 0 ? (
            <div className="notice" data-tone="warning">
              <strong>{t("twin.not_to_be_trusted")}</strong>
              <ul style={{ listStyle: "disc", paddingLeft: 20 }}>
                {twin.reasons.map((r) => (
                  <li key={r}>{r}</li>
                ))}
              </ul>
            </div>
          ) : null}
        </div>
      </Panel>
      <Panel title={t("twin.what_it_believes")} right={<span className="muted tabular">{known ? `as known at ${stamp(known, zone, "minute")}` : t("twin.as_known_now")}</span>}>
        <TwinLanes batch={twin.batch_id} window={window} known={known} />
        <div style={{ padding: "10px 10px 18px 62px" }}>
          <span className="muted" id="known-label">
            {t("twin.as_known_at")}
          </span>
          <Slider
            thumbLabel={t("twin.as_known_at")}
            min={window.from_us}
            max={window.to_us}
            step={3600e6}
            value={at}
            label={(v) => stamp(v / 1000, zone, "minute")}
            onChange={setDragged}
            onChangeEnd={(v) => {
              setDragged(null);
              setKnown(v >= window.to_us - 3600e6 ? undefined : new Date(v / 1000).toISOString());
            }}
          />
        </div>
      </Panel>
    </>
  );
}

/** Has the twin's optimiser draft a change; whatever it finds is a draft until people sign it. */
function Draft({ twin }: { twin: TwinInstance }) {
  const navigate = useNavigate();
  const may = useMaySee("scientist", "process_owner");
  const draft = useMutation({
    mutationFn: () => api.draftProposal(twin.id),
    onSuccess: (made) => void navigate({ to: "/twin/proposals/$id", params: { id: made.id } }),
  });
  if (!may || twin.frozen_at) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={() => draft.mutate()} loading={draft.isPending}>
        {t("twin.draft_a_proposal")}
      </Button>
      {draft.error ? <ErrorState error={draft.error} /> : null}
    </>
  );
}

function Proposals() {
  const navigate = useNavigate();
  const proposals = useQuery({ queryKey: ["proposals"], queryFn: ({ signal }) => api.proposals({}, signal), meta: { types: ["twin_proposal"] } });
  return (
    <Panel title={t("twin.proposals")} flush>
      <Asked query={proposals} empty={<EmptyState title={t("twin.no_proposals")}>{t("twin.a_proposal_is_drafted")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="proposals"
            label={t("twin.proposals")}
            rows={rows}
            id={(r) => r.id}
            open={(r) => void navigate({ to: "/twin/proposals/$id", params: { id: r.id } })}
            columns={[
              { key: "number", title: t("twin.proposal"), value: (r) => r.number, nowrap: true, render: (r) => <strong>{r.number}</strong> },
              { key: "title", title: t("word.what"), value: (r) => r.title },
              { key: "batch", title: t("word.batch"), value: (r) => r.batch_number, nowrap: true },
              { key: "state", title: t("word.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
              { key: "expires", title: t("word.expires"), value: (r) => r.expires_at, render: (r) => <TimeStamp at={r.expires_at} /> },
              { key: "at", title: t("word.changed"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
