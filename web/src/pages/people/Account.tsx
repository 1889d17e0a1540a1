import { PasswordInput, Select } from "@mantine/core";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { rights } from "../../api/rights";
import { useSession } from "../../api/session";
import type { PersonRow } from "../../api/types";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { WithProof, WithReason } from "./Asking";
import { ROLES } from "./roles";

/** What an administrator does with an account: roles, disable and enable, unlock, a new password. Each with a reason. */
export function Account({ person: p }: { person: PersonRow }) {
  const me = useSession().person.id;
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
        {me === p.id ? null : (
          <WithProof label={t("person.password")} what={`${t("person.password")}: ${p.full_name}`} does={(reason, proof) => rights.password(p.id, password, reason, proof)} done={() => setPassword("")} blocked={!password}>
            <PasswordInput label={t("person.password.new")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="new-password" />
          </WithProof>
        )}
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
