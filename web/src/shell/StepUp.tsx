import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { onProofAsked } from "../api/http";
import { renew, stepUp } from "../api/session";
import { t } from "../i18n";
import { offersOf, useAccount } from "../pages/account/own";
import { ProveDialog } from "../pages/account/ProveDialog";

/** Where an action takes a fresh proof, it is asked for over the page, and the request that asked goes out again. */
export function StepUp() {
  const [answer, setAnswer] = useState<((given: boolean) => void) | null>(null);
  useEffect(() => {
    onProofAsked(() => new Promise<boolean>((resolve) => setAnswer(() => resolve)));
    return () => onProofAsked(null);
  }, []);
  if (!answer) return null;
  const close = (given: boolean) => {
    setAnswer(null);
    answer(given);
  };
  return <Ask onGiven={() => close(true)} onClose={() => close(false)} />;
}

function Ask({ onGiven, onClose }: { onGiven: () => void; onClose: () => void }) {
  const client = useQueryClient();
  const mine = useAccount();
  if (!mine.data) return null;
  return (
    <ProveDialog title={t("stepup.title")} action={t("account.proof.do")} offers={offersOf(mine.data)} carryOut={async (proof) => renew(client, await stepUp(proof))} onDone={onGiven} onClose={onClose}>
      <p>{t("stepup.why")}</p>
    </ProveDialog>
  );
}
