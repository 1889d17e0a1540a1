import { MultiSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { factors } from "../../api/account";
import { useSession } from "../../api/session";
import type { PersonRow } from "../../api/types";
import { t, type Message } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { WithProof } from "./Asking";

const KINDS = ["totp", "passkey", "pin", "badge"] as const;

/** What a person proves with beside the password: an administrator takes lost ones away, and gives a badge. */
export function PersonFactors({ person: p }: { person: PersonRow }) {
  const held = useQuery({ queryKey: ["factors", p.id], queryFn: ({ signal }) => factors.of(p.id, signal), meta: { types: ["record_factor"] } });
  const me = useSession().person.id;
  const [kinds, setKinds] = useState<string[]>(["totp", "passkey"]);
  const [number, setNumber] = useState("");
  const still = { comboboxProps: { transitionProps: { duration: 0 } } };
  return (
    <Panel
      title={t("account.second")}
      flush
      id="factors"
      right={
        me === p.id ? null : (
        <>
          <WithProof label={t("person.badge.give")} what={`${t("person.badge.give")}: ${p.full_name}`} does={(reason, proof) => factors.badge(p.id, number.trim(), reason, proof)} done={() => setNumber("")} blocked={number.trim().length < 6}>
            <TextInput label={t("person.badge.number")} description={t("person.badge.hint")} value={number} onChange={(e) => setNumber(e.currentTarget.value)} autoComplete="off" />
          </WithProof>
          <WithProof label={t("person.factors.reset")} what={`${t("person.factors.reset")}: ${p.full_name}`} does={(reason, proof) => factors.reset(p.id, kinds, reason, proof)} blocked={kinds.length === 0}>
            <p>{t("person.factors.reset.why")}</p>
            <MultiSelect label={t("person.factors.kinds")} data={KINDS.map((kind) => ({ value: kind, label: t(`account.kind.${kind}` as Message) }))} value={kinds} onChange={setKinds} searchable {...still} />
          </WithProof>
        </>
        )
      }
    >
      <Asked query={held} empty={<EmptyState title={t("person.factors.none")} />}>
        {(rows) => (
          <DataTable
            name="factors"
            label={t("account.second")}
            rows={rows}
            bare
            id={(r) => r.id}
            columns={[
              { key: "kind", title: t("account.factor"), value: (r) => t(`account.kind.${r.kind}` as Message) },
              { key: "name", title: t("account.name"), value: (r) => r.name, render: (r) => <strong>{r.name}</strong> },
              { key: "added", title: t("account.added"), value: (r) => r.added_at, render: (r) => <TimeStamp at={r.added_at} /> },
              { key: "used", title: t("account.used"), value: (r) => r.used_at ?? "", render: (r) => (r.used_at ? <TimeStamp at={r.used_at} /> : t("account.never")) },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
