import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, num } from "../../api/endpoints";
import type { Injection } from "../../api/types";
import { count, significant } from "../../format/number";
import { csv, download, fileName } from "../../format/csv";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, LoadingState } from "../../parts/States";
import { useView } from "../../parts/view";

const XYPlot = lazy(() => import("../../parts/trend/XYPlot"));

const COLUMNS = ["name", "start", "apex", "end", "area", "height", "area_percent", "tailing", "plates", "resolution"];
const TITLES: Record<string, string> = { name: "Peak", start: "Start (min)", apex: "Apex (min)", end: "End (min)", area: "Area (mAU·min)", height: "Height (mAU)" };

/** The signal as it was measured, with the peaks as they were integrated, the instrument's own claim, and its history. */
export function Chromatogram({ run, number, injections }: { run: string; number: string; injections: Injection[] }) {
  const [chosen, setChosen] = useView("injection");
  const [asTable, setAsTable] = useState(false);
  const at = injections.find((i) => String(i.position) === chosen) ?? injections[0]!;
  const trace = useQuery({ queryKey: ["chromatogram", run, at.position], queryFn: ({ signal }) => api.chromatogram(run, at.position, signal), staleTime: Number.POSITIVE_INFINITY });
  const peaks = at.peaks.map((p) => ({ name: String(p.name ?? ""), start: num(text(p.start)), apex: num(text(p.apex)), end: num(text(p.end)) }));
  return (
    <Panel
      id="chromatogram"
      title={t("chromatogram.title")}
      right={
        <Select
          aria-label={t("chromatogram.injection")}
          size="xs"
          w={300}
          value={String(at.position)}
          onChange={(v) => setChosen(v ?? undefined)}
          data={injections.map((i) => ({ value: String(i.position), label: `${i.position}  ${i.name}` }))}
          allowDeselect={false}
        />
      }
    >
      <div className="stack-l">
        <Asked query={trace} lines={6}>
          {(got) => (
            <div>
              <div className="row" style={{ justifyContent: "space-between" }}>
                <p className="muted tabular">
                  {got.decimated ? t("chromatogram.decimated", { shown: count(got.time.length), all: count(got.from_count) }) : t("chromatogram.raw", { all: count(got.from_count) })}
                </p>
                <span className="grow" />
                <Button variant="subtle" size="compact-xs" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
                  {asTable ? t("chromatogram.chart") : t("chromatogram.table")}
                </Button>
                <Button
                  variant="subtle"
                  size="compact-xs"
                  onClick={() => {
                    const now = new Date().toISOString();
                    const rows = got.time.map((x, i) => [x, got.signal[i] ?? null]);
                    download(fileName(`${number} ${at.name}`, now), csv(["time (min)", "signal (mAU)"], rows, { run: number, injection: at.name, exported: now, points: `${got.time.length} of ${got.from_count}`, from: location.href }));
                  }}
                >
                  {t("trend.export")}
                </Button>
              </div>
              {asTable ? (
                <div className="list">
                  <DataTable
                    name="signal"
                    label={t("chromatogram.values", { name: at.name })}
                    rows={got.time.map((x, i) => ({ x, y: got.signal[i] ?? null }))}
                    bare
                    id={(r) => String(r.x)}
                    columns={[
                      { key: "x", title: t("lab.time_min"), align: "right", value: (r) => r.x },
                      { key: "y", title: t("lab.signal_mau"), align: "right", value: (r) => r.y, render: (r) => <span className="tabular">{significant(r.y === null ? null : String(r.y), 5)}</span> },
                    ]}
                  />
                </div>
              ) : (
              <Suspense fallback={<LoadingState lines={6} />}>
                <XYPlot
                  label={t("chromatogram.label", { name: got.injection, n: peaks.length })}
                  lines={[{ name: got.injection, x: got.time, y: got.signal }]}
                  xTitle="Time (min)"
                  yTitle="Signal (mAU)"
                  markers={peaks.flatMap((p) => (p.apex === null ? [] : [{ x: p.apex, label: p.name }]))}
                  areas={peaks.flatMap((p) => (p.start === null || p.end === null ? [] : [{ from: p.start, to: p.end }]))}
                />
              </Suspense>
              )}
            </div>
          )}
        </Asked>
        <DataTable
          name="peaks"
          label={t("chromatogram.peaks", { name: at.name })}
          rows={at.peaks.map((p, n) => ({ n, p }))}
          bare
          id={(r) => String(r.n)}
          empty={<EmptyState title={t("chromatogram.nopeaks")} />}
          columns={COLUMNS.filter((key) => at.peaks.some((p) => key in p)).map((key) => ({
            key,
            title: TITLES[key] ?? label(key),
            align: key === "name" ? undefined : ("right" as const),
            value: (r: { p: Record<string, unknown> }) => text(r.p[key]),
            render: (r: { p: Record<string, unknown> }) => <span className="tabular" title={text(r.p[key]) ?? undefined}>{key === "name" ? text(r.p[key]) : significant(text(r.p[key]), 5)}</span>,
          }))}
        />
        <div className="cols">
          <section>
            <h3>{t("chromatogram.history")}</h3>
            {(at.history ?? []).length === 0 ? <p className="muted">{t("chromatogram.nohistory")}</p> : <ContentView content={at.history} />}
          </section>
          <section>
            <h3>{t("chromatogram.claimed")}</h3>
            {(at.claimed ?? []).length === 0 ? <p className="muted">{t("chromatogram.noclaim")}</p> : <ContentView content={at.claimed} />}
          </section>
        </div>
      </div>
    </Panel>
  );
}

const text = (v: unknown): string | null => (v === null || v === undefined ? null : String(v));
