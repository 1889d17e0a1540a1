import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { account, type Account } from "../../api/account";
import { renew } from "../../api/session";
import { t } from "../../i18n";
import { Facts, Panel } from "../../parts/Panel";
import { TimeStamp } from "../../parts/TimeStamp";
import { ProveDialog } from "./ProveDialog";

/** When the password was set and until when it is good; and a new one. */
export function Password({ of: a, offers, open = false }: { of: Account; offers: string[]; open?: boolean }) {
  const client = useQueryClient();
  const [changing, setChanging] = useState(open);
  const [done, setDone] = useState(false);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differ = again !== "" && again !== password;
  const ready = password.length >= a.minimum_length && again === password;
  return (
    <Panel
      title={t("account.password")}
      right={
        <Button variant="default" size="xs" onClick={() => setChanging(true)}>
          {t("account.password.button")}
        </Button>
      }
    >
      <Facts
        of={[
          [t("account.password.set"), <TimeStamp key="s" at={a.password_set_at} precision="day" />],
          [t("account.password.until"), a.password_expires_at ? <TimeStamp key="u" at={a.password_expires_at} precision="day" /> : t("account.password.forever")],
        ]}
      />
      {done ? <p role="status">{t("account.password.done")}</p> : null}
      {changing ? (
        <ProveDialog
          title={t("account.password.button")}
          action={t("account.password.button")}
          ready={ready}
          offers={offers}
          carryOut={(proof) => account.password(proof, password)}
          onDone={(made) => {
            setChanging(false);
            setDone(true);
            setPassword("");
            setAgain("");
            void renew(client, made.session).then(() => client.invalidateQueries({ queryKey: ["account"] }));
          }}
          onClose={() => setChanging(false)}
        >
          <TextInput
            type="password"
            label={t("account.password.new")}
            description={t(a.history > 0 ? "account.password.hint" : "account.password.hint.none", { n: a.minimum_length, m: a.history })}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            autoComplete="new-password"
            data-autofocus
          />
          <TextInput type="password" label={t("account.password.again")} value={again} onChange={(e) => setAgain(e.currentTarget.value)} error={differ ? t("account.password.differ") : undefined} autoComplete="new-password" />
        </ProveDialog>
      ) : null}
    </Panel>
  );
}
