import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import { useNow } from "../../api/live";
import type { PersonRow } from "../../api/types";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { Account } from "./Account";
import { PersonFactors } from "./PersonFactors";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";

/** A person: roles, and the trainings that their work was done under. */
export default function Person() {
  const { id } = useParams({ strict: false }) as { id: string };
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.people(signal), meta: { types: ["record_person", "record_role_assignment"] } });
  const found = people.data?.find((p) => p.id === id);
  return (
    <Asked query={people} lines={8}>
      {() => (found ? <Body person={found} /> : <EmptyState title={t("people.unknown")} />)}
    </Asked>
  );
}

function Body({ person: p }: { person: PersonRow }) {
  const now = useNow();
  const trainings = useQuery({ queryKey: ["training", p.id], queryFn: ({ signal }) => api.training(p.id, signal), meta: { types: ["record_training"] } });
  const administrator = useMaySee("administrator");
  const trainer = useMaySee("reviewer", "quality", "process_owner");
  return (
    <>
      <PageHead
        title={p.full_name}
        state={<StateBadge state={p.locked ? "locked" : p.active ? "active" : "disabled"} tone={p.locked ? "warning" : "plain"} />}
        sub={p.roles.map(label).join(", ")}
        right={
          <Link to="/record" search={{ record_id: p.id } as never}>
            {t("people.entries")}
          </Link>
        }
      />
      <div className="stack-l">
        {p.robot_for ? (
          <p className="notice" data-tone="warning">
            <strong>{t("people.robot", { role: p.robot_for.replaceAll("_", " ") })}.</strong> {t("people.robot.why")}
          </p>
        ) : null}
        <Panel>
          <Facts
            of={[
              [t("login.user"), p.username],
              [t("people.policy"), p.policy_acknowledged ? t("people.policy.yes") : t("people.policy.no")],
              [t("time.recorded"), <BothTimes key="t" plant={p.process_at} server={p.recorded_at} />],
            ]}
          />
        </Panel>
        {administrator ? <Account person={p} /> : null}
        {administrator && !p.robot_for ? <PersonFactors person={p} /> : null}
        <Panel title={t("training.title")} flush id="training">
          <Asked query={trainings} empty={<EmptyState title={t("training.none")}>{t("training.none.why")}</EmptyState>}>
            {(rows) => (
              <DataTable
                name="training"
                label={t("training.of", { name: p.full_name })}
                rows={rows}
                bare
                id={(r) => r.id}
                columns={[
                  { key: "competency", title: t("training.competency"), value: (r) => r.competency, render: (r) => <strong>{r.competency}</strong> },
                  { key: "document", title: t("training.document"), value: (r) => r.document },
                  { key: "at", title: t("training.at"), value: (r) => r.trained_at, render: (r) => <TimeStamp at={r.trained_at} server={r.recorded_at} /> },
                  { key: "until", title: t("training.until"), value: (r) => r.expires_at, render: (r) => <TimeStamp at={r.expires_at} precision="day" /> },
                  {
                    key: "state",
                    title: t("training.state"),
                    value: (r) => (r.expires_at && Date.parse(r.expires_at) < now.process ? "expired" : "valid"),
                    render: (r) => (r.expires_at && Date.parse(r.expires_at) < now.process ? <StateBadge state="expired" /> : <StateBadge state="valid" tone="done" />),
                  },
                ]}
              />
            )}
          </Asked>
        </Panel>
        {trainer ? <AddTraining person={p.id} /> : null}
      </div>
    </>
  );
}

function AddTraining({ person }: { person: string }) {
  const client = useQueryClient();
  const [competency, setCompetency] = useState("");
  const [document, setDocument] = useState("");
  const [until, setUntil] = useState("");
  const enter = useMutation({
    mutationFn: () => api.enterTraining(person, { competency: competency.trim(), document: document.trim(), expires_at: until ? `${until}T00:00:00Z` : null }),
    onSuccess: () => {
      setCompetency("");
      setDocument("");
      setUntil("");
      void client.invalidateQueries({ queryKey: ["training", person] });
    },
  });
  const ready = competency.trim() && document.trim();
  return (
    <Panel title={t("training.add")}>
      <form
        className="row"
        style={{ alignItems: "flex-end", gap: 14 }}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) enter.mutate();
        }}
      >
        <TextInput label={t("training.competency")} value={competency} onChange={(e) => setCompetency(e.currentTarget.value)} />
        <TextInput label={t("training.document")} value={document} onChange={(e) => setDocument(e.currentTarget.value)} w={280} />
        <TextInput label={t("training.until")} type="date" value={until} onChange={(e) => setUntil(e.currentTarget.value)} />
        <Button type="submit" variant="default" disabled={!ready} loading={enter.isPending}>
          {t("training.add")}
        </Button>
      </form>
      {enter.error ? <ErrorState error={enter.error} /> : null}
    </Panel>
  );
}
