import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { askPasskey, hasPasskeys, type PasskeyAnswer } from "../api/proof";
import { t } from "../i18n";
import { ErrorState } from "./States";

export interface Second {
  totp: string;
  passkey: PasskeyAnswer | null;
}

export const NO_SECOND: Second = { totp: "", passkey: null };

/** Whether something was given that may be a second factor. */
export const givesSecond = (second: Second): boolean => second.totp.trim().length >= 6 || second.passkey !== null;

export const secondFields = (second: Second): { totp?: string; passkey?: PasskeyAnswer } => ({
  ...(second.totp.trim() ? { totp: second.totp.trim() } : {}),
  ...(second.passkey ? { passkey: second.passkey } : {}),
});

/** The second factors that a person has: a code to type, a passkey to give. */
export function SecondFactor({
  offers,
  where,
  value,
  onChange,
  disabled,
  autoFocus,
}: {
  offers: string[];
  where: "login" | "session";
  value: Second;
  onChange: (second: Second) => void;
  disabled?: boolean;
  autoFocus?: boolean;
}) {
  const passkey = useMutation({ mutationFn: () => askPasskey(where), onSuccess: (answer) => onChange({ ...value, passkey: answer }) });
  const totp = offers.includes("totp");
  const keys = offers.includes("passkey");
  if (!totp && !keys) return <p className="notice" data-tone="warning">{t("proof.none")}</p>;
  return (
    <div className="stack">
      <div className="row" style={{ alignItems: "flex-end", gap: 12 }}>
        {totp ? (
          <TextInput
            label={t("proof.code")}
            value={value.totp}
            onChange={(e) => onChange({ ...value, totp: e.currentTarget.value })}
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus={autoFocus}
            disabled={disabled}
            w={190}
          />
        ) : null}
        {totp && keys ? <span className="muted" style={{ paddingBottom: 8 }}>{t("proof.or")}</span> : null}
        {keys ? (
          <Button variant="default" onClick={() => passkey.mutate()} loading={passkey.isPending} disabled={disabled || value.passkey !== null || !hasPasskeys()}>
            {value.passkey ? t("proof.passkey.have") : t("proof.passkey")}
          </Button>
        ) : null}
      </div>
      {passkey.error ? <ErrorState error={passkey.error} /> : null}
    </div>
  );
}
