import { Button, Menu, Modal, SegmentedControl, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, contentAddress, flat, isOpen } from "../../api/endpoints";
import { useNow } from "../../api/live";
import { useMaySee } from "../../api/session";
import type { BatchDetail, UnitDetail } from "../../api/types";
import { exact } from "../../format/number";
import { age, relative, us } from "../../format/time";
import { t } from "../../i18n";
import { AlarmTable } from "../alarms/Alarms";
import { isId, withUnits } from "../../parts/facts";
import { label } from "../../format/words";
import { DataTable } from "../../parts/DataTable";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { usePeople } from "../../parts/people";
import { TrendChart } from "../../parts/trend/TrendChart";
import { specs, useTrend, useWindow, type LaneSpec } from "../../parts/trend/useTrend";
import { useView } from "../../parts/view";
import { useBatchMarks } from "../batches/marks";
import { nextDeadline, resting, underway, useBatch } from "../batches/useBatch";
import { Reading } from "./Reading";
import { useSeed } from "./useSeed";

const FACE = ["Temperature", "pH", "DO", "VCD", "Agitation", "Weight", "Volume", "Pressure"];

/** The operator's face plate: now, next, trends, log. */
export default function Unit() {
  const { code } = useParams({ strict: false }) as { code: string };
  const unit = useQuery({ queryKey: ["unit", code], queryFn: ({ signal }) => api.unit(code, signal), meta: { types: ["equipment_"] } });
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), meta: { types: ["mes_"] } });
  const on = (batches.data ?? []).filter((b) => b.equipment === code);
  const at = on.find(isOpen) ?? on[0];
  const batch = useBatch(at?.id);
  return (
    <Asked query={unit} lines={12}>
      {(found) => <Body detail={found} batch={batch.data} />}
    </Asked>
  );
}

function Body({ detail, batch }: { detail: UnitDetail; batch: BatchDetail | undefined }) {
  const { unit } = detail;
  const now = useNow();
  useSeed(detail.channels);
  const all = specs(detail.channels);
  const named = FACE.map((name) => all.find((s) => s.label === name)).filter((s): s is LaneSpec => s !== undefined);
  const face = named.length > 0 ? named : all.slice(0, 8);
  const rest = all.filter((s) => !face.includes(s));
  const [which, setWhich] = useView("channels");
  const open = batch && isOpen(batch);
  return (
    <>
      <PageHead
        title={unit.code}
        state={
          batch ? (
            <>
              <StateBadge state={batch.execution} />
              {resting(batch).map((s) => (
                <StateBadge key={s.path} state={s.state} word={`${s.title} ${s.state.toLowerCase()}`} />
              ))}
            </>
          ) : (
            <StateBadge state={unit.state} />
          )
        }
        sub={
          batch ? (
            <>
              {batch.product} · <Link to="/batches/$id" params={{ id: batch.id }}>{batch.number}</Link> · {underway(batch) ? `${underway(batch)} · ` : ""}{age(batch.started_at, batch.ended_at ?? now.process)}
            </>
          ) : (
            unit.name
          )
        }
        right={batch && open ? <Commands batch={batch} /> : null}
      />
      <div className="stack-l">
        {unit.not_ready.length > 0 && !open ? (
          <div className="notice" data-tone="warning">
            <strong>{t("units.not_ready_for_use")}</strong>
            <ul style={{ listStyle: "disc", paddingLeft: 20 }}>
              {unit.not_ready.map((r) => (
                <li key={r}>{r}</li>
              ))}
            </ul>
          </div>
        ) : null}
        <div className="cols">
          {all.length > 0 || unit.level === "unit" ? (
          <Panel
            title={t("units.now")}
            right={
              rest.length > 0 ? (
                <SegmentedControl
                  size="xs"
                  value={which === "all" ? "all" : "main"}
                  onChange={(v) => setWhich(v === "all" ? "all" : undefined)}
                  data={[
                    { value: "main", label: t("word.main") },
                    { value: "all", label: t("word.all", { length: all.length }) },
                  ]}
                  aria-label={t("units.which_readings")}
                />
              ) : null
            }
          >
            {all.length === 0 ? (
              <EmptyState title={t("word.no_channels")}>{t("units.channels_appear_when_a")}</EmptyState>
            ) : (
              <div className="now">
                {(which === "all" ? all : face).map((s) => (
                  <Reading key={s.key} spec={s} />
                ))}
              </div>
            )}
          </Panel>
          ) : null}
          <div className="stack-l">
            {all.length > 0 || unit.level === "unit" ? (
              <Panel title={t("units.next")}>
                <Next unit={unit.code} batch={batch} />
              </Panel>
            ) : null}
            <Panel title={t("word.unit")}>
              <Facts
                of={[
                  [t("units.class"), unit.class_name || "–"],
                  [t("units.maker_and_model"), [unit.maker, unit.model].filter(Boolean).join(" ") || "–"],
                  [t("units.serial_number"), unit.serial || "–"],
                  [t("word.location"), unit.location || "–"],
                  [t("units.qualification"), <StateBadge key="q" state={unit.qualification || "unknown"} />],
                  [t("units.cleanliness"), unit.cleanliness ? <StateBadge key="c" state={unit.cleanliness} /> : t("units.needs_none")],
                  [t("units.calibration_due"), <TimeStamp key="d" at={unit.calibration_due} precision="day" />],
                  [t("word.recorded"), <BothTimes key="t" plant={unit.process_at} server={unit.recorded_at} />],
                ]}
              />
            </Panel>
          </div>
        </div>
        {all.length > 0 ? <Trends specs={face} all={all} batch={batch} /> : null}
        <AlarmTable quiet title={t("alarms.at")} wanted={{ unit: [unit.code], standing: true }} none={t("alarms.none.standing")} />
        <Calibrations detail={detail} />
        <Log detail={detail} />
      </div>
    </>
  );
}

function Next({ unit, batch }: { unit: string; batch: BatchDetail | undefined }) {
  const now = useNow();
  const tasks = useQuery({ queryKey: ["tasks", "unit", unit], queryFn: ({ signal }) => api.tasks({ unit }, signal), meta: { types: ["mes_task", "mes_"] } });
  return (
    <Asked query={tasks} lines={3} empty={<Waiting batch={batch} />}>
      {(rows) => (
        <ul className="next">
          {rows.slice(0, 6).map((task) => (
            <li key={task.id}>
              <span className="what">
                <strong>{task.title}</strong>
                <span className="muted">
                  {task.form.witness && task.state === "entered" ? t("units.waits_for_a_witness") : task.form.instruction}
                  {t("units.offered", { n: relative(task.offered_at, now.process) })}
                </span>
              </span>
              <Button component={Link} to="/tasks/$id" params={{ id: task.id } as never} size="lg" className="floor" variant="default">
                {t("word.open")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Asked>
  );
}

function Trends({ specs: face, all, batch }: { specs: LaneSpec[]; all: LaneSpec[]; batch: BatchDetail | undefined }) {
  const [chosen, setChosen] = useView("lanes");
  const window = useWindow(batch?.started_at, batch?.ended_at);
  const keys = chosen ? chosen.split(",") : face.slice(0, 4).map((s) => s.key);
  const wanted = keys.flatMap((k) => all.filter((s) => s.key === k));
  const { query, lanes } = useTrend(wanted, window);
  const { phases, marks } = useBatchMarks(batch?.id);
  return (
    <Panel
      title={t("units.trends")}
      right={
        <Menu closeOnItemClick={false} transitionProps={{ duration: 0 }}>
          <Menu.Target>
            <Button variant="default" size="xs">
              {t("units.channels")}{wanted.length})
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
            {all.map((s) => (
              <Menu.Item
                key={s.key}
                role="menuitemcheckbox"
                aria-checked={keys.includes(s.key)}
                leftSection={<span aria-hidden="true">{keys.includes(s.key) ? "✓" : " "}</span>}
                onClick={() => setChosen((keys.includes(s.key) ? keys.filter((k) => k !== s.key) : [...keys, s.key]).join(",") || undefined)}
              >
                {s.label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      }
    >
      {all.length === 0 ? (
        <EmptyState title={t("units.nothing_to_draw")}>{t("units.trends_appear_with_the")}</EmptyState>
      ) : (
        <Asked query={query} lines={10}>
          {() => (
            <TrendChart
              name="unit"
              title={`Trends of ${batch?.number ?? "the unit"}`}
              lanes={lanes}
              from_us={window.from_us}
              to_us={window.to_us}
              now_us={window.now_us}
              phases={phases}
              marks={marks}
              onZoom={window.zoom}
              onReset={window.reset}
              provenance={batch ? { batch: batch.number, started: batch.started_at ?? "" } : undefined}
            />
          )}
        </Asked>
      )}
    </Panel>
  );
}

function Waiting({ batch }: { batch: BatchDetail | undefined }) {
  const now = useNow();
  const next = batch ? nextDeadline(flat(batch.procedure)) : undefined;
  return (
    <p className="muted">
      {t("units.nothing_waits_for_a")}
      {next ? t("units.by_the_clock_comes", { title: next.title, n: relative(next.next_deadline, now.process) }) : batch && isOpen(batch) ? t("units.the_recipe_goes_on") : ""}
    </p>
  );
}

/** A small document on one line: "Result: within tolerance". */
function inWords(of: Record<string, unknown>): string {
  const row = withUnits(of);
  return Object.entries(row)
    .map(([k, v]) => `${label(k)}: ${typeof v === "object" ? JSON.stringify(v) : String(v)}`)
    .join(", ");
}

/** Each calibration with what was found and left, and its certificate's bytes. */
function Calibrations({ detail }: { detail: UnitDetail }) {
  const name = usePeople();
  return (
    <Panel title={t("calibrations.title")} flush id="calibrations">
      <DataTable
        name="calibrations"
        label={t("calibrations.of", { code: detail.unit.code })}
        rows={detail.calibrations}
        bare
        id={(r) => r.id}
        empty={<EmptyState title={t("calibrations.none")}>{t("calibrations.none.why")}</EmptyState>}
        columns={[
          { key: "at", title: t("calibrations.at"), value: (r) => r.performed_at, render: (r) => <TimeStamp at={r.performed_at} server={r.recorded_at} /> },
          { key: "due", title: t("calibrations.due"), value: (r) => r.due_at, render: (r) => <TimeStamp at={r.due_at} precision="day" /> },
          { key: "result", title: t("calibrations.result"), value: (r) => r.result, render: (r) => <StateBadge state={r.result} /> },
          { key: "standard", title: t("calibrations.standard"), value: (r) => r.standard },
          { key: "found", title: t("calibrations.found"), value: (r) => inWords(r.as_found) },
          { key: "left", title: t("calibrations.left"), value: (r) => inWords(r.as_left) },
          { key: "by", title: t("calibrations.by"), value: (r) => name(r.performed_by), render: (r) => (isId(r.performed_by) ? <Link to="/people/$id" params={{ id: r.performed_by }}>{name(r.performed_by)}</Link> : r.performed_by) },
          { key: "file", title: t("calibrations.certificate"), value: (r) => r.certificate_digest, render: (r) => (r.certificate_digest ? <a href={contentAddress(r.certificate_digest)} download className="mono">{r.certificate_digest.slice(0, 16)}</a> : "–") },
        ]}
      />
    </Panel>
  );
}

/** The logbook and what was written to the devices, in one line of time. */
function Log({ detail }: { detail: UnitDetail }) {
  const name = usePeople();
  const code = detail.unit.code;
  const commands = useQuery({ queryKey: ["commands"], queryFn: ({ signal }) => api.deviceCommands(signal), meta: { types: ["equipment_command", "equipment_device_command", "mes_batch"] }, retry: false });
  const rows = [
    ...detail.logbook.map((e) => ({ at: e.process_at, server: e.recorded_at, text: e.text, by: name(e.by), state: null as string | null })),
    ...(commands.data ?? [])
      .filter((c) => c.target.startsWith(`${code}.`) || c.connection === code)
      .map((c) => ({
        at: c.process_at,
        server: c.recorded_at,
        text: `${c.target} → ${exact(c.value, c.unit)}${c.readback !== null ? `, read back ${c.readback}` : ""}${c.message ? `: ${c.message}` : ""}`,
        by: String(c.cause.proposal ?? c.cause.path ?? ""),
        state: c.state as string | null,
      })),
  ].sort((a, b) => us(b.at) - us(a.at));
  return (
    <Panel title={t("units.log")} flush>
      {rows.length === 0 ? (
        <EmptyState title={t("units.the_log_is_empty")}>{t("units.what_happens_to_this")}</EmptyState>
      ) : (
        <ul className="list" tabIndex={0} aria-label={t("unit.log")}>
          {rows.slice(0, 120).map((e, i) => (
            <li key={i} className="sentence">
              <TimeStamp at={e.at} server={e.server} />
              <span className="grow">{e.text}</span>
              {e.state ? <StateBadge state={e.state} /> : null}
              <span className="muted">{e.by}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Commands that the state allows (ISA-88); each asks why. */
function Commands({ batch }: { batch: BatchDetail }) {
  const [command, setCommand] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: () => api.command(batch.id, command!, reason.trim()),
    onSuccess: () => {
      setCommand(null);
      setReason("");
      void client.invalidateQueries({ queryKey: ["batch"] });
      void client.invalidateQueries({ queryKey: ["batches"] });
    },
  });
  const may = useMaySee("operator", "process_owner", "quality");
  const allowed = may ? batch.commands.filter((c) => c !== "Skip") : [];
  if (allowed.length === 0) return null;
  return (
    <>
      {allowed.map((c) => (
        <Button key={c} variant="default" size="md" onClick={() => setCommand(c)}>
          {c}
        </Button>
      ))}
      {command ? (
        <Modal opened onClose={() => setCommand(null)} title={`${command} ${batch.number}`}>
          <form
            className="stack"
            onSubmit={(e) => {
              e.preventDefault();
              if (reason.trim()) send.mutate();
            }}
          >
            <Textarea label={t("word.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} required autosize minRows={2} data-autofocus />
            {send.error ? <ErrorState error={send.error} /> : null}
            <div className="row" style={{ justifyContent: "flex-end" }}>
              <Button variant="default" onClick={() => setCommand(null)}>
                {t("units.cancel")}
              </Button>
              <Button type="submit" loading={send.isPending} disabled={!reason.trim()}>
                {command}
              </Button>
            </div>
          </form>
        </Modal>
      ) : null}
    </>
  );
}
