import { Button } from "@mantine/core";
import { logOut } from "../../api/session";
import { t, type Message } from "../../i18n";
import { Asked } from "../../parts/States";
import { Factors } from "./Factors";
import { offersOf, useAccount } from "./own";
import { Password } from "./Password";

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
          {(a) => (to === "password" ? <Password of={a} offers={offersOf(a)} open /> : <Factors of={a} offers={offersOf(a)} />)}
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
