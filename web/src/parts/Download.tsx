import { Button, Modal, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { save } from "../api/http";
import { t } from "../i18n";
import { Icon } from "../shell/icons";
import { ErrorState } from "./States";

/** A document that the server writes when it is asked for; a failure is told in words, not as a broken file. */
export function DownloadButton({ address, name, label, variant = "default" }: { address: string; name: string; label: string; variant?: "default" | "filled" }) {
  const fetching = useMutation({ mutationFn: () => save(address, name) });
  return (
    <span className="stack" style={{ gap: 4 }}>
      <Button variant={variant} leftSection={<Icon name="download" />} loading={fetching.isPending} onClick={() => fetching.mutate()}>
        {label}
      </Button>
      {fetching.error ? <ErrorState error={fetching.error} /> : null}
    </span>
  );
}

/** The bundle: that it left the house is itself entered in the ledger, so it asks why. */
export function BundleButton({ record_type, record_id, name }: { record_type: string; record_id: string; name: string }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const fetching = useMutation({
    mutationFn: () => save("/api/exports", `${name}.zip`, { record_type, record_id, reason: reason.trim() }),
    onSuccess: () => {
      setAsking(false);
      setReason("");
    },
  });
  return (
    <>
      <Button variant="default" leftSection={<Icon name="download" />} onClick={() => setAsking(true)}>
        {t("bundle.button")}
      </Button>
      {asking ? (
        <Modal opened onClose={() => setAsking(false)} title={t("bundle.title", { name })} closeButtonProps={{ "aria-label": t("sign.close") }}>
          <form
            className="stack-l"
            onSubmit={(e) => {
              e.preventDefault();
              if (reason.trim()) fetching.mutate();
            }}
          >
            <p>{t("bundle.what")}</p>
            <Textarea label={t("bundle.reason")} description={t("bundle.reason.hint")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} autosize minRows={2} required withAsterisk={false} data-autofocus />
            {fetching.error ? <ErrorState error={fetching.error} /> : null}
            <div className="row" style={{ justifyContent: "flex-end" }}>
              <Button variant="default" onClick={() => setAsking(false)}>
                {t("sign.cancel")}
              </Button>
              <Button type="submit" loading={fetching.isPending} disabled={!reason.trim()}>
                {t("bundle.button")}
              </Button>
            </div>
          </form>
        </Modal>
      ) : null}
    </>
  );
}
