import { MultiSelect } from "@mantine/core";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { Batch, Channel } from "../../api/types";
import { digitsOf } from "../../format/number";
import { us } from "../../format/time";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { TrendChart } from "../../parts/trend/TrendChart";
import { specs, quantised } from "../../parts/trend/useTrend";
import { useChannels, useList } from "./chosen";
import { overlaid, type Laid } from "./overlaid";

const MOST_BATCHES = 5;
const MOST_LANES = 4;
const BUCKETS = 600;

/** The same measurement of several batches, each from its own start. */
export function Overlay() {
  const channels = useChannels();
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), meta: { types: ["mes_batch"] }, retry: false });
  const begun = (batches.data ?? []).filter((b) => b.started_at !== null);
  const [numbers, setNumbers] = useList("batches");
  const [names, setNames] = useList("measured");
  const chosen = numbers.flatMap((number) => begun.filter((b) => b.number === number)).slice(0, MOST_BATCHES);
  const units = new Set(chosen.map((b) => b.equipment));
  const measured = [...new Set((channels.data ?? []).filter((c) => units.size === 0 || [...units].some((unit) => c.tag.startsWith(`${unit}.`))).flatMap((c) => ofUnit(c)))].sort();
  const wanted = names.slice(0, MOST_LANES);
  return (
    <div className="stack-l">
      <Panel>
        <div className="cols">
          <MultiSelect
            label={t("trends.batches")}
            data={begun.map((b) => ({ value: b.number, label: `${b.number} ${b.product}, ${b.equipment}` }))}
            value={chosen.map((b) => b.number)}
            onChange={setNumbers}
            maxValues={MOST_BATCHES}
            searchable
            hidePickedOptions
          />
          <MultiSelect label={t("trends.measured")} data={measured} value={wanted} onChange={setNames} maxValues={MOST_LANES} searchable limit={50} hidePickedOptions />
        </div>
      </Panel>
      {chosen.length === 0 || wanted.length === 0 ? (
        <EmptyState title={t("trends.overlay.none")}>{t("trends.overlay.none.why")}</EmptyState>
      ) : (
        <Panel>
          <Chart key={`${numbers}|${names}`} batches={chosen} names={wanted} channels={channels.data ?? []} />
        </Panel>
      )}
    </div>
  );
}

/** "BR-201.Temperature.PV" -> "Temperature.PV". Commands and set-points are no measurements. */
function ofUnit(c: Channel): string[] {
  const at = c.tag.indexOf(".");
  return at < 0 || c.tag.endsWith(".CMD") ? [] : [c.tag.slice(at + 1)];
}

function Chart({ batches, names, channels }: { batches: Batch[]; names: string[]; channels: Channel[] }) {
  const now = useNow();
  const [zoomed, setZoomed] = useState<[number, number] | null>(null);
  const byTag = new Map(channels.map((c) => [c.tag, c]));
  // A minute's step of the plant's clock: what is asked does not change with each tick.
  const until = quantised(now.process * 1000, 60e6 * Math.max(1, now.simulated ? now.rate : 1));
  const longest = Math.max(...batches.map((b) => (b.ended_at ? us(b.ended_at) : until) - us(b.started_at)), 60e6);
  const [low, high] = zoomed ?? [0, longest];
  const asked = useQueries({
    queries: batches.map((b) => {
      const start = us(b.started_at);
      const tags = names.map((name) => `${b.equipment}.${name}`).filter((tag) => byTag.has(tag));
      const end = Math.min(start + high, b.ended_at ? us(b.ended_at) : until);
      const query = { tags, start_us: Math.round(start + low), end_us: Math.round(Math.max(end, start + low + 1e6)), buckets: BUCKETS };
      return {
        queryKey: ["trend", "overlay", query],
        queryFn: ({ signal }: { signal: AbortSignal }) => (tags.length > 0 ? api.trend(query, signal) : []),
        placeholderData: keepPreviousData,
        staleTime: 5_000,
      };
    }),
  });
  const laid: Laid[] = batches.map((b, i) => ({ number: b.number, unit: b.equipment, start_us: us(b.started_at), series: asked[i]?.data ?? [] }));
  const words = new Map(specs(channels).map((s) => [s.key, s.label]));
  const lanes = names.map((name) => {
    const channel = batches.map((b) => byTag.get(`${b.equipment}.${name}`)).find((c) => c !== undefined);
    return overlaid(laid, name, channel ? (words.get(channel.tag) ?? name) : name, channel?.unit ?? "", digitsOf(channel?.resolution ?? null));
  });
  const lacking = batches.flatMap((b) => names.filter((name) => !byTag.has(`${b.equipment}.${name}`)).map((name) => t("trends.overlay.lack", { batch: b.number, name })));
  const failed = asked.find((one) => one.error);
  return (
    <Asked query={failed ?? asked[0]!} lines={8}>
      {() => (
        <div className="stack">
          {lacking.map((text) => (
            <p key={text} className="notice" data-tone="warning">{text}</p>
          ))}
          <TrendChart
            name="overlay"
            title={t("trends.overlay.title")}
            lanes={lanes}
            from_us={low}
            to_us={high}
            now_us={high}
            elapsed
            onZoom={(a, b) => setZoomed([Math.max(0, a), b])}
            onReset={() => setZoomed(null)}
            laneHeight={170}
            provenance={Object.fromEntries(batches.map((b) => [b.number, `${b.equipment}, started ${b.started_at}`]))}
          />
          <p className="muted">{t("trends.overlay.hole")}</p>
        </div>
      )}
    </Asked>
  );
}
