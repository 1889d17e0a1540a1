import { Checkbox, SegmentedControl, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { api } from "../../api/endpoints";
import type { components } from "../../api/schema";
import { count } from "../../format/number";
import { stamp } from "../../format/time";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, LoadingState } from "../../parts/States";
import { QUALITY } from "../../parts/trend/lanes";
import { useWindow } from "../../parts/trend/useTrend";
import { useViews } from "../../parts/view";
import { useZone } from "../../parts/zone";
import { useList, WINDOWS } from "./chosen";
import { plotted, titled } from "./plotted";

const XYPlot = lazy(() => import("../../parts/trend/XYPlot"));
const MOST_SHOWN = 5;

type Spectrum = components["schemas"]["SpectrumOut"];
const keyOf = (one: Spectrum) => `${one.source_us}.${one.ordinal}`;

/** Spectra and chromatograms of one channel, up to five of them over each other. */
export function Spectra() {
  const [search, setSearch] = useViews();
  const zone = useZone();
  const width = WINDOWS.find(([name]) => name === search.last)?.[1] ?? WINDOWS[2][1];
  const window = useWindow({ last_ms: width / 1000 });
  const tag = search.spectrum;
  const [picked, pick] = useList("shown");
  const asked = useQuery({
    queryKey: ["spectra", tag ?? "", Math.floor(window.from_us / 60e6), Math.floor(window.to_us / 60e6)],
    queryFn: ({ signal }) => api.spectra({ tags: tag ? [tag] : undefined, start_us: window.from_us, end_us: window.to_us }, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <Asked query={asked} lines={8}>
      {(found) => {
        const newest = [...found.spectra].reverse();
        const shown = newest.filter((one, i) => (picked.length > 0 ? picked.includes(keyOf(one)) : i === 0)).slice(0, MOST_SHOWN);
        return (
          <div className="stack-l">
            <Panel>
              <div className="row" style={{ alignItems: "flex-end", gap: 20 }}>
                <Select
                  label={t("trends.spectra.channel")}
                  placeholder={t("trends.spectra.pick")}
                  data={found.channels}
                  value={tag ?? null}
                  onChange={(v) => setSearch({ spectrum: v ?? undefined, shown: undefined })}
                  searchable
                  w={340}
                />
                <div>
                  <span className="muted" id="spectra-window">{t("trends.window")}</span>
                  <div>
                    <SegmentedControl
                      aria-labelledby="spectra-window"
                      value={search.last ?? "1d"}
                      onChange={(v) => setSearch({ last: v === "1d" ? undefined : v, from: undefined, to: undefined })}
                      data={WINDOWS.map(([value]) => ({ value, label: t(`trends.window.${value}`) }))}
                    />
                  </div>
                </div>
              </div>
            </Panel>
            {newest.length === 0 ? (
              <EmptyState title={found.channels.length > 0 && !tag ? t("trends.spectra.pick") : t("trends.spectra.none")}>{t("trends.spectra.none.why")}</EmptyState>
            ) : (
              <Panel title={t("trends.spectra.list", { name: tag ?? "" })} right={<span className="muted tabular">{t("trends.spectra.of", { n: count(newest.length), all: count(found.count) })}</span>}>
                <div className="stack-l">
                  <Suspense fallback={<LoadingState lines={6} />}>
                    <XYPlot {...plotted(shown, zone)} />
                  </Suspense>
                  <DataTable
                    name="spectra"
                    label={t("trends.spectra.list", { name: tag ?? "" })}
                    rows={newest}
                    id={keyOf}
                    bare
                    columns={[
                      {
                        key: "shown",
                        title: t("trends.spectra.shown"),
                        value: (r) => (shown.includes(r) ? 1 : 0),
                        render: (r) => (
                          <Checkbox
                            aria-label={`${t("trends.spectra.shown")}: ${stamp(r.source_at, zone)}`}
                            checked={shown.includes(r)}
                            disabled={!shown.includes(r) && shown.length >= MOST_SHOWN}
                            onChange={() => {
                              const keys = shown.map(keyOf);
                              pick(keys.includes(keyOf(r)) ? keys.filter((k) => k !== keyOf(r)) : [...keys, keyOf(r)]);
                            }}
                          />
                        ),
                      },
                      { key: "at", title: `${t("trends.spectra.at")} (${zone})`, value: (r) => r.source_at, render: (r) => <span className="tabular">{stamp(r.source_at, zone)}</span>, nowrap: true },
                      { key: "points", title: t("trends.spectra.points"), align: "right", value: (r) => r.from_count, render: (r) => <span className="tabular">{count(r.from_count)}</span> },
                      { key: "axis", title: t("trends.spectra.axis"), value: (r) => titled(r.axis, r.axis_unit) },
                      { key: "quality", title: t("trends.spectra.quality"), value: (r) => QUALITY[r.quality] ?? "bad" },
                    ]}
                  />
                </div>
              </Panel>
            )}
          </div>
        );
      }}
    </Asked>
  );
}
