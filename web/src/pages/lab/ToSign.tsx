import { Button, Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import type { Work } from "../../api/types";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { SeriesDialog } from "../../parts/SeriesDialog";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

type Meaning = "reviewed" | "approved";

/** What a test's state is while its result waits for a signature of the meaning. */
const WAITS = { reviewed: "entered", approved: "reviewed" } as const;

interface Waiting {
  sample: Work["sample"];
  work: Work[];
}

/** Samples whose results wait for a signature: chosen, read one by one, and signed as a series with one proof. */
export function ToSign() {
  return (
    <div className="stack-l">
      <List meaning="reviewed" may={useMaySee("reviewer")} />
      <List meaning="approved" may={useMaySee("reviewer", "quality")} />
    </div>
  );
}

function List({ meaning, may }: { meaning: Meaning; may: boolean }) {
  const state = WAITS[meaning];
  const work = useQuery({ queryKey: ["worklist", state], queryFn: ({ signal }) => api.worklist({ state }, signal), meta: { types: ["lims_"] } });
  return (
    <Panel title={t(`lab.series.${meaning}`)} flush>
      {/* The list says itself that it is empty: the dialog over it stays until the person closes it. */}
      <Asked query={work}>
        {(rows) => <Chosen meaning={meaning} may={may} waiting={bySample(rows)} />}
      </Asked>
    </Panel>
  );
}

/** The results of runs are signed with their run, so they are not here. */
function bySample(rows: readonly Work[]): Waiting[] {
  const found = new Map<string, Waiting>();
  for (const one of rows.filter((r) => r.test.run_id === null && r.result)) {
    const known = found.get(one.sample.id) ?? { sample: one.sample, work: [] };
    known.work.push(one);
    found.set(one.sample.id, known);
  }
  return [...found.values()];
}

function Chosen({ meaning, may, waiting }: { meaning: Meaning; may: boolean; waiting: Waiting[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // As they were when the dialog was opened: what is signed leaves the list under it.
  const [signing, setSigning] = useState<Waiting[] | null>(null);
  const mine = waiting.filter((w) => chosen.has(w.sample.id));
  const request = useMemo(
    () => ({ record_type: "lims_sample", meaning, items: (signing ?? []).map((w) => ({ record_id: w.sample.id, data: {} })) }),
    [meaning, signing],
  );
  const choose = (id: string, on: boolean) => setChosen(on ? new Set([...chosen, id]) : new Set([...chosen].filter((one) => one !== id)));
  return (
    <>
      <DataTable
        name={`sign-${meaning}`}
        label={t(`lab.series.${meaning}`)}
        rows={waiting}
        id={(w) => w.sample.id}
        empty={<EmptyState title={t(`lab.series.${meaning}.none`)}>{t("lab.series.none.why")}</EmptyState>}
        columns={[
          ...(may
            ? [
                {
                  key: "choose",
                  title: t("lab.series.choose"),
                  value: (w: Waiting) => (chosen.has(w.sample.id) ? 1 : 0),
                  render: (w: Waiting) => (
                    <Checkbox size="md" aria-label={t("series.choose", { name: w.sample.number })} checked={chosen.has(w.sample.id)} onChange={(e) => choose(w.sample.id, e.currentTarget.checked)} />
                  ),
                },
              ]
            : []),
          { key: "sample", title: t("word.sample"), value: (w) => w.sample.number, nowrap: true, render: (w) => <Link to="/lab/samples/$id" params={{ id: w.sample.id }}>{w.sample.number}</Link> },
          { key: "point", title: t("word.point"), value: (w) => w.sample.point },
          {
            key: "results",
            title: t("lab.series.results"),
            value: (w) => w.work.map(said).join("; "),
            render: (w) => (
              <ul className="stack" style={{ gap: 2 }}>
                {w.work.map((one) => (
                  <li key={one.test.id} className="row">
                    <span className="tabular">{said(one)}</span>
                    {one.evaluation ? <StateBadge state={one.evaluation.outcome} /> : null}
                  </li>
                ))}
              </ul>
            ),
          },
          { key: "sampled", title: t("word.sampled"), value: (w) => w.sample.sampled_at, render: (w) => <TimeStamp at={w.sample.sampled_at} /> },
        ]}
      />
      {may && waiting.length > 0 ? (
        <div className="row" style={{ justifyContent: "flex-end", padding: 12 }}>
          {chosen.size > 0 ? (
            <Button variant="subtle" onClick={() => setChosen(new Set())}>
              {t("series.clear")}
            </Button>
          ) : null}
          <Button disabled={mine.length === 0} onClick={() => setSigning(mine)}>
            {t("series.sign", { n: mine.length })}
          </Button>
        </div>
      ) : null}
      {signing ? (
        <SeriesDialog
          request={request}
          names={Object.fromEntries(signing.map((w) => [w.sample.id, w.sample.number]))}
          onClose={() => setSigning(null)}
          onSigned={() => setChosen(new Set())}
        />
      ) : null}
    </>
  );
}

const said = (one: Work) => `${one.test.analysis}: ${one.result ? exact(one.result.text, one.result.unit) : "–"}`;
