import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, contentAddress } from "../api/endpoints";
import type { OriginLink } from "../api/types";
import { label } from "../format/words";
import { t } from "../i18n";
import { addressOf } from "../shell/nav";
import { ContentView } from "./ContentView";
import { Panel } from "./Panel";
import { Asked } from "./States";
import { TimeStamp } from "./TimeStamp";

/** Certificate -> result -> calculation -> peak -> bytes -> instrument -> person -> entry: one step a line. */
export function WhereFrom({ result }: { result: string }) {
  const origin = useQuery({ queryKey: ["origin", result], queryFn: ({ signal }) => api.origin(result, signal), meta: { types: ["lims_", "record_signature"] } });
  return (
    <Panel title={t("where.title")}>
      <Asked query={origin} lines={8} empty={<p className="muted">{t("where.none")}</p>}>
        {(links) => (
          <ol className="chain" aria-label={t("where.title")}>
            {links.map((link, i) => (
              <Step key={i} link={link} />
            ))}
          </ol>
        )}
      </Asked>
    </Panel>
  );
}

function addressIn(link: OriginLink): string | null {
  if (link.kind === "entry" && typeof link.data.entry_id === "string") return `/record/entries/${link.data.entry_id}?seq=${String(link.data.seq ?? "")}`;
  if (link.kind === "instrument" && typeof link.data.code === "string") return `/units/${encodeURIComponent(link.data.code)}#calibrations`;
  if (link.kind === "person" && link.record_id) return `/people/${encodeURIComponent(link.record_id)}#training`;
  if (link.kind === "peak" && link.record_id) {
    const position = /^Injection (\d+)/.exec(link.title)?.[1] ?? "";
    return `/lab/runs/${encodeURIComponent(link.record_id)}?injection=${position}#chromatogram`;
  }
  return link.record_type && link.record_id ? addressOf(link.record_type, link.record_id) : null;
}

function Step({ link }: { link: OriginLink }) {
  const [open, setOpen] = useState(false);
  const to = addressIn(link);
  const digest = link.kind === "file" && typeof link.data.digest === "string" ? link.data.digest : null;
  const more = Object.keys(link.data).length > 0;
  return (
    <li>
      <h3>
        {label(link.kind)}
        {link.at ? (
          <>
            {" · "}
            <TimeStamp at={link.at} />
          </>
        ) : null}
      </h3>
      <p style={{ overflowWrap: "anywhere" }}>
        {to ? <a href={to}>{link.title}</a> : <strong>{link.title}</strong>}
        {link.kind === "peak" ? <span className="muted"> ({t("where.drawn")})</span> : null}
      </p>
      {link.detail ? (
        <p className={digest ? "mono muted" : "muted"} style={{ overflowWrap: "anywhere" }}>
          {link.detail}
        </p>
      ) : null}
      <div className="row">
        {digest ? (
          <a href={contentAddress(digest)} download={link.title}>
            {t("bytes.download")}
          </a>
        ) : null}
        {more ? (
          <Button variant="subtle" size="compact-xs" onClick={() => setOpen(!open)} aria-expanded={open}>
            {open ? t("where.less") : t("where.more")}
          </Button>
        ) : null}
      </div>
      {open ? (
        <div className="box">
          <ContentView content={link.data} />
        </div>
      ) : null}
    </li>
  );
}
