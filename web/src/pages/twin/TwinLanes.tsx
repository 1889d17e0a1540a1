import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, bandsOf } from "../../api/endpoints";
import type { TwinBand } from "../../api/types";
import { t } from "../../i18n";
import { Asked, EmptyState } from "../../parts/States";
import { TrendChart } from "../../parts/trend/TrendChart";
import type { Lane } from "../../parts/trend/lanes";
import type { Window } from "../../parts/trend/useTrend";
import { useView } from "../../parts/view";
import { useBatchMarks } from "../batches/marks";

/** What a scientist looks at first. */
const MAIN = ["vcd", "viability", "glucose", "lactate", "titre"];

function main(bands: readonly TwinBand[]): readonly TwinBand[] {
  const found = MAIN.flatMap((name) => bands.filter((b) => b.name === name));
  return found.length > 0 ? found : bands.slice(0, 5);
}

/** State with its band; measured points where they were taken, not where they arrived. */
export function bandLanes(bands: readonly TwinBand[]): Lane[] {
  return bands.map((b) => ({
    key: b.name,
    label: b.label[0]!.toUpperCase() + b.label.slice(1),
    unit: b.unit,
    digits: 2,
    floor: 0,
    traces: [{ name: "measured, where taken", points: b.measured.map((m) => [m.taken_us, m.value, 0] as const), from_count: b.measured.length, dots: true }],
    band: { label: t("twin.twin_95_band"), us: b.us, low: b.low, mid: b.mid, high: b.high },
  }));
}

export function TwinLanes({ batch, window, known }: { batch: string; window: Window; known?: string }) {
  const twins = useQuery({ queryKey: ["twins"], queryFn: ({ signal }) => api.twins(signal), meta: { types: ["twin_instance"] }, retry: false });
  const twin = twins.data?.find((x) => x.batch_id === batch);
  const bands = useQuery({
    queryKey: ["twin.state", twin?.id, known],
    queryFn: async ({ signal }) => {
      const [state, measured] = await Promise.all([api.twinState(twin!.id, known, signal), api.twinMeasurements(twin!.id, signal)]);
      const seen = known ? measured.filter((m) => Date.parse(m.arrived_at) <= Date.parse(known)) : measured;
      return { bands: bandsOf(state, seen), stored: state.stored };
    },
    enabled: twin !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: known || twin?.frozen_at ? false : 5000,
    meta: { types: ["twin_instance", "twin_measurement", "twin_replay"] },
  });
  const [which, setWhich] = useView("states");
  const { phases, marks } = useBatchMarks(batch);
  return (
    <Asked query={twins} lines={6}>
      {() =>
        twin === undefined ? (
          <EmptyState title={t("twin.no_twin_follows_this")}>{t("twin.a_twin_is_bound")}</EmptyState>
        ) : (
          <Asked query={bands} lines={8}>
            {({ bands: found, stored }) => found.length === 0 ? (
              <EmptyState title={t("word.nothing_yet")}>{t("twin.the_twin_begins_with")}</EmptyState>
            ) : (
              <>
                {stored ? (
                  <p className="notice" data-tone="warning" data-testid="stored">
                    <strong>{t("twin.stored")}</strong> {stored}
                  </p>
                ) : null}
                {found.length > MAIN.length ? (
                  <SegmentedControl
                    size="xs"
                    aria-label={t("twin.which_states")}
                    value={which === "all" ? "all" : "main"}
                    onChange={(v) => setWhich(v === "all" ? "all" : undefined)}
                    data={[
                      { value: "main", label: t("word.main") },
                      { value: "all", label: t("word.all", { length: found.length }) },
                    ]}
                  />
                ) : null}
              <TrendChart
                name="twin"
                title={t("twin.twin_state_with_95")}
                lanes={bandLanes(which === "all" ? found : main(found))}
                from_us={window.from_us}
                to_us={window.to_us}
                now_us={window.now_us}
                phases={phases}
                marks={marks.filter((m) => m.kind === "alert")}
                laneHeight={110}
                onZoom={window.zoom}
                onReset={window.reset}
              />
              </>
            )}
          </Asked>
        )
      }
    </Asked>
  );
}
