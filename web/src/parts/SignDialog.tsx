import { Button, Modal, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore, type FormEvent } from "react";
import { toProblem } from "../api/problem";
import { useSession } from "../api/session";
import { giveSignature, previewSignature, type SignatureOut, type SignatureRequest } from "../api/sign";
import { stamp } from "../format/time";
import { label, short } from "../format/words";
import { t } from "../i18n";
import { useProof } from "./ProofFields";
import { Blockers, check, SignedContent, WIDE } from "./SignedContent";
import { Witnessing } from "./Signatures";
import { ErrorState, LoadingState } from "./States";

interface Props {
  request: SignatureRequest;
  onClose: () => void;
  onSigned?: (signature: SignatureOut) => void;
}

/**
 * The signature dialog (21 CFR 11.50, 11.70): what is signed, by its exact content and the digest that this page
 * computes of it; who signs, with which meaning and why. Disabled with the reasons listed until it may be signed.
 */
export function SignDialog({ request, onClose, onSigned }: Props) {
  const { person } = useSession();
  const client = useQueryClient();
  const draftKey = `titer.draft.sign.${request.record_type}.${request.record_id}.${request.meaning}`;
  const [reason, setReason] = useState(() => sessionStorage.getItem(draftKey) ?? "");

  const preview = useQuery({
    queryKey: ["sign.preview", request],
    queryFn: () => previewSignature(request),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const shown = preview.data;
  const checked = useMemo(() => (shown ? check(shown, request) : null), [shown, request]);
  const blocked = (shown?.blockers.length ?? 0) > 0 || Boolean(checked?.fault);
  const proof = useProof(shown?.proof, blocked);

  const sign = useMutation({
    mutationFn: () => giveSignature({ ...request, version: shown!.version, digest: checked!.digest, reason: reason.trim(), ...proof.given }),
    onSuccess: (signature) => {
      sessionStorage.removeItem(draftKey);
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "session" && q.queryKey[0] !== "sign.preview" });
      onSigned?.(signature);
    },
    onError: proof.failed,
    onSettled: proof.clear,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready) sign.mutate();
  }

  const ready = Boolean(shown) && !blocked && reason.trim() !== "" && proof.proved && !sign.isPending;
  // The way back in lies over the dialog then; what was typed stays.
  const sessionEnded = sign.error !== null && toProblem(sign.error).reason === "session";
  const stale = sign.error && toProblem(sign.error).status === 412;

  return (
    <Modal opened onClose={onClose} title={t("sign.title")} size={WIDE} xOffset="3vw" closeButtonProps={{ "aria-label": t("sign.close") }}>
      {sign.data ? (
        <div className="stack" role="status">
          <p>
            <strong>{t("sign.done")}</strong> <span className="tabular">{stamp(sign.data.signed_at)} UTC</span>, {label(sign.data.meaning)},{" "}
            {person.full_name}.
          </p>
          <Witnessing id={sign.data.id} />
          <p className="muted tabular">
            {t("sign.digest")} {short(sign.data.digest)}
          </p>
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button onClick={onClose} data-autofocus>
              {t("sign.close")}
            </Button>
          </div>
        </div>
      ) : preview.error ? (
        <ErrorState error={preview.error} again={() => void preview.refetch()} />
      ) : !shown || !checked ? (
        <LoadingState lines={7} />
      ) : (
        <form onSubmit={submit} className="stack" aria-label={t("sign.title")}>
          <div>
            <span className="muted">{t("sign.you")}</span>
            <p style={{ fontSize: 16 }}>
              <strong>{shown.title}</strong>
            </p>
          </div>
          <SignedContent shown={shown} checked={checked} meaning={request.meaning} />
          <Blockers of={shown.blockers} id="sign-blockers" />
          <Textarea
            label={t("sign.reason")}
            description={t("sign.reason.hint")}
            value={reason}
            onChange={(e) => {
              setReason(e.currentTarget.value);
              sessionStorage.setItem(draftKey, e.currentTarget.value);
            }}
            autosize
            minRows={2}
            maxRows={5}
            required
            withAsterisk={false}
            disabled={blocked}
            data-autofocus
          />
          {proof.fields}
          {sign.error && !sessionEnded ? <ErrorState error={sign.error} /> : null}
          {stale ? (
            <Button
              variant="default"
              onClick={() => {
                sign.reset();
                void preview.refetch();
              }}
            >
              {t("sign.reread")}
            </Button>
          ) : null}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button variant="default" onClick={onClose}>
              {t("sign.cancel")}
            </Button>
            <Button type="submit" disabled={!ready} loading={sign.isPending} aria-describedby={shown.blockers.length > 0 ? "sign-blockers" : undefined}>
              {t("sign.button")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

interface Asked {
  request: SignatureRequest;
  onSigned?: (signature: SignatureOut) => void;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function ask(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Holds the dialog that a button opened, once for the whole shell: signing changes the record's state, the
 * button leaves the page with it, and the person must still read what was signed.
 */
export function SignHost() {
  const shown = useSyncExternalStore(listen, () => asked);
  useEffect(() => () => ask(null), []);
  return shown ? <SignDialog request={shown.request} onSigned={shown.onSigned} onClose={() => ask(null)} /> : null;
}

/** A button that opens the dialog. */
export function SignButton({
  request,
  label: words,
  variant = "filled",
  size,
  onSigned,
  disabled,
}: {
  request: SignatureRequest;
  label: string;
  variant?: "filled" | "default";
  size?: string;
  onSigned?: (signature: SignatureOut) => void;
  disabled?: boolean;
}) {
  return (
    <Button variant={variant} size={size} onClick={() => ask({ request, onSigned })} disabled={disabled}>
      {words}
    </Button>
  );
}
