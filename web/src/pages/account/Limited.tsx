import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Account as Mine } from "../../api/account";
import { logOut, renew, stepUp } from "../../api/session";
import { t, type Message } from "../../i18n";
import { Asked } from "../../parts/States";
import { Factors } from "./Factors";
import { offersOf, useAccount } from "./own";
import { Password } from "./Password";
import { ProveDialog } from "./ProveDialog";

/** The second factor is given where there is one, else enrolled. */
function SecondFirst({ of: a }: { of: Mine }) {
  const client = useQueryClient();
  const [giving, setGiving] = useState(false);
  const offers = offersOf(a);
  return (
    <div className="stack-l">
      {offers.length > 0 ? (
        <div>
          <Button onClick={() => setGiving(true)}>{t("limited.give")}</Button>
        </div>
      ) : null}
      {giving ? <ProveDialog title={t("limited.give")} action={t("account.proof.do")} offers={offers} carryOut={stepUp} onDone={(session) => void renew(client, session)} onClose={() => setGiving(false)} /> : null}
      <Factors of={a} offers={offers} />
    </div>
  );
}

/** The session is good for one thing alone: a new password, or a second factor. */
export default function Limited({ to }: { to: string }) {
  const mine = useAccount();
  return (
    <main className="login">
      <div className="login-box" style={{ width: 760, maxWidth: "94vw" }}>
        <h1>titer</h1>
        <p className="notice" data-tone="warning">
          {t(`limited.${to}` as Message)}
        </p>
        <Asked query={mine} lines={6}>
          {(a) => (to === "password" ? <Password of={a} offers={offersOf(a)} open /> : <SecondFirst of={a} />)}
        </Asked>
        <div>
          <Button variant="subtle" size="compact-sm" onClick={() => void logOut().finally(() => location.assign("/"))}>
            {t("shell.logout")}
          </Button>
        </div>
      </div>
    </main>
  );
}
