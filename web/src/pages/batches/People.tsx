import { Link } from "@tanstack/react-router";
import type { Batch } from "../../api/types";
import { label } from "../../format/words";
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
          <Panel title="Signatures" flush>
            <DataTable
              name="signatures"
              label={`Signatures of ${batch.number}`}
              rows={r.signatures}
              id={(s) => s.id}
              empty={<EmptyState title="No signatures yet">The recipe&apos;s approval and each witness stand here.</EmptyState>}
              columns={[
                { key: "name", title: "Signed by", value: (s) => s.printed_name, render: (s) => <strong>{s.printed_name}</strong> },
                { key: "robot", title: "Kind", value: (s) => (s.robot ? "demo robot" : "person"), render: (s) => (s.robot ? <StateBadge state="demo robot" tone="advisory" /> : <span className="muted">person</span>) },
                { key: "meaning", title: "Meaning", value: (s) => label(s.meaning) },
                { key: "title", title: "What", value: (s) => s.title },
                { key: "reason", title: "Reason", value: (s) => s.reason },
                { key: "digest", title: "Digest", value: (s) => s.digest, render: (s) => <span className="mono nowrap" title={s.digest}>{s.digest.slice(0, 12)}</span> },
                { key: "at", title: "Server UTC", value: (s) => s.signed_at, render: (s) => <TimeStamp at={s.signed_at} precision="second" /> },
              ]}
            />
          </Panel>
          <Panel title="People">
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
