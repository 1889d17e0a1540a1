import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/endpoints";
import { readSignature, type SignatureOut } from "../api/sign";
import { sha256 } from "../format/sha256";
import { offset, stamp } from "../format/time";
import { label, short } from "../format/words";
import { t } from "../i18n";
import { Facts as Pairs, Panel } from "./Panel";
import type { Tone } from "./states";
import { Asked, LoadingState } from "./States";
import { StateBadge } from "./StateBadge";
import { BothTimes } from "./TimeStamp";

const TONES: Record<string, Tone> = { in_force: "plain", void: "warning", broken: "alarm" };

/**
 * The manifest (21 CFR 11.50): who signed a record, when with the zone, with which meaning and why, which version by
 * which digest; whether it is in force, void or broken; a robot's signature says that it is one.
 */
export function Signatures({ record_type, record_id }: { record_type: string; record_id: string }) {
  const found = useQuery({
    queryKey: ["signatures", record_type, record_id],
    queryFn: ({ signal }) => api.signatures(record_type, record_id, signal),
    meta: { types: ["record_signature", record_type] },
    refetchInterval: (query) => (query.state.data?.some((s) => !s.witnessed) ? 1000 : false),
  });
  return (
    <Panel title={t("signatures.title")}>
      <Asked query={found} lines={2} empty={<p className="muted">{t("signatures.none")}</p>}>
        {(rows) => (
          <ul className="stack-l" aria-label={t("signatures.title")}>
            {rows.map((s) => (
              <One key={s.id} of={s} />
            ))}
          </ul>
        )}
      </Asked>
    </Panel>
  );
}

function One({ of: s }: { of: SignatureOut }) {
  const [open, setOpen] = useState(false);
  const word = s.validity === "in_force" ? t("signing.inforce") : s.validity === "void" ? t("signing.void") : t("signing.broken");
  return (
    <li className="stack" style={{ gap: 4 }} data-validity={s.validity}>
      <span className="row">
        <strong>{s.printed_name}</strong>
        {s.robot ? <StateBadge state="demo robot" tone="advisory" /> : null}
        {s.on_behalf_of ? <span className="muted">{t("signing.instead", { name: s.on_behalf_of })}</span> : null}
        <StateBadge state={s.validity} word={word} tone={TONES[s.validity] ?? "alarm"} />
        <span className="muted">{s.witnessed ? t("signatures.witnessed") : t("signing.pending")}</span>
      </span>
      {s.validity_why ? (
        <p className="notice" data-tone={s.validity === "broken" ? "alarm" : "warning"}>
          {s.validity_why}
        </p>
      ) : null}
      <Pairs
        of={[
          [t("signing.meaning"), label(s.meaning)],
          [t("signing.of"), s.title],
          [
            t("signing.when"),
            <span key="w" className="tabular">
              {stamp(s.signed_at, s.time_zone)} {s.time_zone} ({offset(s.signed_at, s.time_zone)})
            </span>,
          ],
          [t("signing.reason"), s.reason],
          [
            t("sign.digest"),
            <span key="d">
              <span className="mono" title={s.digest}>
                {short(s.digest)}
              </span>{" "}
              <span className="muted">
                {t("signing.attached", { n: s.record_version })}
                {s.validity === "in_force" && s.version_now > s.record_version ? `; ${t("signing.unchanged", { n: s.version_now })}` : ""}
              </span>
            </span>,
          ],
        ]}
      />
      <BothTimes plant={s.process_at} server={s.signed_at} />
      <span>
        <Button variant="subtle" size="compact-xs" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? t("signing.content.hide") : t("signing.content")}
        </Button>
      </span>
      {open ? <Content id={s.id} digest={s.digest} /> : null}
    </li>
  );
}

/** The exact text that was signed, hashed again by this page. */
function Content({ id, digest }: { id: string; digest: string }) {
  const found = useQuery({ queryKey: ["signature", id], queryFn: ({ signal }) => readSignature(id, signal) });
  if (!found.data) return <LoadingState lines={3} />;
  const same = sha256(found.data.canonical) === digest;
  return (
    <div className="stack">
      <pre className="box canonical" tabIndex={0} role="region" aria-label={t("signing.exact")}>
        {found.data.canonical}
      </pre>
      <p className={same ? "muted" : "notice"} data-tone={same ? undefined : "alarm"}>
        {same ? t("signing.content.holds") : t("signing.content.not")}
      </p>
    </div>
  );
}

/** Pending until a witness has seen the signature; asked again until then. */
export function Witnessing({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ["signature", id],
    queryFn: ({ signal }) => readSignature(id, signal),
    refetchInterval: (query) => (query.state.data?.signature.witnessed ? false : 500),
  });
  const seen = found.data?.signature.witnessed ?? false;
  return (
    <p className="row" aria-live="polite" data-witnessed={seen}>
      <StateBadge state={seen ? "witnessed" : "pending"} word={seen ? t("signing.witnessed") : t("signing.pending")} tone={seen ? "done" : "waiting"} />
      {seen ? null : <span className="muted">{t("signing.pending.why")}</span>}
    </p>
  );
}
