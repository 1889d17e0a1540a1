import { Button, MultiSelect, SegmentedControl, TextInput } from "@mantine/core";
import { fromLocal, stamp, toLocal } from "../../format/time";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { TrendChart } from "../../parts/trend/TrendChart";
import { specs, useTrend, useWindow } from "../../parts/trend/useTrend";
import { useViews } from "../../parts/view";
import { useChannels, useList, WINDOWS } from "./chosen";

const MOST = 8;

/** Up to eight channels on one axis of time, as known now or as known at an instant. */
export function Channels() {
  const channels = useChannels();
  const [chosen, choose] = useList("tags");
  const [search, setSearch] = useViews();
  const width = WINDOWS.find(([name]) => name === search.last)?.[1] ?? WINDOWS[2][1];
  const window = useWindow({ last_ms: width / 1000 });
  const all = specs(channels.data ?? []);
  const wanted = chosen.flatMap((tag) => all.filter((s) => s.key === tag)).slice(0, MOST);
  const several = new Set(wanted.map((s) => s.key.split(".")[0])).size > 1;
  const named = several ? wanted.map((s) => ({ ...s, label: `${s.key.split(".")[0]} ${s.label}` })) : wanted;
  const { query, lanes } = useTrend(named, window, 800, search.as_of);
  return (
    <div className="stack-l">
      <Panel>
        <Asked query={channels} lines={2}>
          {() => (
            <div className="stack">
              <MultiSelect
                label={t("trends.choose")}
                placeholder={wanted.length === 0 ? t("trends.choose.hint") : undefined}
                data={all.map((s) => ({ value: s.key, label: s.key }))}
                value={wanted.map((s) => s.key)}
                onChange={choose}
                maxValues={MOST}
                searchable
                limit={50}
                hidePickedOptions
                nothingFoundMessage={t("word.no_channels")}
              />
              <div className="row" style={{ alignItems: "flex-end", gap: 20 }}>
                <div>
                  <span className="muted" id="trends-window">{t("trends.window")}</span>
                  <div>
                    <SegmentedControl
                      aria-labelledby="trends-window"
                      value={search.from ? "" : (search.last ?? "1d")}
                      onChange={(v) => setSearch({ last: v === "1d" ? undefined : v, from: undefined, to: undefined })}
                      data={WINDOWS.map(([value]) => ({ value, label: t(`trends.window.${value}`) }))}
                    />
                  </div>
                </div>
                <TextInput
                  type="datetime-local"
                  step={1}
                  label={t("trends.known", { zone: "UTC" })}
                  value={search.as_of ? toLocal(search.as_of, "UTC") : ""}
                  onChange={(e) => setSearch({ as_of: fromLocal(e.currentTarget.value, "UTC") ?? undefined })}
                  w={230}
                />
                <Button variant="default" disabled={!search.as_of} onClick={() => setSearch({ as_of: undefined })}>
                  {t("trends.known.now")}
                </Button>
              </div>
              {search.as_of ? <p className="notice">{t("trends.known.told", { at: `${stamp(search.as_of, "UTC")} UTC` })}</p> : null}
            </div>
          )}
        </Asked>
      </Panel>
      {wanted.length === 0 ? (
        <EmptyState title={t("trends.none")}>{t("trends.none.why")}</EmptyState>
      ) : (
        <Panel>
          <Asked query={query} lines={8}>
            {() => (
              <TrendChart
                name="trends"
                title={t("trends.title")}
                lanes={lanes}
                from_us={window.from_us}
                to_us={window.to_us}
                now_us={window.now_us}
                onZoom={window.zoom}
                onReset={window.reset}
                laneHeight={wanted.length > 4 ? 96 : 130}
                provenance={search.as_of ? { as_known_at: search.as_of } : {}}
              />
            )}
          </Asked>
        </Panel>
      )}
    </div>
  );
}
