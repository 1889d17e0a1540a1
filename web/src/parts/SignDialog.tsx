import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore, type FormEvent } from "react";
import { toProblem } from "../api/problem";
import { useSession } from "../api/session";
import { giveSignature, previewSignature, type SignatureOut, type SignatureRequest } from "../api/sign";
import { stamp } from "../format/time";
import { label, short } from "../format/words";
import { t } from "../i18n";
import { ContentView, Identifiers } from "./ContentView";
import { signed } from "./facts";
import { givesSecond, NO_SECOND, SecondFactor, secondFields, type Second } from "./SecondFactor";
import { Shape } from "./Shape";
import { ErrorState, LoadingState } from "./States";

interface Props {
  request: SignatureRequest;
  onClose: () => void;
  onSigned?: (signature: SignatureOut) => void;
}

/**
 * The signature dialog (21 CFR 11.50, 11.70): what is signed, by its exact content and digest; who signs,
 * with which meaning and why. Disabled with the reasons listed until it may be signed.
 */
export function SignDialog({ request, onClose, onSigned }: Props) {
  const { person, factors } = useSession();
  const client = useQueryClient();
  const draftKey = `titer.draft.sign.${request.record_type}.${request.record_id}.${request.meaning}`;
  const [reason, setReason] = useState(() => sessionStorage.getItem(draftKey) ?? "");
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<Second>(NO_SECOND);
  const [identity, setIdentity] = useState("");
  const [pin, setPin] = useState(false);
  // What the server asked for after all: the session began anew, or the policy changed, since this was shown.
  const [more, setMore] = useState<{ identification?: boolean; offers?: string[] }>({});
  const [exact, setExact] = useState(false);

  const preview = useQuery({
    queryKey: ["sign.preview", request],
    queryFn: () => previewSignature(request),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

  const sign = useMutation({
    mutationFn: () =>
      giveSignature({
        ...request,
        version: preview.data!.version,
        digest: preview.data!.digest,
        reason: reason.trim(),
        password,
        ...(identifies ? { [identifies]: identity.trim() } : {}),
        ...secondFields(second),
      }),
    onSuccess: (signature) => {
      sessionStorage.removeItem(draftKey);
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "session" && q.queryKey[0] !== "sign.preview" });
      onSigned?.(signature);
    },
    onError: (error) => {
      const problem = toProblem(error);
      if (problem.needs === "identification") setMore({ ...more, identification: true });
      if (problem.needs === "second_factor") setMore({ ...more, offers: problem.offers ?? [] });
    },
    // A code and a passkey's answer are good once; they are given anew, as the password is.
    onSettled: () => {
      setPassword("");
      setIdentity("");
      setSecond(NO_SECOND);
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready) sign.mutate();
  }

  const shown = preview.data;
  const blocked = (shown?.blockers.length ?? 0) > 0;
  const atTerminal = factors.includes("badge") || factors.includes("pin");
  const asked = more.identification ? [atTerminal ? "badge" : "username"] : (shown?.proof.identification ?? []);
  const offers = more.offers ?? (shown?.proof.second_factor ? shown.proof.offers : null);
  const identifies = asked.includes("username") ? "username" : asked.length > 0 ? (pin ? "pin" : "badge") : null;
  const proved = password !== "" && (!identifies || identity.trim() !== "") && (offers === null || givesSecond(second) || identifies === "badge");
  const ready = Boolean(shown) && !blocked && reason.trim() !== "" && proved && !sign.isPending;
  // The way back in lies over the dialog then; what was typed stays.
  const sessionEnded = sign.error !== null && toProblem(sign.error).reason === "session";
  const stale = sign.error && toProblem(sign.error).status === 412;

  return (
    <Modal opened onClose={onClose} title={t("sign.title")} size="xl" closeButtonProps={{ "aria-label": t("sign.close") }}>
      {sign.data ? (
        <div className="stack" role="status">
          <p>
            <strong>{t("sign.done")}</strong> <span className="tabular">{stamp(sign.data.signed_at)} UTC</span>, {label(sign.data.meaning)},{" "}
            {person.full_name}.
          </p>
          <p className="muted">{t("sign.done.witness")}</p>
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
      ) : !shown ? (
        <LoadingState lines={7} />
      ) : (
        <form onSubmit={submit} className="stack" aria-label={t("sign.title")}>
          <div>
            <span className="muted">{t("sign.you")}</span>
            <p style={{ fontSize: 16 }}>
              <strong>{shown.title}</strong>
            </p>
          </div>
          {exact ? (
            <pre className="box" tabIndex={0}>
              {JSON.stringify(shown.content, null, 2)}
            </pre>
          ) : (
            <div className="box sign-facts" tabIndex={0} role="region" aria-label={t("sign.saw")}>
              <Facts content={shown.content} />
            </div>
          )}
          <div className="row sign-line">
            <span>
              <span className="muted">{t("sign.meaning")}:</span> <strong>{label(request.meaning)}</strong>
            </span>
            <span title={shown.digest}>
              <span className="muted">{t("sign.digest")}</span> <span className="mono">{short(shown.digest)}</span>
            </span>
            <span className="muted">{t("sign.version", { n: shown.version })}</span>
            <Button variant="subtle" size="compact-xs" onClick={() => setExact(!exact)} aria-pressed={exact}>
              {exact ? t("sign.readable") : t("sign.canonical")}
            </Button>
          </div>
          {blocked ? (
            <div className="notice" data-tone="warning" id="sign-blockers">
              <p className="row">
                <Shape tone="warning" /> <strong>{t("sign.blocked")}</strong>
              </p>
              <ul style={{ listStyle: "disc", paddingLeft: 22 }}>
                {shown.blockers.map((b) => (
                  <li key={b}>{b}</li>
                ))}
              </ul>
            </div>
          ) : null}
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
          <div className="row" style={{ alignItems: "flex-end" }}>
            <div style={{ flex: 1, minWidth: 160 }}>
              <span className="muted">{t("sign.as")}</span>
              <p>
                <strong>{person.full_name}</strong> <span className="muted">{person.roles.map(label).join(", ")}</span>
              </p>
            </div>
            {identifies === "username" ? (
              <TextInput label={t("proof.user")} description={t("proof.user.hint")} value={identity} onChange={(e) => setIdentity(e.currentTarget.value)} autoComplete="off" autoCapitalize="none" disabled={blocked} w={170} />
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
                disabled={blocked}
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
              disabled={blocked}
              w={190}
            />
          </div>
          {offers !== null && identifies !== "badge" ? (
            <SecondFactor offers={offers} where="session" value={second} onChange={setSecond} disabled={blocked} />
          ) : null}
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
            <Button type="submit" disabled={!ready} loading={sign.isPending} aria-describedby={blocked ? "sign-blockers" : undefined}>
              {t("sign.button")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

/** The record's own facts, what the person enters, and last, folded, what identifies. */
function Facts({ content }: { content: Record<string, unknown> }) {
  const { shown, entered, identifiers } = signed(content);
  return (
    <div className="stack">
      <ContentView content={shown} />
      {Object.keys(entered).length > 0 ? (
        <div className="content-view">
          <h4>{t("sign.entered")}</h4>
          <ContentView content={entered} />
        </div>
      ) : null}
      {identifiers.length > 0 ? (
        <div className="content-view">
          <Identifiers of={identifiers} />
        </div>
      ) : null}
    </div>
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
