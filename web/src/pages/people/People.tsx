import { Button, MultiSelect, PasswordInput, Tabs, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import { label } from "../../format/words";
import { t, type Message } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { AccessPolicy } from "./AccessPolicy";
import { AccessReviews } from "./AccessReviews";
import { Conflicts } from "./Conflicts";
import { Delegations } from "./Delegations";
import { Matrix } from "./Matrix";
import { PolicyTraining } from "./PolicyTraining";
import { ROLES } from "./roles";
import { Sessions } from "./Sessions";
import { Terminals } from "./Terminals";
import { Tokens } from "./Tokens";

/** People and their rights: who there is, who may do what, who acts for whom, and what is looked at again. */
export default function People() {
  const [tab, setTab] = useView("tab");
  const sees = useMaySee("administrator", "quality", "inspector");
  const tabs: [string, Message, () => ReactNode][] = [
    ["people", "rights.people", () => <Everybody />],
    ["matrix", "rights.matrix", () => <Matrix />],
    ["delegations", "rights.delegations", () => <Delegations />],
    ["reviews", "rights.reviews", () => <AccessReviews />],
    ["conflicts", "rights.conflicts", () => <Conflicts />],
    ...(sees ? ([["sessions", "rights.sessions", () => <Sessions />]] as [string, Message, () => ReactNode][]) : []),
    ["tokens", "rights.tokens", () => <Tokens />],
    ["policy", "rights.policy", () => <PolicyTraining />],
    ["access", "access.title", () => <AccessPolicy />],
    ["terminals", "terminals.title", () => <Terminals />],
  ];
  return (
    <>
      <PageHead title={t("nav.people")} sub={t("people.sub")} />
      <Tabs value={tab ?? "people"} onChange={(v) => setTab(v === "people" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map(([name, key]) => (
            <Tabs.Tab key={name} value={name}>
              {t(key)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([name, , body]) => (
          <Tabs.Panel key={name} value={name}>
            {body()}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

/** Everybody with a log-in. */
function Everybody() {
  const navigate = useNavigate();
  const people = useQuery({ queryKey: ["people"], queryFn: ({ signal }) => api.people(signal), meta: { types: ["record_person", "record_role_assignment"] } });
  const administrator = useMaySee("administrator");
  return (
      <div className="stack-l">
        <Panel flush>
          <Asked query={people} empty={<EmptyState title={t("people.none")} />}>
            {(rows) => (
              <DataTable
                name="people"
                label={t("nav.people")}
                rows={rows}
                id={(r) => r.id}
                open={(r) => void navigate({ to: "/people/$id", params: { id: r.id } })}
                columns={[
                  { key: "name", title: t("people.name"), value: (r) => r.full_name, render: (r) => <strong>{r.full_name}</strong> },
                  { key: "username", title: t("login.user"), value: (r) => r.username, nowrap: true },
                  { key: "roles", title: t("people.roles"), value: (r) => r.roles.map(label).join(", ") },
                  { key: "kind", title: t("people.kind"), value: (r) => (r.robot_for ? t("people.robot", { role: r.robot_for.replaceAll("_", " ") }) : t("people.person")) },
                  { key: "state", title: t("people.state"), value: (r) => (r.locked ? "locked" : r.active ? "active" : "disabled"), render: (r) => <StateBadge state={r.locked ? "locked" : r.active ? "active" : "disabled"} tone={r.locked ? "warning" : "plain"} /> },
                  { key: "at", title: t("people.changed"), value: (r) => r.recorded_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
                ]}
              />
            )}
          </Asked>
        </Panel>
        {administrator ? <Add /> : null}
      </div>
  );
}

function Add() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [username, setUsername] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const [reason, setReason] = useState("");
  const add = useMutation({
    mutationFn: () => api.addPerson({ username: username.trim(), full_name: name.trim(), password, roles, robot_for: null, reason: reason.trim() }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["people"] });
      void navigate({ to: "/people/$id", params: { id: made.id } });
    },
    onSettled: () => setPassword(""),
  });
  const ready = username.trim() && name.trim() && password && roles.length > 0 && reason.trim();
  return (
    <Panel title={t("people.add")}>
      <form
        className="stack-l"
        style={{ maxWidth: 560 }}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) add.mutate();
        }}
      >
        <TextInput label={t("people.name")} value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="off" />
        <TextInput label={t("login.user")} description={t("people.username.hint")} value={username} onChange={(e) => setUsername(e.currentTarget.value.toLowerCase())} autoComplete="off" />
        <PasswordInput label={t("people.password")} description={t("people.password.hint")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" />
        <MultiSelect label={t("people.roles")} data={ROLES.map((r) => ({ value: r, label: label(r) }))} value={roles} onChange={setRoles} searchable comboboxProps={{ transitionProps: { duration: 0 } }} />
        <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
        {add.error ? <ErrorState error={add.error} /> : null}
        <div>
          <Button type="submit" disabled={!ready} loading={add.isPending}>
            {t("people.add")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
