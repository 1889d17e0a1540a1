import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { account, type Account, type Changed, type Factor } from "../../api/account";
import { hasPasskeys, makePasskey } from "../../api/proof";
import { renew } from "../../api/session";
import { t, type Message } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { QrCode } from "../../parts/QrCode";
import { EmptyState, ErrorState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { ProveDialog } from "./ProveDialog";

type Doing = { what: "totp" } | { what: "confirm"; begun: { id: string; secret: string; uri: string } } | { what: "passkey" } | { what: "pin" } | { what: "remove"; factor: Factor } | { what: "rename"; factor: Factor };

/** What the person proves with beside the password: enrolled, named, removed. */
export function Factors({ of: a, offers }: { of: Account; offers: string[] }) {
  const client = useQueryClient();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [name, setName] = useState("");
  const [pin, setPin] = useState("");
  const close = () => setDoing(null);
  const again = () => client.invalidateQueries({ queryKey: ["account"] });
  const changed = (made: Changed) => {
    close();
    void renew(client, made.session).then(again);
  };
  const begin = (what: "totp" | "passkey" | "pin") => {
    setName("");
    setPin("");
    setDoing({ what });
  };
  return (
    <Panel
      title={t("account.second")}
      flush
      right={
        <>
          <Button variant="default" size="xs" onClick={() => begin("totp")}>
            {t("account.totp.add")}
          </Button>
          <Button variant="default" size="xs" onClick={() => begin("passkey")} disabled={!hasPasskeys()}>
            {t("account.passkey.add")}
          </Button>
          <Button variant="default" size="xs" onClick={() => begin("pin")}>
            {t("account.pin.set")}
          </Button>
        </>
      }
    >
      {a.factors.length === 0 ? (
        <EmptyState title={t("account.second.none")}>{a.second_factor_asked ? t("account.second.asked") : undefined}</EmptyState>
      ) : (
        <table className="table" aria-label={t("account.second")}>
          <thead>
            <tr>
              <th scope="col" className="pad">{t("account.factor")}</th>
              <th scope="col" className="pad">{t("account.name")}</th>
              <th scope="col" className="pad">{t("account.place")}</th>
              <th scope="col" className="pad">{t("account.added")}</th>
              <th scope="col" className="pad">{t("account.used")}</th>
              <th scope="col" className="pad">
                <span className="hidden">{t("account.remove")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {a.factors.map((f) => (
              <tr key={f.id}>
                <td>{t(`account.kind.${f.kind}` as Message)}</td>
                <td>
                  <strong>{f.name}</strong>
                </td>
                <td>{f.realm ?? "–"}</td>
                <td>
                  <TimeStamp at={f.added_at} precision="day" />
                </td>
                <td>{f.used_at ? <TimeStamp at={f.used_at} /> : t("account.never")}</td>
                <td>
                  <div className="row" style={{ justifyContent: "flex-end", flexWrap: "nowrap" }}>
                    {f.kind === "passkey" || f.kind === "totp" ? (
                      <Button
                        variant="subtle"
                        size="compact-xs"
                        aria-label={t("account.rename.of", { name: f.name })}
                        onClick={() => {
                          setName(f.name);
                          setDoing({ what: "rename", factor: f });
                        }}
                      >
                        {t("account.rename")}
                      </Button>
                    ) : null}
                    {f.kind === "badge" ? null : (
                      <Button variant="subtle" size="compact-xs" aria-label={t("account.remove.of", { name: f.name })} onClick={() => setDoing({ what: "remove", factor: f })}>
                        {t("account.remove")}
                      </Button>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hasPasskeys() ? null : (
        <p className="muted" style={{ padding: "10px 14px" }}>
          {t("account.passkey.number")}
        </p>
      )}
      {doing?.what === "totp" ? (
        <ProveDialog title={t("account.totp.title")} action={t("account.proof.do")} offers={offers} carryOut={account.beginTotp} onDone={(begun) => setDoing({ what: "confirm", begun })} onClose={close} />
      ) : null}
      {doing?.what === "confirm" ? <Confirm begun={doing.begun} onDone={changed} onClose={close} /> : null}
      {doing?.what === "passkey" ? (
        <ProveDialog
          title={t("account.passkey.add")}
          action={t("account.passkey.add")}
          ready={name.trim() !== ""}
          offers={offers}
          carryOut={async (proof) => account.registerPasskey(name.trim(), await makePasskey(await account.passkeyOptions(proof)))}
          onDone={changed}
          onClose={close}
        >
          <TextInput label={t("account.passkey.name")} description={t("account.passkey.hint")} value={name} onChange={(e) => setName(e.currentTarget.value)} maxLength={60} data-autofocus />
        </ProveDialog>
      ) : null}
      {doing?.what === "pin" ? (
        <ProveDialog title={t("account.pin.set")} action={t("account.pin.set")} ready={/^\d{6,12}$/.test(pin)} offers={offers} carryOut={(proof) => account.pin(proof, pin)} onDone={changed} onClose={close}>
          <TextInput type="password" inputMode="numeric" label={t("account.pin.new")} description={t("account.pin.hint")} value={pin} onChange={(e) => setPin(e.currentTarget.value)} autoComplete="off" data-autofocus />
        </ProveDialog>
      ) : null}
      {doing?.what === "remove" ? (
        <ProveDialog title={t("account.remove.of", { name: doing.factor.name })} action={t("account.remove")} offers={offers} carryOut={(proof) => account.remove(doing.factor.id, proof)} onDone={changed} onClose={close} />
      ) : null}
      {doing?.what === "rename" ? <Rename factor={doing.factor} name={name} setName={setName} onDone={() => (close(), void again())} onClose={close} /> : null}
    </Panel>
  );
}

/** The new authenticator's key, shown this once, and the first code that it shows. */
function Confirm({ begun, onDone, onClose }: { begun: { id: string; secret: string; uri: string }; onDone: (made: Changed) => void; onClose: () => void }) {
  const [code, setCode] = useState("");
  const confirm = useMutation({ mutationFn: () => account.confirmTotp(begun.id, code), onSuccess: onDone, onError: () => setCode("") });
  const ready = /^\s*(\d\s*){6}$/.test(code);
  return (
    <Modal opened onClose={onClose} title={t("account.totp.title")} size="md" closeButtonProps={{ "aria-label": t("sign.close") }} transitionProps={{ duration: 0 }}>
      <form
        className="stack-l"
        aria-label={t("account.totp.title")}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) confirm.mutate();
        }}
      >
        <p>{t("account.totp.how")}</p>
        <div className="row" style={{ gap: 18, alignItems: "flex-start" }}>
          <QrCode text={begun.uri} label={t("account.totp.qr")} />
          <div style={{ flex: 1, minWidth: 150 }}>
            <span className="muted">{t("account.totp.key")}</span>
            <p className="mono" data-testid="totp-key" style={{ overflowWrap: "anywhere" }}>
              {begun.secret.replace(/(.{4})/g, "$1 ").trim()}
            </p>
          </div>
        </div>
        <TextInput label={t("account.totp.confirm")} value={code} onChange={(e) => setCode(e.currentTarget.value)} inputMode="numeric" autoComplete="one-time-code" w={200} data-autofocus />
        {confirm.error ? <ErrorState error={confirm.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("account.cancel")}
          </Button>
          <Button type="submit" disabled={!ready} loading={confirm.isPending}>
            {t("account.totp.button")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Rename({ factor, name, setName, onDone, onClose }: { factor: Factor; name: string; setName: (name: string) => void; onDone: () => void; onClose: () => void }) {
  const rename = useMutation({ mutationFn: () => account.rename(factor.id, name.trim()), onSuccess: onDone });
  return (
    <Modal opened onClose={onClose} title={t("account.rename.of", { name: factor.name })} size="sm" closeButtonProps={{ "aria-label": t("sign.close") }} transitionProps={{ duration: 0 }}>
      <form
        className="stack-l"
        onSubmit={(e) => {
          e.preventDefault();
          if (name.trim()) rename.mutate();
        }}
      >
        <TextInput label={t("account.name")} value={name} onChange={(e) => setName(e.currentTarget.value)} maxLength={60} data-autofocus />
        {rename.error ? <ErrorState error={rename.error} /> : null}
        <Button type="submit" disabled={!name.trim()} loading={rename.isPending}>
          {t("account.rename.save")}
        </Button>
      </form>
    </Modal>
  );
}
