import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { toProblem } from "../../api/problem";
import type { ProofGiven } from "../../api/proof";
import { t } from "../../i18n";
import { givesSecond, NO_SECOND, SecondFactor, secondFields, type Second } from "../../parts/SecondFactor";
import { ErrorState } from "../../parts/States";

/** A change of one's own account: what is new, and the proof that it is you who changes it. */
export function ProveDialog<T>({
  title,
  children,
  ready = true,
  offers,
  action,
  carryOut,
  onDone,
  onClose,
}: {
  title: string;
  children?: ReactNode;
  ready?: boolean;
  /** The second factors that the person has. */
  offers: string[];
  action: string;
  carryOut: (proof: ProofGiven) => Promise<T>;
  onDone: (made: T) => void;
  onClose: () => void;
}) {
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<Second>(NO_SECOND);
  const attempt = useMutation({
    mutationFn: () => carryOut({ password, ...secondFields(second) }),
    onSuccess: onDone,
    onError: (error) => {
      setSecond(NO_SECOND);
      if (!toProblem(error).needs && toProblem(error).reason === "credentials") setPassword("");
    },
  });
  const complete = ready && password !== "" && (offers.length === 0 || givesSecond(second));
  return (
    <Modal opened onClose={onClose} title={title} size="md" zIndex={300} closeButtonProps={{ "aria-label": t("sign.close") }} transitionProps={{ duration: 0 }}>
      <form
        className="stack-l"
        aria-label={title}
        onSubmit={(e) => {
          e.preventDefault();
          if (complete) attempt.mutate();
        }}
      >
        {children}
        <p className="muted">{t("account.proof")}</p>
        <TextInput type="password" label={t("account.password.now")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="current-password" data-autofocus={children ? undefined : true} />
        {offers.length > 0 ? <SecondFactor offers={offers} where="session" value={second} onChange={setSecond} /> : null}
        {attempt.error ? <ErrorState error={attempt.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("account.cancel")}
          </Button>
          <Button type="submit" disabled={!complete} loading={attempt.isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
