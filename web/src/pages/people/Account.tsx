import { PasswordInput, Select } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { rights } from "../../api/rights";
import type { PersonRow } from "../../api/types";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { WithReason } from "./Asking";
import { ROLES } from "./roles";

/** What an administrator does with an account: roles, disable and enable, unlock, a new password. Each with a reason. */
export function Account({ person: p }: { person: PersonRow }) {
  const [role, setRole] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  return (
    <Panel title={t("person.admin")}>
      <div className="row" style={{ gap: 10 }}>
        {p.active ? (
          <WithReason label={t("person.disable")} what={`${t("person.disable")}: ${p.full_name}`} does={(reason) => rights.account(p.id, false, reason)} />
        ) : (
          <WithReason label={t("person.enable")} what={`${t("person.enable")}: ${p.full_name}`} does={(reason) => rights.account(p.id, true, reason)} />
        )}
        {p.locked ? <WithReason label={t("person.unlock")} what={`${t("person.unlock")}: ${p.full_name}`} does={(reason) => rights.account(p.id, true, reason)} /> : null}
        <WithReason label={t("person.password")} what={`${t("person.password")}: ${p.full_name}`} does={(reason) => rights.password(p.id, password, reason)} done={() => setPassword("")} blocked={!password}>
          <PasswordInput label={t("person.password.new")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" />
        </WithReason>
        <WithReason label={t("person.role.give")} what={`${t("person.role.give")}: ${p.full_name}`} does={(reason) => api.changeRole(p.id, role!, true, reason)} done={() => setRole(null)} blocked={!role}>
          <Select label={t("person.role")} data={ROLES.filter((r) => !p.roles.includes(r)).map((r) => ({ value: r, label: label(r) }))} value={role} onChange={setRole} comboboxProps={{ transitionProps: { duration: 0 } }} />
        </WithReason>
        {p.roles.map((held) => (
          <WithReason key={held} label={t("person.role.take", { role: label(held) })} does={(reason) => api.changeRole(p.id, held, false, reason)} />
        ))}
      </div>
    </Panel>
  );
}
