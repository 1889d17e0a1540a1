import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { past, type AlcoaPrinciple, type AlcoaQuestion } from "../../api/past";
import { count } from "../../format/number";
import { noun } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { addressOf } from "../../shell/nav";
import { AlcoaRuns } from "./AlcoaRuns";
import { TONES } from "./alcoaTones";

function told(state: string, found: number): string {
  if (state === "clean") return t("alcoa.clean");
  if (state === "nothing yet") return t("alcoa.nothing");
  if (state !== "exceptions") return t("alcoa.unknown");
  return found === 1 ? t("alcoa.exception") : t("alcoa.exceptions", { n: count(found) });
}

/** Which principle is opened where nobody chose one: what could not be evaluated, then what has exceptions. */
const WORST = ["not evaluated", "exceptions"];

/** Nine cards, one a principle; below them what the chosen one asked, the query as it ran, and what was found. */
export default function Alcoa() {
  const [chosen, setChosen] = useView("principle");
  const board = useQuery({ queryKey: ["alcoa"], queryFn: ({ signal }) => past.alcoa(signal), staleTime: 60_000 });
  return (
    <>
      <PageHead
        title={t("alcoa.title")}
        sub={t("alcoa.sub")}
        right={
          <>
            <Link to="/record">{t("word.record")}</Link>
            <a href="/api/govern/alcoa.pdf" download="alcoa.pdf">{t("alcoa.pdf")}</a>
            <a href="/api/govern/alcoa" download="alcoa.json">{t("alcoa.json")}</a>
            <Button variant="default" loading={board.isFetching} onClick={() => void board.refetch()}>
              {t("alcoa.again")}
            </Button>
          </>
        }
      />
      <Asked query={board} lines={14}>
        {(b) => {
          const at = b.principles.find((p) => p.name === chosen) ?? WORST.flatMap((s) => b.principles.filter((p) => p.state === s))[0] ?? b.principles[0]!;
          return (
            <div className="stack-l">
              <p>
                <strong>{b.sentence}</strong> <span className="muted">{t("alcoa.at")}</span> <TimeStamp at={b.at} />
              </p>
              <p className="notice">{b.caveat}</p>
              <ul className="nine">
                {b.principles.map((p) => (
                  <li key={p.name}>
                    <button type="button" className="card" aria-pressed={p.name === at.name} onClick={() => setChosen(p.name)}>
                      <span className="row" style={{ justifyContent: "space-between" }}>
                        <strong>{p.name}</strong>
                        <StateBadge state={p.state} tone={TONES[p.state] ?? "bad"} word={told(p.state, p.found)} />
                      </span>
                      <span className="muted">{p.sentence}</span>
                      <span className="muted tabular">{t("alcoa.lookedat", { n: count(p.looked_at) })}</span>
                    </button>
                  </li>
                ))}
              </ul>
              <Chosen principle={at} />
              <AlcoaRuns names={b.principles.map((p) => p.name)} />
            </div>
          );
        }}
      </Asked>
    </>
  );
}

function Chosen({ principle: p }: { principle: AlcoaPrinciple }) {
  return (
    <section className="stack-l" aria-label={t("alcoa.questions", { name: p.name })}>
      <h2>{t("alcoa.questions", { name: p.name })}</h2>
      {p.questions.map((q) => (
        <Question key={q.id} question={q} />
      ))}
    </section>
  );
}

function Question({ question: q }: { question: AlcoaQuestion }) {
  return (
    <Panel title={q.words} right={<StateBadge state={q.state} tone={TONES[q.state] ?? "bad"} word={told(q.state, q.found)} />}>
      <div className="stack">
        <p className="muted tabular">{t("alcoa.took", { n: count(q.looked_at), m: count(q.found), s: q.seconds })}</p>
        {q.fault ? <p className="notice" data-tone="alarm">{q.fault}</p> : null}
        {q.findings.length > 0 ? (
          <DataTable
            name={q.id}
            label={q.words}
            bare={q.findings.length < 10}
            rows={q.findings}
            id={(f) => `${f.record_type}/${f.record_id}/${f.name}/${f.detail}`}
            page={20}
            empty={<EmptyState title={t("alcoa.none")} />}
            columns={[
              { key: "kind", title: t("alcoa.kind"), value: (f) => f.record_type, render: (f) => noun(f.record_type), nowrap: true },
              { key: "name", title: t("alcoa.record"), value: (f) => f.name, render: (f) => <Where type={f.record_type} id={f.record_id} name={f.name} /> },
              { key: "detail", title: t("alcoa.detail"), value: (f) => f.detail },
            ]}
          />
        ) : null}
        {q.found > q.findings.length ? <p className="muted">{t("alcoa.first", { n: count(q.findings.length) })}</p> : null}
        <details>
          <summary>{t("alcoa.query")}</summary>
          <pre className="box" tabIndex={0}>{q.query.trim()}</pre>
        </details>
      </div>
    </Panel>
  );
}

/** The record's own page where it has one; else the record through time. */
function Where({ type, id, name }: { type: string; id: string; name: string }) {
  if (!id) return <>{name}</>;
  const to = addressOf(type, id);
  return to ? (
    <a href={to}>{name}</a>
  ) : (
    <Link to="/record/past" search={{ type, id } as never}>
      {name}
    </Link>
  );
}
