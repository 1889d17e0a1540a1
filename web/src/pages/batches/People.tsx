import { Link } from "@tanstack/react-router";
import type { Batch } from "../../api/types";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useRecord } from "./useRecord";

/** Who had a hand in it, and what they signed. */
export function People({ batch }: { batch: Batch }) {
  const record = useRecord(batch.id);
  return (
    <Asked query={record} lines={8}>
      {(r) => (
        <div className="stack-l">
          <Panel title={t("batches.signatures")} flush>
            <DataTable
              name="signatures"
              label={t("batches.signatures_of", { number: batch.number })}
              rows={r.signatures}
              id={(s) => s.id}
              empty={<EmptyState title={t("batches.no_signatures_yet")}>{t("batches.the_recipes_approval_and")}</EmptyState>}
              columns={[
                { key: "name", title: t("word.signed_by"), value: (s) => s.printed_name, render: (s) => <strong>{s.printed_name}</strong> },
                { key: "robot", title: t("word.kind"), value: (s) => (s.robot ? "demo robot" : "person"), render: (s) => (s.robot ? <StateBadge state="demo robot" tone="advisory" /> : <span className="muted">{t("batches.person")}</span>) },
                { key: "meaning", title: t("batches.meaning"), value: (s) => label(s.meaning) },
                { key: "title", title: t("word.what"), value: (s) => s.title },
                { key: "reason", title: t("word.reason"), value: (s) => s.reason },
                { key: "digest", title: t("word.digest"), value: (s) => s.digest, render: (s) => <span className="mono nowrap" title={s.digest}>{s.digest.slice(0, 12)}</span> },
                { key: "at", title: t("batches.server_utc"), value: (s) => s.signed_at, render: (s) => <TimeStamp at={s.signed_at} precision="second" /> },
              ]}
            />
          </Panel>
          <Panel title={t("word.people")}>
            <ul className="row">
              {Object.entries(r.persons).map(([id, name]) => (
                <li key={id} className="badge">
                  <Link to="/people/$id" params={{ id }}>{name}</Link>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      )}
    </Asked>
  );
}
