import { Button, Checkbox, Modal, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { toProblem } from "../api/problem";
import { giveSeries, previewSeries, type SeriesRequest, type SignatureOut, type SignaturePreview } from "../api/sign";
import { label, short } from "../format/words";
import { t } from "../i18n";
import { useProof } from "./ProofFields";
import { Blockers, check, SignedContent, WIDE, type Checked } from "./SignedContent";
import { Witnessing } from "./Signatures";
import { ErrorState, LoadingState } from "./States";
import { StateBadge } from "./StateBadge";

interface Props {
  request: SeriesRequest;
  /** What people call each record, by its id. */
  names: Readonly<Record<string, string>>;
  onClose: () => void;
  onSigned?: (signatures: SignatureOut[]) => void;
}

interface Line {
  name: string;
  shown: SignaturePreview;
  checked: Checked;
}

/**
 * Signs several records of one kind with one proof of identity (21 CFR 11.200(a)(1)(i)). Each is opened and ticked as
 * read by the person; each gets a signature of its own over its own digest; all are signed, or none.
 */
export function SeriesDialog({ request, names, onClose, onSigned }: Props) {
  const client = useQueryClient();
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string | null>(null);
  const [reason, setReason] = useState("");

  const preview = useQuery({
    queryKey: ["sign.preview", request],
    queryFn: () => previewSeries(request),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const all = useMemo<Line[]>(
    () =>
      (preview.data ?? []).map((shown) => ({
        name: names[shown.record_id] ?? shown.record_id,
        shown,
        checked: check(shown, { ...request, record_id: shown.record_id }),
      })),
    [preview.data, request, names],
  );
  const lines = all.filter((line) => !out.has(line.shown.record_id));
  const stopped = lines.filter((line) => line.shown.blockers.length > 0 || line.checked.fault);
  const unread = lines.filter((line) => !read.has(line.shown.record_id));
  const proof = useProof(preview.data?.[0]?.proof, lines.length === 0);

  const sign = useMutation({
    mutationFn: () =>
      giveSeries({
        record_type: request.record_type,
        meaning: request.meaning,
        items: lines.map((line) => ({
          record_id: line.shown.record_id,
          data: request.items.find((item) => item.record_id === line.shown.record_id)?.data ?? {},
          version: line.shown.version,
          digest: line.checked.digest,
        })),
        reason: reason.trim(),
        ...proof.given,
      }),
    onSuccess: (signatures) => {
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "session" && q.queryKey[0] !== "sign.preview" });
      onSigned?.(signatures);
    },
    onError: proof.failed,
    onSettled: proof.clear,
  });

  const ready = lines.length > 0 && stopped.length === 0 && unread.length === 0 && reason.trim() !== "" && proof.proved && !sign.isPending;
  const sessionEnded = sign.error !== null && toProblem(sign.error).reason === "session";
  const stale = sign.error && toProblem(sign.error).status === 412;

  function toggle(id: string) {
    setAt(at === id ? null : id);
    setOpened(new Set([...opened, id]));
  }

  function again() {
    // What has changed is to be read anew; what has not stays read.
    const before = new Map(all.map((line) => [line.shown.record_id, line.checked.digest]));
    sign.reset();
    void preview.refetch().then((found) => {
      const same = (found.data ?? []).filter((shown) => before.get(shown.record_id) === shown.digest).map((shown) => shown.record_id);
      setRead(new Set([...read].filter((id) => same.includes(id))));
      setOpened(new Set([...opened].filter((id) => same.includes(id))));
    });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready) sign.mutate();
  }

  const title = t("series.title", { n: lines.length || request.items.length });
  return (
    <Modal opened onClose={onClose} title={title} size={WIDE} xOffset="3vw" closeButtonProps={{ "aria-label": t("sign.close") }}>
      {sign.data ? (
        <div className="stack" role="status">
          <p>
            <strong>{t("series.done", { n: sign.data.length })}</strong>
          </p>
          <ul className="stack" style={{ gap: 2 }}>
            {sign.data.map((one) => (
              <li key={one.id} className="row">
                <strong>{names[one.record_id] ?? one.record_id}</strong> <span>{label(one.meaning)}</span>
                <span className="mono muted" title={one.digest}>
                  {short(one.digest)}
                </span>
              </li>
            ))}
          </ul>
          <Witnessing id={sign.data.at(-1)!.id} />
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button onClick={onClose} data-autofocus>
              {t("sign.close")}
            </Button>
          </div>
        </div>
      ) : preview.error ? (
        <ErrorState error={preview.error} again={() => void preview.refetch()} />
      ) : !preview.data ? (
        <LoadingState lines={7} />
      ) : (
        <form onSubmit={submit} className="stack" aria-label={title}>
          <div>
            <strong>{t("series.you", { n: lines.length })}</strong>
            <p className="muted">{t("series.what")}</p>
          </div>
          {lines.length === 0 ? <p>{t("series.none")}</p> : null}
          <ul className="series">
            {lines.map((line) => {
              const id = line.shown.record_id;
              const bad = line.shown.blockers.length > 0 || Boolean(line.checked.fault);
              return (
                <li key={id}>
                  <div className="row">
                    <button type="button" className="pick series-open" aria-expanded={at === id} onClick={() => toggle(id)}>
                      <strong>{line.name}</strong>
                      <span className="muted">{t("sign.version", { n: line.shown.version })}</span>
                      <span className="mono muted" title={line.checked.digest}>
                        {short(line.checked.digest)}
                      </span>
                      {bad ? <StateBadge state="blocked" tone="warning" /> : null}
                    </button>
                    <Checkbox
                      size="md"
                      label={t("series.read", { name: line.name })}
                      checked={read.has(id)}
                      disabled={bad || !opened.has(id)}
                      onChange={(e) => setRead(e.currentTarget.checked ? new Set([...read, id]) : new Set([...read].filter((one) => one !== id)))}
                    />
                    <Button variant="subtle" size="compact-xs" onClick={() => setOut(new Set([...out, id]))} aria-label={t("series.out", { name: line.name })}>
                      {t("series.out.short")}
                    </Button>
                  </div>
                  {at === id ? (
                    <div className="stack series-content">
                      <SignedContent shown={line.shown} checked={line.checked} meaning={request.meaning} />
                    </div>
                  ) : null}
                  <Blockers of={line.shown.blockers} />
                </li>
              );
            })}
          </ul>
          <p className="muted" aria-live="polite">
            {unread.length > 0 ? t("series.unread", { n: unread.length }) : t("series.allread", { n: lines.length })}
            {stopped.length > 0 ? ` · ${t("series.blocked", { n: stopped.length })}` : ""}
          </p>
          <Textarea
            label={t("sign.reason")}
            description={t("sign.reason.hint")}
            value={reason}
            onChange={(e) => setReason(e.currentTarget.value)}
            autosize
            minRows={2}
            maxRows={5}
            required
            withAsterisk={false}
          />
          {proof.fields}
          {sign.error && !sessionEnded ? <ErrorState error={sign.error} /> : null}
          {stale ? (
            <Button variant="default" onClick={again}>
              {t("sign.reread")}
            </Button>
          ) : null}
          <div className="row" style={{ justifyContent: "flex-end" }}>
            <Button variant="default" onClick={onClose}>
              {t("sign.cancel")}
            </Button>
            <Button type="submit" disabled={!ready} loading={sign.isPending}>
              {t("series.button", { n: lines.length })}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
