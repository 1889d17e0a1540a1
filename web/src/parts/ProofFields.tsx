import { Button, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { toProblem } from "../api/problem";
import type { ProofGiven } from "../api/proof";
import { useSession } from "../api/session";
import type { ProofNeeded } from "../api/sign";
import { label } from "../format/words";
import { t } from "../i18n";
import { givesSecond, NO_SECOND, SecondFactor, secondFields, type Second } from "./SecondFactor";

export interface Proving {
  /** Who signs, and the fields of the proof. */
  fields: ReactNode;
  /** Whether everything that is asked for was given. */
  proved: boolean;
  given: ProofGiven;
  /** Takes note of what the server asked for after all. */
  failed: (error: unknown) => void;
  /** A code and a passkey's answer are good once; they are given anew, as the password is. */
  clear: () => void;
}

/** What a person proves with at each signature: password, and what the policy asks for beside it. */
export function useProof(needed: ProofNeeded | undefined, disabled: boolean): Proving {
  const { person, factors } = useSession();
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<Second>(NO_SECOND);
  const [identity, setIdentity] = useState("");
  const [pin, setPin] = useState(false);
  // What the server asked for after all: the session began anew, or the policy changed, since this was shown.
  const [more, setMore] = useState<{ identification?: boolean; offers?: string[] }>({});
  const atTerminal = factors.includes("badge") || factors.includes("pin");
  const asked = more.identification ? [atTerminal ? "badge" : "username"] : (needed?.identification ?? []);
  const offers = more.offers ?? (needed?.second_factor ? needed.offers : null);
  const identifies = asked.includes("username") ? "username" : asked.length > 0 ? (pin ? "pin" : "badge") : null;
  return {
    proved: password !== "" && (!identifies || identity.trim() !== "") && (offers === null || givesSecond(second) || identifies === "badge"),
    given: { password, ...(identifies ? { [identifies]: identity.trim() } : {}), ...secondFields(second) },
    failed: (error) => {
      const problem = toProblem(error);
      if (problem.needs === "identification") setMore({ ...more, identification: true });
      if (problem.needs === "second_factor") setMore({ ...more, offers: problem.offers ?? [] });
    },
    clear: () => {
      setPassword("");
      setIdentity("");
      setSecond(NO_SECOND);
    },
    fields: (
      <>
        <div className="row" style={{ alignItems: "flex-end" }}>
          <div style={{ flex: 1, minWidth: 160 }}>
            <span className="muted">{t("sign.as")}</span>
            <p>
              <strong>{person.full_name}</strong> <span className="muted">{person.roles.map(label).join(", ")}</span>
            </p>
          </div>
          {identifies === "username" ? (
            <TextInput
              label={t("proof.user")}
              description={t("proof.user.hint")}
              value={identity}
              onChange={(e) => setIdentity(e.currentTarget.value)}
              autoComplete="off"
              autoCapitalize="none"
              disabled={disabled}
              w={170}
            />
          ) : identifies ? (
            <TextInput
              type="password"
              label={
                <>
                  {t(pin ? "proof.pin" : "proof.badge")}{" "}
                  <Button variant="subtle" size="compact-xs" onClick={() => setPin(!pin)}>
                    {t(pin ? "proof.badge" : "proof.pin")}
                  </Button>
                </>
              }
              aria-label={t(pin ? "proof.pin" : "proof.badge")}
              value={identity}
              onChange={(e) => setIdentity(e.currentTarget.value)}
              autoComplete="off"
              disabled={disabled}
              w={170}
            />
          ) : null}
          <TextInput
            type="password"
            label={t("sign.password")}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            disabled={disabled}
            w={190}
          />
        </div>
        {offers !== null && identifies !== "badge" ? <SecondFactor offers={offers} where="session" value={second} onChange={setSecond} disabled={disabled} /> : null}
      </>
    ),
  };
}
