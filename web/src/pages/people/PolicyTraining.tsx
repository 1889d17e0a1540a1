import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { rights } from "../../api/rights";
import { useMaySee } from "../../api/session";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { WithReason } from "./Asking";

/** What everybody reads before they sign, and what somebody must be trained in. */
export function PolicyTraining() {
  const quality = useMaySee("quality");
  const maySay = useMaySee("quality", "process_owner");
  return (
    <div className="stack-l">
      <Policy />
      {quality ? <Issue /> : null}
      <Lapses />
      <Needed may={maySay} />
    </div>
  );
}

function Policy() {
  const found = useQuery({ queryKey: ["policies"], queryFn: ({ signal }) => rights.policies(signal), meta: { types: ["record_policy_text", "record_policy_ack"] } });
  return (
    <Panel title={t("policies.title")}>
      <Asked query={found} lines={4}>
        {({ current, outstanding }) => (
          <div className="stack">
            <p>
              <strong>{current.title}</strong> <span className="muted">{current.number === 0 ? t("policies.builtin") : t("policies.version", { n: current.number })}</span>
            </p>
            <p style={{ whiteSpace: "pre-wrap", maxWidth: 760 }}>{current.text}</p>
            <p className="muted">{outstanding.length > 0 ? t("policies.open", { names: outstanding.join(", ") }) : t("policies.done")}</p>
          </div>
        )}
      </Asked>
    </Panel>
  );
}

function Issue() {
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [from, setFrom] = useState("");
  const [reason, setReason] = useState("");
  const issue = useMutation({
    mutationFn: () => rights.issuePolicy({ title: title.trim(), text: text.trim(), effective_from: from ? new Date(from).toISOString() : null, reason: reason.trim() }),
    onSuccess: () => {
      setTitle("");
      setText("");
      setReason("");
      void client.invalidateQueries({ queryKey: ["policies"] });
      void client.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const ready = title.trim() && text.trim() && reason.trim();
  return (
    <Panel title={t("policies.issue")}>
      <form
        className="stack-l"
        style={{ maxWidth: 760 }}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) issue.mutate();
        }}
      >
        <p className="muted">{t("policies.issue.why")}</p>
        <TextInput label={t("policies.name")} value={title} onChange={(e) => setTitle(e.currentTarget.value)} />
        <Textarea label={t("policies.text")} value={text} onChange={(e) => setText(e.currentTarget.value)} autosize minRows={4} />
        <TextInput label={t("policies.from")} type="datetime-local" value={from} onChange={(e) => setFrom(e.currentTarget.value)} w={260} />
        <TextInput label={t("rights.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
        {issue.error ? <ErrorState error={issue.error} /> : null}
        <div>
          <Button type="submit" disabled={!ready} loading={issue.isPending}>
            {t("policies.issue")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Lapses() {
  const list = useQuery({ queryKey: ["lapses"], queryFn: ({ signal }) => rights.lapses(signal), meta: { types: ["record_training", "record_competency_needed"] } });
  return (
    <Panel title={t("lapse.title")} flush>
      <Asked query={list} empty={<EmptyState title={t("lapse.none")} />}>
        {(rows) => (
          <DataTable
            name="lapses"
            label={t("lapse.title")}
            rows={rows}
            id={(r) => `${r.person_id}/${r.competency}`}
            bare
            columns={[
              { key: "person", title: t("review.person"), value: (r) => r.full_name, render: (r) => <strong>{r.full_name}</strong> },
              { key: "competency", title: t("need.competency"), value: (r) => r.competency },
              { key: "until", title: t("lapse.until"), value: (r) => r.expires_at, render: (r) => <TimeStamp at={r.expires_at} precision="day" /> },
              { key: "state", title: t("lapse.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state === "lapses soon" ? "advisory" : "warning"} /> },
              { key: "blocks", title: t("lapse.blocks"), value: (r) => r.verbs.join(", ") },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

function Needed({ may }: { may: boolean }) {
  const client = useQueryClient();
  const list = useQuery({ queryKey: ["needed"], queryFn: ({ signal }) => rights.needed(signal), meta: { types: ["record_competency_needed"] } });
  const matrix = useQuery({ queryKey: ["matrix"], queryFn: ({ signal }) => rights.matrix(signal), staleTime: 300_000, enabled: may });
  const [verb, setVerb] = useState<string | null>(null);
  const [competency, setCompetency] = useState("");
  const [reason, setReason] = useState("");
  const need = useMutation({
    mutationFn: () => rights.need({ verb: verb!, competency: competency.trim(), needed: true, reason: reason.trim() }),
    onSuccess: () => {
      setCompetency("");
      setReason("");
      void client.invalidateQueries({ queryKey: ["needed"] });
      void client.invalidateQueries({ queryKey: ["lapses"] });
    },
  });
  const ready = verb && competency.trim() && reason.trim();
  return (
    <Panel title={t("need.title")} flush>
      <Asked query={list} empty={<EmptyState title={t("need.none")} />}>
        {(rows) => (
          <DataTable
            name="needed"
            label={t("need.title")}
            rows={rows}
            id={(r) => `${r.verb}/${r.competency}`}
            bare
            columns={[
              { key: "action", title: t("need.action"), value: (r) => r.title },
              { key: "verb", title: t("matrix.verb"), value: (r) => r.verb, render: (r) => <span className="mono">{r.verb}</span> },
              { key: "competency", title: t("need.competency"), value: (r) => r.competency, render: (r) => <strong>{r.competency}</strong> },
              { key: "no", title: t("rights.deed"), value: () => "", render: (r) => (may ? <WithReason label={t("need.no")} what={`${t("need.no")}: ${r.title}`} does={(why) => rights.need({ verb: r.verb, competency: r.competency, needed: false, reason: why })} /> : null) },
            ]}
          />
        )}
      </Asked>
      {may ? (
        <form
          className="row"
          style={{ alignItems: "flex-end", gap: 14, padding: 14 }}
          onSubmit={(e) => {
            e.preventDefault();
            if (ready) need.mutate();
          }}
        >
          <Select label={t("need.action")} data={(matrix.data ?? []).filter((r) => r.roles.length > 0).map((r) => ({ value: r.verb, label: r.title }))} value={verb} onChange={setVerb} searchable w={320} comboboxProps={{ transitionProps: { duration: 0 } }} />
          <TextInput label={t("need.competency")} value={competency} onChange={(e) => setCompetency(e.currentTarget.value)} />
          <TextInput label={t("rights.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} w={280} />
          <Button type="submit" variant="default" disabled={!ready} loading={need.isPending}>
            {t("need.add")}
          </Button>
          {need.error ? <ErrorState error={need.error} /> : null}
        </form>
      ) : null}
    </Panel>
  );
}
