import { useQuery } from "@tanstack/react-query";
import { api } from "../api/endpoints";
import { label, short } from "../format/words";
import { t } from "../i18n";
import { Panel } from "./Panel";
import { Asked } from "./States";
import { StateBadge } from "./StateBadge";
import { BothTimes } from "./TimeStamp";

/** Who signed a record, with which meaning, when and why (21 CFR 11.50); a robot's signature says that it is one. */
export function Signatures({ record_type, record_id }: { record_type: string; record_id: string }) {
  const found = useQuery({ queryKey: ["signatures", record_type, record_id], queryFn: ({ signal }) => api.signatures(record_type, record_id, signal), meta: { types: ["record_signature", record_type] } });
  return (
    <Panel title={t("signatures.title")}>
      <Asked query={found} lines={2} empty={<p className="muted">{t("signatures.none")}</p>}>
        {(rows) => (
          <ul className="stack-l">
            {rows.map((s) => (
              <li key={s.id} className="stack" style={{ gap: 2 }}>
                <span className="row">
                  <strong>{s.printed_name}</strong>
                  {s.robot ? <StateBadge state="demo robot" tone="advisory" /> : null}
                  <span>{label(s.meaning)}</span>
                  <span className="muted">{s.witnessed ? t("signatures.witnessed") : t("signatures.unwitnessed")}</span>
                </span>
                <span>{s.title}</span>
                <span className="muted">{s.reason}</span>
                <BothTimes plant={s.process_at} server={s.signed_at} />
                <span className="mono muted" title={s.digest}>
                  {short(s.digest)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Asked>
    </Panel>
  );
}
