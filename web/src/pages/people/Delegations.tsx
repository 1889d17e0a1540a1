import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { rights, type Delegation } from "../../api/rights";
import { useMaySee, useSession } from "../../api/session";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { WithReason } from "./Asking";

/** Who acts for whom: now, soon, and before. */
export function Delegations() {
  const { person } = useSession();
  const mayEnd = useMaySee("quality", "administrator");
  const list = useQuery({ queryKey: ["delegations"], queryFn: ({ signal }) => rights.delegations(signal), meta: { types: ["record_delegation"] } });
  const open = (r: Delegation) => r.state === "in force" || r.state === "coming";
  return (
    <div className="stack-l">
      <Panel flush>
        <Asked query={list} empty={<EmptyState title={t("delegation.none")}>{t("delegation.why")}</EmptyState>}>
          {(rows) => (
            <DataTable
              name="delegations"
              label={t("rights.delegations")}
              rows={rows}
              id={(r) => r.id}
              columns={[
                { key: "from", title: t("delegation.from"), value: (r) => r.from_name, render: (r) => <strong>{r.from_name}</strong> },
                { key: "to", title: t("delegation.to"), value: (r) => r.to_name, render: (r) => <strong>{r.to_name}</strong> },
                { key: "what", title: t("delegation.what"), value: (r) => (r.role ? label(r.role) : r.verbs.join(", ")) },
                { key: "begins", title: t("delegation.begins"), value: (r) => r.begins_at, render: (r) => <TimeStamp at={r.begins_at} /> },
                { key: "ends", title: t("delegation.ends"), value: (r) => r.ends_at, render: (r) => <TimeStamp at={r.ends_at} /> },
                { key: "state", title: t("delegation.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone="plain" /> },
                { key: "reason", title: t("rights.reason"), value: (r) => r.reason },
                {
                  key: "end",
                  title: t("rights.deed"),
                  value: () => "",
                  render: (r) => (open(r) && (mayEnd || [r.from_id, r.to_id].includes(person.id)) ? <WithReason label={t("delegation.end")} what={`${t("delegation.end")}: ${r.from_name}, ${r.to_name}`} does={(reason) => rights.endDelegation(r, reason)} /> : null),
                },
              ]}
            />
          )}
        </Asked>
      </Panel>
      <Give />
    </div>
  );
}

function Give() {
  const client = useQueryClient();
  const { person } = useSession();
  const quality = useMaySee("quality");
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.people(signal) });
  const [from, setFrom] = useState<string | null>(person.id);
  const [to, setTo] = useState<string | null>(null);
  const [role, setRole] = useState<string | null>(null);
  const [begins, setBegins] = useState("");
  const [ends, setEnds] = useState("");
  const [reason, setReason] = useState("");
  const give = useMutation({
    mutationFn: () => rights.delegate({ from_id: from, to_id: to!, role, begins_at: new Date(begins).toISOString(), ends_at: new Date(ends).toISOString(), reason: reason.trim() }),
    onSuccess: () => {
      setTo(null);
      setReason("");
      void client.invalidateQueries({ queryKey: ["delegations"] });
    },
  });
  const known = (people.data ?? []).filter((p) => p.active && !p.robot_for);
  const options = known.map((p) => ({ value: p.id, label: p.full_name }));
  const held = known.find((p) => p.id === from)?.roles ?? [];
  const ready = from && to && role && begins && ends && reason.trim();
  const still = { comboboxProps: { transitionProps: { duration: 0 } } };
  return (
    <Panel title={t("delegation.give")}>
      <form
        className="stack-l"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) give.mutate();
        }}
      >
        <p className="muted">{t("delegation.why")}</p>
        <div className="row" style={{ alignItems: "flex-end", gap: 14 }}>
          {quality ? <Select label={t("delegation.from")} data={options} value={from} onChange={setFrom} searchable {...still} /> : null}
          <Select label={t("delegation.to")} data={options.filter((o) => o.value !== from)} value={to} onChange={setTo} searchable {...still} />
          <Select label={t("delegation.role")} data={held.map((r) => ({ value: r, label: label(r) }))} value={role} onChange={setRole} {...still} />
          <TextInput label={t("delegation.begins")} type="datetime-local" value={begins} onChange={(e) => setBegins(e.currentTarget.value)} />
          <TextInput label={t("delegation.ends")} type="datetime-local" value={ends} onChange={(e) => setEnds(e.currentTarget.value)} />
          <TextInput label={t("rights.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} w={280} />
          <Button type="submit" disabled={!ready} loading={give.isPending}>
            {t("delegation.give")}
          </Button>
        </div>
        {give.error ? <ErrorState error={give.error} /> : null}
      </form>
    </Panel>
  );
}
