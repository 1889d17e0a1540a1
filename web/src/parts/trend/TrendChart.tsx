import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { lazy, Suspense, useEffect, useId, useRef, useState, type RefObject } from "react";
import { csv, download, fileName } from "../../format/csv";
import { count, value as shown, unit as unitWord } from "../../format/number";
import { iso, since, stamp } from "../../format/time";
import { t } from "../../i18n";
import { Icon } from "../../shell/icons";
import { DataTable } from "../DataTable";
import { Shape } from "../Shape";
import { LoadingState } from "../States";
import { useZone } from "../zone";
import { counted, place, rows, stacked, type Lane, type Mark, type Phase, type Row } from "./lanes";
import { Stroke } from "./Stroke";

const LanePlot = lazy(() => import("./LanePlot"));
const AXIS = 62;
const RIGHT = 10;
/** Pixels that a mark needs to be met (WCAG 2.2, 2.5.8). */
const TARGET = 24;

interface Props {
  name: string;
  title: string;
  lanes: Lane[];
  from_us: number;
  to_us: number;
  now_us: number;
  phases?: readonly Phase[];
  marks?: readonly Mark[];
  laneHeight?: number;
  onZoom?: (from_us: number, to_us: number) => void;
  onReset?: () => void;
  provenance?: Record<string, string>;
  /** The axis is time since a start, not time of day. */
  elapsed?: boolean;
}

/**
 * Lanes on one time axis. Phases stand as bands on top, samples and alerts as marks that can be reached by
 * keyboard, gaps and doubtful values are hatched, the twin's band lies behind. The same values are a table.
 */
export function TrendChart({ name, title, lanes, from_us, to_us, now_us, phases = [], marks = [], laneHeight = 120, onZoom, onReset, provenance, elapsed }: Props) {
  const zone = useZone();
  const [asTable, setAsTable] = useState(false);
  const [linked, setLinked] = useState(false);
  const sync = useId();
  const { shown: drawn, all } = counted(lanes);

  useEffect(() => {
    if (!linked) return;
    const timer = setTimeout(() => setLinked(false), 1500);
    return () => clearTimeout(timer);
  }, [linked]);

  function exportCsv() {
    const now = new Date().toISOString();
    const text = csv(
      [...(elapsed ? ["seconds_since_start"] : ["time_utc", `time_${zone}`]), "lane", "trace", "value", "unit", "quality"],
      rows(lanes).map((r) => [...(elapsed ? [r.us / 1e6] : [iso(r.us), stamp(r.us / 1000, zone)]), r.lane, r.trace, r.value, r.unit, r.quality]),
      {
        chart: title,
        window: elapsed ? `${since(from_us)} to ${since(to_us)} since the start` : `${iso(from_us)} to ${iso(to_us)}`,
        points: drawn < all ? `decimated to ${drawn} from ${all} (first, min, max, last of each bucket)` : `${all}, all`,
        exported: now,
        from: location.href,
        ...provenance,
      },
    );
    download(fileName(title, now), text);
  }

  // A cut link leaves the same gap in every lane; it is counted once.
  const gaps = [...new Map(lanes.flatMap((lane) => [...(lane.gaps ?? []), ...lane.traces.flatMap((x) => x.gaps ?? [])].map((gap) => [`${gap.from_us}/${gap.to_us}/${gap.state}`, gap] as const))).values()].filter(
    (gap) => gap.from_us < to_us && (gap.to_us ?? now_us) > from_us,
  );
  const legend = [...new Map(lanes.flatMap((l) => l.traces.map((x, i) => [`${x.stroke ?? i}:${x.name}`, { ...x, i }] as const))).values()];

  return (
    <figure className="trend" aria-label={title}>
      <figcaption className="trend-tools">
        <span className="muted tabular">
          {drawn < all ? t("trend.decimated", { shown: count(drawn), all: count(all) }) : t("trend.raw", { all: count(all) })}
        </span>
        <span className="grow" />
        {onReset ? (
          <Tooltip label={`${t("trend.reset")} (${t("trend.zoom")})`}>
            <ActionIcon variant="subtle" onClick={onReset} aria-label={`${t("trend.reset")}: ${title}`}>
              <Icon name="reset" />
            </ActionIcon>
          </Tooltip>
        ) : null}
        <Tooltip label={asTable ? t("trend.chart") : t("trend.table")}>
          <ActionIcon variant="subtle" onClick={() => setAsTable(!asTable)} aria-label={`${asTable ? t("trend.chart") : t("trend.table")}: ${title}`} aria-pressed={asTable}>
            <Icon name={asTable ? "chart" : "table"} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t("trend.export")}>
          <ActionIcon variant="subtle" onClick={exportCsv} aria-label={`${t("trend.export")}: ${title}`}>
            <Icon name="download" />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={linked ? t("trend.linked") : t("trend.link")}>
          <ActionIcon
            variant="subtle"
            aria-label={`${t("trend.link")}: ${title}`}
            onClick={() => {
              void navigator.clipboard?.writeText(location.href).then(() => setLinked(true));
            }}
          >
            <Icon name="link" />
          </ActionIcon>
        </Tooltip>
      </figcaption>
      {asTable ? (
        <ValueTable name={name} title={title} lanes={lanes} zone={zone} elapsed={elapsed} />
      ) : (
        <>
          {phases.length > 0 ? <Strip phases={phases} from_us={from_us} to_us={to_us} now_us={now_us} zone={zone} /> : null}
          {marks.length > 0 ? <Flags marks={marks} from_us={from_us} to_us={to_us} zone={zone} /> : null}
          <Suspense fallback={<LoadingState lines={4} height={laneHeight - 16} />}>
            {lanes.map((lane, i) => (
              <LanePlot
                key={lane.key}
                lane={lane}
                from_us={from_us}
                to_us={to_us}
                now_us={now_us}
                marks={marks}
                zone={zone}
                height={i === lanes.length - 1 ? laneHeight + 36 : laneHeight}
                last={i === lanes.length - 1}
                sync={sync}
                elapsed={elapsed}
                onZoom={onZoom ?? (() => undefined)}
                onReset={onReset ?? (() => undefined)}
              />
            ))}
          </Suspense>
          <Legend traces={legend} band={lanes.find((l) => l.band)?.band?.label} gaps={gaps} lanes={lanes} />
        </>
      )}
    </figure>
  );
}

function Strip({ phases, from_us, to_us, now_us, zone }: { phases: readonly Phase[]; from_us: number; to_us: number; now_us: number; zone: string }) {
  return (
    <ol className="strip" aria-label={t("trend.phases")} style={{ marginLeft: AXIS, marginRight: RIGHT }}>
      {phases.map((p) => {
        const a = Math.max(p.from_us, from_us);
        const b = Math.min(p.to_us ?? now_us, to_us);
        if (b <= a) return null;
        const left = place(a, from_us, to_us) ?? 0;
        const width = (place(b, from_us, to_us) ?? 100) - left;
        return (
          <li key={`${p.label}${p.from_us}`} style={{ left: `${left}%`, width: `${width}%` }} title={`${p.label}, ${stamp(p.from_us / 1000, zone, "minute")} to ${p.to_us ? stamp(p.to_us / 1000, zone, "minute") : "now"}`}>
            {width > 4 ? p.label : ""}
          </li>
        );
      })}
    </ol>
  );
}

/** The width of an element as it is laid out now. */
function useElementSize(of: RefObject<HTMLElement | null>): { width: number } {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const at = of.current;
    if (!at) return;
    const watcher = new ResizeObserver(() => setWidth(at.clientWidth));
    watcher.observe(at);
    return () => watcher.disconnect();
  }, [of]);
  return { width };
}

function Flags({ marks, from_us, to_us, zone }: { marks: readonly Mark[]; from_us: number; to_us: number; zone: string }) {
  const host = useRef<HTMLUListElement>(null);
  const { width } = useElementSize(host);
  const shown = marks.flatMap((m) => {
    const left = place(m.us, from_us, to_us);
    return left === null ? [] : [{ m, left }];
  });
  // Marks that stand closer than a finger or a pointer can tell apart get rows of their own.
  const at = stacked(shown.map((x) => x.left), width > 0 ? (TARGET / width) * 100 : 2);
  return (
    <ul ref={host} className="flags" aria-label={t("trend.marks")} style={{ marginLeft: AXIS, marginRight: RIGHT, height: TARGET * (Math.max(0, ...at) + 1) }}>
      {shown.map(({ m, left }, i) => {
        const text = `${m.kind === "alert" ? "Alert" : m.kind === "sample" ? "Sample" : "Event"}: ${m.label}, ${stamp(m.us / 1000, zone, "minute")}`;
        const inside = m.kind === "alert" ? <Shape tone={m.tone === "alarm" ? "alarm" : m.tone === "advisory" ? "advisory" : "warning"} size={13} /> : <span className="tick" data-kind={m.kind} />;
        return (
          <li key={`${m.kind}${m.us}${m.label}`} style={{ left: `${left}%`, top: (at[i] ?? 0) * TARGET }}>
            <Tooltip label={text}>
              {m.href ? (
                <a href={m.href} aria-label={text}>
                  {inside}
                </a>
              ) : (
                <span role="img" aria-label={text}>
                  {inside}
                </span>
              )}
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}

function Legend({ traces, band, gaps, lanes }: { traces: { name: string; i: number; dots?: boolean; dashed?: boolean; stroke?: number }[]; band?: string; gaps: { state: string }[]; lanes: Lane[] }) {
  const qualities = new Set(lanes.flatMap((l) => l.traces.flatMap((x) => x.points.map((p) => p[2]))));
  if (lanes.every((l) => l.traces.length <= 1) && !band && gaps.length === 0 && !qualities.has(1) && !qualities.has(2)) return null;
  const byState = (state: string) => gaps.filter((g) => g.state === state).length;
  return (
    <ul className="legend" aria-label={t("trend.legend")}>
      {traces.length > 1 || traces.some((x) => x.dots || x.dashed)
        ? traces.map((x) => (
            <li key={`${x.i}${x.name}`}>
              {x.stroke === undefined ? <span className="swatch" data-dots={x.dots || undefined} data-dashed={x.dashed || undefined} /> : <Stroke index={x.stroke} />} {x.name}
            </li>
          ))
        : null}
      {band ? (
        <li>
          <span className="swatch" data-band /> {band}
        </li>
      ) : null}
      {["open", "unrecoverable", "filled"].map((state) =>
        byState(state) > 0 ? (
          <li key={state}>
            <span className="swatch" data-gap={state} /> {byState(state)} {t("trend.gap").toLowerCase()}
            {byState(state) === 1 ? "" : "s"} {state}
          </li>
        ) : null,
      )}
      {qualities.has(1) ? (
        <li>
          <span className="swatch" data-uncertain /> {t("trend.uncertain")}
        </li>
      ) : null}
      {qualities.has(2) ? (
        <li>
          <span className="swatch" data-bad /> {t("trend.bad")}
        </li>
      ) : null}
    </ul>
  );
}

function ValueTable({ name, title, lanes, zone, elapsed }: { name: string; title: string; lanes: Lane[]; zone: string; elapsed?: boolean }) {
  const [limit, setLimit] = useState(500);
  const all = rows(lanes);
  const digits = new Map(lanes.map((l) => [l.label, l.digits]));
  return (
    <>
      <DataTable<Row & { n: number }>
        name={`${name}.values`}
        label={`${title}, values`}
        rows={all.slice(0, limit).map((r, n) => ({ ...r, n }))}
        id={(r) => String(r.n)}
        columns={[
          elapsed
            ? { key: "time", title: t("trend.since"), value: (r) => r.us / 1e6, render: (r) => <span className="tabular">{since(r.us)}</span>, nowrap: true }
            : { key: "time", title: `Time (${zone})`, value: (r) => iso(r.us), render: (r) => <span className="tabular">{stamp(r.us / 1000, zone)}</span>, nowrap: true },
          { key: "lane", title: "Channel", value: (r) => r.lane },
          { key: "trace", title: "Series", value: (r) => r.trace },
          { key: "value", title: "Value", align: "right", value: (r) => r.value, render: (r) => <span className="tabular">{shown(r.value, digits.get(r.lane) ?? 2)}</span> },
          { key: "unit", title: "Unit", value: (r) => r.unit, render: (r) => unitWord(r.unit) },
          { key: "quality", title: "Quality", value: (r) => r.quality },
        ]}
      />
      {all.length > limit ? (
        <Button size="xs" variant="subtle" onClick={() => setLimit(limit * 4)}>
          {t("table.more", { n: Math.min(limit * 3, all.length - limit) })}
        </Button>
      ) : null}
    </>
  );
}
