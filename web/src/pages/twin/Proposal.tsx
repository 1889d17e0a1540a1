import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, num } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { BandText, Proposal as ProposalShape } from "../../api/types";
import { exact, significant, unit as unitWord } from "../../format/number";
import { us } from "../../format/time";
import { short } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { nameOf, Outcome } from "./Outcome";
import type { Lane } from "../../parts/trend/lanes";
import { TrendChart } from "../../parts/trend/TrendChart";

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
            {p.state === "CHECKED" ? <SignButton label={t("twin.submit")} request={request("submitted")} /> : null}
            {p.state === "SUBMITTED" ? (
              <>
                <SignButton label={t("word.reject")} variant="default" request={request("rejected")} />
                <SignButton label={t("word.approve")} request={request("approved")} />
              </>
            ) : null}
          </>
        }
      />
      <div className="stack-l">
        <Panel>
          <ol className="ladder" aria-label={t("twin.the_proposals_way")}>
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
            <Panel title={t("twin.changes")}>
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
                        {c.low} {t("word.to")} {exact(c.high, c.unit)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {p.rationale ? <p style={{ marginTop: 10, maxWidth: "75ch" }}>{p.rationale}</p> : null}
            </Panel>
            <Panel title={t("twin.predicted_effect_at_harvest")}>
              <Effects proposal={p} />
            </Panel>
            <Courses proposal={p} />
            {p.applied.length > 0 ? (
              <Panel title={t("twin.carried_out_by_the")}>
                <ContentView content={p.applied} />
              </Panel>
            ) : null}
            {p.outcome ? (
              <Panel title={t("twin.predicted_against_actual")}>
                <Outcome outcome={p.outcome} />
              </Panel>
            ) : null}
          </div>
          <div className="stack-l">
            <Panel title={t("twin.envelope")}>
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
            <Panel title={t("twin.proposal")}>
              <Facts
                of={[
                  [t("word.author"), name(p.author_id)],
                  [t("twin.submitted_by"), name(p.submitted_by)],
                  [t("twin.decided_by"), name(p.decided_by)],
                  [t("word.expires"), <TimeStamp key="e" at={p.expires_at} />],
                  [t("word.recorded"), <BothTimes key="t" plant={p.process_at} server={p.recorded_at} />],
                  [t("word.digest"), <span key="d" className="mono" title={p.digest}>{short(p.digest)}</span>],
                ]}
              />
            </Panel>
            <Signatures record_type="twin_proposal" record_id={p.id} />
            <Panel title={t("twin.scenarios")}>
              <ContentView content={p.scenarios} />
            </Panel>
          </div>
        </div>
      </div>
    </>
  );
}

function isBand(v: unknown): v is BandText {
  return typeof v === "object" && v !== null && "median" in v && "low" in v && "high" in v;
}

/** Median and 95 % band of each output, with the proposal and without. */
function Effects({ proposal: p }: { proposal: ProposalShape }) {
  const one = p.predicted.harvest ?? {};
  const other = p.do_nothing.harvest ?? {};
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const { harvest: _h, probability: _p, ...more } = p.predicted;
  const cell = (b: BandText | undefined) =>
    b ? (
      <>
        <strong>{significant(b.median)}</strong>{" "}
        <span className="muted">
          {significant(b.low)} {t("word.to")} {significant(b.high)}
        </span>
      </>
    ) : (
      "–"
    );
  return (
    <div className="stack">
      <table className="table" data-compact>
        <thead>
          <tr>
            {["", "With the proposal", "Doing nothing", "Unit"].map((h) => (
              <th key={h} scope="col" style={{ padding: "6px 12px" }}>
                {h || <span className="hidden">{t("twin.output")}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((n) => (
            <tr key={n}>
              <td>{nameOf(n)}</td>
              <td className="tabular">{cell(one[n])}</td>
              <td className="tabular">{cell(other[n])}</td>
              <td className="muted">{unitWord(one[n]?.unit ?? other[n]?.unit)}</td>
            </tr>
          ))}
          <tr>
            <td>{t("twin.probability_that_all_attributes")}</td>
            <td className="tabular">
              <strong>{significant(p.predicted.probability)}</strong>
            </td>
            <td className="tabular">{significant(p.do_nothing.probability)}</td>
            <td />
          </tr>
        </tbody>
      </table>
      <p className="muted">{t("twin.median_and_the_95")}</p>
      {Object.keys(p.fault_cost).length > 0 ? (
        <div>
          <h3>{t("twin.what_the_fault_costs")}</h3>
          {Object.entries(p.fault_cost).map(([n, v]) => (
            <div key={n} className="row">
              <span className="muted">{nameOf(n)}</span> {isBand(v) ? <span className="tabular">{cell(v)} {unitWord(v.unit)}</span> : <ContentView content={v} />}
            </div>
          ))}
        </div>
      ) : null}
      {Object.keys(more).length > 0 ? (
        <details>
          <summary>{t("twin.more_of_the_prediction")}</summary>
          <ContentView content={more} />
        </details>
      ) : null}
    </div>
  );
}

/** The two kept scenarios over time: the proposal with its band, doing nothing as a line. */
function Courses({ proposal: p }: { proposal: ProposalShape }) {
  const now = useNow();
  const kept = useQuery({ queryKey: ["scenarios", p.instance_id], queryFn: ({ signal }) => api.scenarios(p.instance_id, signal), retry: false });
  const twins = useQuery({ queryKey: ["twins"], queryFn: ({ signal }) => api.twins(signal), retry: false });
  const start = us(twins.data?.find((x) => x.id === p.instance_id)?.started_at);
  const of = (id: string | undefined) => kept.data?.find((s) => s.id === id || s.number === id)?.result;
  const { do_nothing, ...others } = p.scenarios;
  const proposed = of(Object.values(others)[0]);
  const nothing = of(do_nothing);
  const outputs = proposed?.outputs;
  if (!outputs || !proposed.times || !Number.isFinite(start)) return null;
  const times = proposed.times.map((hour) => start + Number(hour) * 3600e6);
  const lanes: Lane[] = ["titre", "vcd", "viability", "glucose"].flatMap((name) => {
    const o = outputs[name];
    if (!o) return [];
    const without = nothing?.outputs?.[name]?.median ?? [];
    return [
      {
        key: name,
        label: nameOf(name),
        unit: o.unit,
        digits: 2,
        traces: [{ name: "doing nothing, median", points: without.map((v, i) => [times[i] ?? 0, num(v), 0] as const), from_count: without.length, dashed: true }],
        band: { label: t("twin.with_the_proposal_95"), us: times, low: o.low.map(num), mid: o.median.map(num), high: o.high.map(num) },
      },
    ];
  });
  if (lanes.length === 0) return null;
  return (
    <Panel title={t("twin.predicted_course")}>
      <TrendChart name="course" title={t("twin.predicted_course_of", { number: p.number })} lanes={lanes} from_us={times[0]!} to_us={times[times.length - 1]!} now_us={now.process * 1000} laneHeight={96} />
    </Panel>
  );
}
