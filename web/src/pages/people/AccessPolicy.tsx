import { Button, Checkbox, MultiSelect, NumberInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { access, type AccessPolicy as Policy } from "../../api/account";
import { useMaySee } from "../../api/session";
import { label } from "../../format/words";
import { t, type Message } from "../../i18n";
import { Kept, type Form } from "../../parts/Kept";
import { Panel } from "../../parts/Panel";
import { Asked, ErrorState } from "../../parts/States";
import { ROLES } from "./roles";

const PASSWORDS = ["minimum_length", "max_age_days", "history", "max_failures"] as const;
const SESSIONS = ["idle_minutes", "session_minutes", "max_sessions", "proof_minutes"] as const;
const PERIODS = ["recertify_days", "delegation_days"] as const;

/** What is asked of passwords, sessions and signatures: a record that an administrator changes with a reason. */
export function AccessPolicy() {
  const policy = useQuery({ queryKey: ["access-policy"], queryFn: ({ signal }) => access.policy(signal), meta: { types: ["record_access_policy"] } });
  return (
    <Asked query={policy} lines={8}>
      {(found) => <Kept of={found}>{(policy, form) => <Fields policy={policy} form={form} />}</Kept>}
    </Asked>
  );
}

function Fields({ policy, form }: { policy: Policy; form: Form }) {
  const client = useQueryClient();
  const administrator = useMaySee("administrator");
  const [wanted, setWanted] = useState(policy);
  const [reason, setReason] = useState("");
  const save = useMutation({
    mutationFn: () => {
      const { meanings: _m, bounds: _b, changed_at: _c, ...fields } = wanted;
      return access.change({ ...fields, version: policy.version, reason: reason.trim() });
    },
    onSuccess: () => {
      setReason("");
      form.keep();
      void client.invalidateQueries({ queryKey: ["access-policy"] });
    },
  });
  const set = (change: Partial<Policy>) => {
    form.edited();
    setWanted({ ...wanted, ...change });
  };
  const changed = JSON.stringify(wanted) !== JSON.stringify(policy);
  const number = (name: (typeof PASSWORDS)[number] | (typeof SESSIONS)[number] | (typeof PERIODS)[number]) => {
    const { least, most } = policy.bounds[name] ?? { least: 0, most: 0 };
    return (
      <NumberInput
        key={name}
        label={t(`access.${name}`)}
        description={t("access.bounds", { least, most })}
        value={wanted[name]}
        min={least}
        max={most}
        allowDecimal={false}
        clampBehavior="none"
        disabled={!administrator}
        onChange={(v) => set({ [name]: Number(v) })}
      />
    );
  };
  return (
    <Panel title={t("access.title")} right={<span className="muted">{t("access.version", { n: policy.version })}</span>} id="access-policy">
      <form
        className="stack-l"
        aria-label={t("access.title")}
        onSubmit={(e) => {
          e.preventDefault();
          if (changed && reason.trim()) save.mutate();
        }}
      >
        <Group name="access.passwords">
          {PASSWORDS.map(number)}
          <Checkbox label={t("access.temporary_passwords")} checked={wanted.temporary_passwords} disabled={!administrator} onChange={(e) => set({ temporary_passwords: e.currentTarget.checked })} />
        </Group>
        <Group name="access.sessions">{SESSIONS.map(number)}</Group>
        <Group name="access.factors">
          <MultiSelect label={t("access.factor_roles")} data={ROLES.map((r) => ({ value: r, label: label(r) }))} value={wanted.factor_roles} disabled={!administrator} onChange={(v) => set({ factor_roles: v })} />
          <MultiSelect
            label={t("access.factor_meanings")}
            data={[{ value: "*", label: t("access.factor_all") }, ...policy.meanings.map((m) => ({ value: m, label: label(m) }))]}
            value={wanted.factor_meanings}
            disabled={!administrator}
            searchable
            onChange={(v) => set({ factor_meanings: v })}
          />
          <Checkbox label={t("access.factor_robots")} checked={wanted.factor_robots} disabled={!administrator} onChange={(e) => set({ factor_robots: e.currentTarget.checked })} />
        </Group>
        <Group name="access.people">{PERIODS.map(number)}</Group>
        {administrator ? (
          <>
            <Textarea
              label={t("access.reason")}
              description={t("access.reason.hint")}
              value={reason}
              onChange={(e) => {
                form.edited();
                setReason(e.currentTarget.value);
              }}
              autosize
              minRows={1}
            />
            {save.error ? <ErrorState error={save.error} /> : null}
            <div>
              <Button type="submit" disabled={!changed || !reason.trim()} loading={save.isPending}>
                {t("access.change")}
              </Button>
            </div>
          </>
        ) : null}
        {form.saved ? <p role="status">{t("access.saved")}</p> : null}
      </form>
    </Panel>
  );
}

function Group({ name, children }: { name: Message; children: React.ReactNode }) {
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
      <legend style={{ fontWeight: 600, paddingBottom: 6 }}>{t(name)}</legend>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(230px, 1fr))", gap: "12px 20px", alignItems: "end" }}>{children}</div>
    </fieldset>
  );
}
