import { Button } from "@mantine/core";
import { useState } from "react";
import type { SignaturePreview } from "../api/sign";
import { sha256 } from "../format/sha256";
import { label, short } from "../format/words";
import { t } from "../i18n";
import { ContentView, Identifiers } from "./ContentView";
import { signed, type Plain } from "./facts";
import { Shape } from "./Shape";

export interface Checked {
  /** Read out of the very text that was hashed here; nothing else is shown. */
  content: Plain;
  /** SHA-256 of that text, computed by this page. It is what goes back with the signature. */
  digest: string;
  /** Why it may not be signed here. */
  fault: string | null;
}

/** How wide a dialog is that shows what is signed: a table of results has eight columns, and none is hidden. */
export const WIDE = "min(70rem, 94vw)";

/** Whether what this page received is what it says, and what was asked for (21 CFR 11.70). */
export function check(shown: SignaturePreview, asked: { record_type: string; record_id: string; meaning: string }): Checked {
  const digest = sha256(shown.canonical);
  let content: Plain = {};
  try {
    content = JSON.parse(shown.canonical) as Plain;
  } catch {
    return { content, digest, fault: t("signing.other") };
  }
  if (digest !== shown.digest) return { content, digest, fault: t("signing.other") };
  const same =
    content.record_type === asked.record_type &&
    content.record_id === asked.record_id &&
    content.meaning === asked.meaning &&
    content.record_version === shown.version;
  return { content, digest, fault: same ? null : t("signing.elsewhere") };
}

/** What is signed: readable, or the exact text; its meaning, version and the digest that this page computed. */
export function SignedContent({ shown, checked, meaning }: { shown: SignaturePreview; checked: Checked; meaning: string }) {
  const [exact, setExact] = useState(false);
  return (
    <>
      {exact ? (
        <pre className="box canonical" tabIndex={0} role="region" aria-label={t("signing.exact")}>
          {shown.canonical}
        </pre>
      ) : (
        <div className="box sign-facts" tabIndex={0} role="region" aria-label={t("sign.saw")}>
          <Facts content={checked.content} />
        </div>
      )}
      <div className="row sign-line">
        <span>
          <span className="muted">{t("sign.meaning")}:</span> <strong>{label(meaning)}</strong>
        </span>
        <span title={checked.digest}>
          <span className="muted">{t("sign.digest")}</span> <span className="mono">{short(checked.digest)}</span>
          {checked.fault ? null : <span className="muted"> {t("signing.recomputed")}</span>}
        </span>
        <span className="muted">{t("sign.version", { n: shown.version })}</span>
        <Button variant="subtle" size="compact-xs" onClick={() => setExact(!exact)} aria-pressed={exact}>
          {exact ? t("sign.readable") : t("sign.canonical")}
        </Button>
      </div>
      {checked.fault ? (
        <div className="notice" data-tone="alarm" role="alert">
          <p className="row">
            <Shape tone="alarm" /> <strong>{t("signing.fault")}</strong>
          </p>
          <p>{checked.fault}</p>
          <p className="muted">{t("signing.fault.next")}</p>
        </div>
      ) : null}
    </>
  );
}

/** Why it may not be signed yet. */
export function Blockers({ of, id }: { of: string[]; id?: string }) {
  if (of.length === 0) return null;
  return (
    <div className="notice" data-tone="warning" id={id}>
      <p className="row">
        <Shape tone="warning" /> <strong>{t("sign.blocked")}</strong>
      </p>
      <ul style={{ listStyle: "disc", paddingLeft: 22 }}>
        {of.map((b) => (
          <li key={b}>{b}</li>
        ))}
      </ul>
    </div>
  );
}

/** The record's own facts, what the person enters, and last, folded, what identifies. */
export function Facts({ content }: { content: Plain }) {
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
