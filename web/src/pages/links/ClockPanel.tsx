import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { ms } from "../../format/time";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import type { Lane } from "../../parts/trend/lanes";
import { TrendChart } from "../../parts/trend/TrendChart";
import { useView } from "../../parts/view";

const SPANS = [
  ["1d", 24],
  ["7d", 24 * 7],
  ["90d", 24 * 90],
] as const;

type Reading = Awaited<ReturnType<typeof api.clock>>[number];

/** How far the device's clock was off its host's, with its uncertainty. */
export function ClockPanel({ name }: { name: string }) {
  const [span, setSpan] = useView("clock");
  const hours = SPANS.find(([one]) => one === span)?.[1] ?? 24;
  const asked = useQuery({ queryKey: ["clock", name, hours], queryFn: ({ signal }) => api.clock(name, hours, signal), refetchInterval: 30_000 });
  return (
    <Panel
      title={t("clock.title")}
      right={<SegmentedControl size="xs" aria-label={t("clock.span")} value={span ?? "1d"} onChange={(v) => setSpan(v === "1d" ? undefined : v)} data={SPANS.map(([value]) => ({ value, label: t(`clock.${value}`) }))} />}
    >
      <Asked query={asked} lines={4} isEmpty={(rows) => rows.length === 0} empty={<EmptyState title={t("clock.none")}>{t("clock.none.why")}</EmptyState>}>
        {(rows) => {
          const last = ms(rows[rows.length - 1]!.taken_at) * 1000;
          return <TrendChart name="clock" title={t("clock.of", { name })} lanes={[lane(rows)]} from_us={Math.min(last - 60e6, ms(rows[0]!.taken_at) * 1000)} to_us={last} now_us={last} laneHeight={110} />;
        }}
      </Asked>
    </Panel>
  );
}

function lane(rows: readonly Reading[]): Lane {
  const at = rows.map((r) => ms(r.taken_at) * 1000);
  return {
    key: "clock",
    label: t("clock.offset"),
    unit: "ms",
    digits: 1,
    traces: [{ name: t("clock.offset"), points: rows.map((r, i) => [at[i]!, r.offset_us / 1000, 0] as const), from_count: rows.length, step: true }],
    band: {
      label: t("clock.uncertainty"),
      us: at,
      low: rows.map((r) => (r.offset_us - r.uncertainty_us) / 1000),
      mid: rows.map(() => null),
      high: rows.map((r) => (r.offset_us + r.uncertainty_us) / 1000),
    },
  };
}
