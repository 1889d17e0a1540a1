import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import type { Proposal as ProposalShape } from "../../api/types";
import { exact } from "../../format/number";
import { short } from "../../format/words";
import { ContentView } from "../../parts/ContentView";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Asked } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

const WAY = ["DRAFT", "CHECKED", "SUBMITTED", "APPROVED", "DISPATCHED", "VERIFIED", "CLOSED"];

/** A proposal: what it changes, what it would do beside doing nothing, what the envelope says, and the signatures. */
export default function Proposal() {
  const { id } = useParams({ strict: false }) as { id: string };
  const proposal = useQuery({ queryKey: ["proposal", id], queryFn: ({ signal }) => api.proposal(id, signal), meta: { types: ["twin_proposal"] } });
  return (
    <Asked query={proposal} lines={10}>
      {(found) => <Body proposal={found} />}
    </Asked>
  );
}

function Body({ proposal: p }: { proposal: ProposalShape }) {
  const name = usePeople();
  const request = (meaning: string) => ({ record_type: "twin_proposal", record_id: p.id, meaning, data: {} });
  const at = WAY.indexOf(p.state);
  return (
    <>
      <PageHead
        title={`${p.number}  ${p.title}`}
        state={<StateBadge state={p.state} />}
        sub={
          <Link to="/batches/$id" params={{ id: p.batch_id }}>
            {p.batch_number}
          </Link>
        }
        right={
          <>
            {p.state === "CHECKED" ? <SignButton label="Submit" request={request("submitted")} /> : null}
            {p.state === "SUBMITTED" ? (
              <>
                <SignButton label="Reject" variant="default" request={request("rejected")} />
                <SignButton label="Approve" request={request("approved")} />
              </>
            ) : null}
          </>
        }
      />
      <div className="stack-l">
        <Panel>
          <ol className="ladder" aria-label="The proposal's way">
            {WAY.map((s, i) => (
              <li key={s} aria-current={i === at ? "step" : undefined}>
                <StateBadge state={s.toLowerCase()} tone={i < at ? "done" : i === at ? "active" : "plain"} />
              </li>
            ))}
            {at < 0 ? (
              <li aria-current="step">
                <StateBadge state={p.state} />
              </li>
            ) : null}
          </ol>
          {p.state_reason ? <p style={{ marginTop: 8 }}>{p.state_reason}</p> : null}
        </Panel>
        <div className="split-2">
          <div className="stack-l">
            <Panel title="Changes">
              <table className="table" data-compact>
                <thead>
                  <tr>
                    {["Set-point", "Now", "Proposed", "Proven range"].map((h) => (
                      <th key={h} scope="col" style={{ padding: "6px 12px" }}>
                        {h}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {p.changes.map((c, i) => (
                    <tr key={i}>
                      <td className="mono">{c.tag}</td>
                      <td className="tabular">{exact(c.present, c.unit)}</td>
                      <td className="tabular">
                        <strong>{exact(c.value, c.unit)}</strong>
                      </td>
                      <td className="tabular muted">
                        {c.low} to {exact(c.high, c.unit)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {p.rationale ? <p style={{ marginTop: 10, maxWidth: "75ch" }}>{p.rationale}</p> : null}
            </Panel>
            <Panel title="Predicted effect, beside doing nothing">
              <div className="cols">
                <div>
                  <h3>With the proposal</h3>
                  <ContentView content={p.predicted} />
                </div>
                <div>
                  <h3>Doing nothing</h3>
                  <ContentView content={p.do_nothing} />
                </div>
                {Object.keys(p.fault_cost).length > 0 ? (
                  <div>
                    <h3>What the fault has cost so far</h3>
                    <ContentView content={p.fault_cost} />
                  </div>
                ) : null}
              </div>
            </Panel>
            {p.applied.length > 0 ? (
              <Panel title="Carried out by the MES">
                <ContentView content={p.applied} />
              </Panel>
            ) : null}
            {p.outcome ? (
              <Panel title="Predicted against actual">
                <ContentView content={p.outcome} />
              </Panel>
            ) : null}
          </div>
          <div className="stack-l">
            <Panel title="Envelope">
              <ul className="stack">
                {p.checks.map((c, i) => {
                  return (
                    <li key={i}>
                      <div className="row">
                        <StateBadge state={c.outcome} />
                        <strong>{c.name}</strong>
                      </div>
                      <span className="muted">{c.detail}</span>
                    </li>
                  );
                })}
              </ul>
            </Panel>
            <Panel title="Proposal">
              <Facts
                of={[
                  ["Author", name(p.author_id)],
                  ["Submitted by", name(p.submitted_by)],
                  ["Decided by", name(p.decided_by)],
                  ["Expires", <TimeStamp key="e" at={p.expires_at} />],
                  ["Digest", <span key="d" className="mono" title={p.digest}>{short(p.digest)}</span>],
                ]}
              />
            </Panel>
            <Panel title="Scenarios">
              <ContentView content={p.scenarios} />
            </Panel>
          </div>
        </div>
      </div>
    </>
  );
}
