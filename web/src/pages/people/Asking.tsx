import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { t } from "../../i18n";
import { ErrorState } from "../../parts/States";
import type { ProofGiven } from "../../api/proof";
import { offersOf, useAccount } from "../account/own";
import { ProveDialog } from "../account/ProveDialog";

/** A button whose deed takes a reason; it is asked for, and stands in the ledger. */
export function WithReason({ label, what, does, done, children, blocked }: { label: string; what?: string; does: (reason: string) => Promise<unknown>; done?: () => void; children?: ReactNode; blocked?: boolean }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const act = useMutation({
    mutationFn: () => does(reason.trim()),
    onSuccess: () => {
      setOpen(false);
      setReason("");
      done?.();
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "session" && q.queryKey[0] !== "sign.preview" });
    },
  });
  const title = t("rights.asks", { what: what ?? label });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)} aria-label={what ?? label}>
        {label}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title} closeButtonProps={{ "aria-label": t("rights.cancel") }} transitionProps={{ duration: 0 }}>
        <form
          className="stack-l"
          onSubmit={(e) => {
            e.preventDefault();
            if (reason.trim() && !blocked) act.mutate();
          }}
        >
          {children}
          <TextInput label={t("rights.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} data-autofocus={children ? undefined : true} />
          {act.error ? <ErrorState error={act.error} /> : null}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button variant="default" onClick={() => setOpen(false)}>
              {t("rights.cancel")}
            </Button>
            <Button type="submit" disabled={!reason.trim() || blocked} loading={act.isPending}>
              {t("rights.do")}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

/** A button whose deed takes a reason, and the proof that it is oneself who does it. */
export function WithProof({ label, what, does, done, children, blocked }: { label: string; what?: string; does: (reason: string, proof: ProofGiven) => Promise<unknown>; done?: () => void; children?: ReactNode; blocked?: boolean }) {
  const client = useQueryClient();
  const mine = useAccount();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)} aria-label={what ?? label}>
        {label}
      </Button>
      {open && mine.data ? (
        <ProveDialog
          title={t("rights.asks", { what: what ?? label })}
          action={t("rights.do")}
          offers={offersOf(mine.data)}
          ready={reason.trim() !== "" && !blocked}
          carryOut={(proof) => does(reason.trim(), proof)}
          onDone={() => {
            setOpen(false);
            setReason("");
            done?.();
            void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "session" && q.queryKey[0] !== "sign.preview" });
          }}
          onClose={() => setOpen(false)}
        >
          {children}
          <TextInput label={t("rights.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
        </ProveDialog>
      ) : null}
    </>
  );
}
