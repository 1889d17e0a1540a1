import { Button, Menu, Modal, SegmentedControl, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, isOpen } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { Batch, UnitDetail } from "../../api/types";
import { age, relative, us } from "../../format/time";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { TrendChart } from "../../parts/trend/TrendChart";
import { specs, useTrend, useWindow, type LaneSpec } from "../../parts/trend/useTrend";
import { useView } from "../../parts/view";
import { useBatchMarks } from "../batches/marks";
import { Reading } from "./Reading";

const FACE = ["Temperature", "pH", "DO", "VCD", "Agitation", "Weight", "Volume", "Pressure"];

/** The operator's face plate: now, next, trends, log. */
export default function Unit() {
  const { code } = useParams({ strict: false }) as { code: string };
  const unit = useQuery({ queryKey: ["unit", code], queryFn: ({ signal }) => api.unit(code, signal), meta: { types: ["equipment_"] } });
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), meta: { types: ["mes_"] } });
  const on = (batches.data ?? []).filter((b) => b.equipment === code);
  const batch = on.find(isOpen) ?? on[0];
  return (
    <Asked query={unit} lines={12}>
      {(found) => <Body unit={found} batch={batch} />}
    </Asked>
  );
}

function Body({ unit, batch }: { unit: UnitDetail; batch: Batch | undefined }) {
  const now = useNow();
  const all = specs(unit.channels);
  const named = FACE.map((name) => all.find((s) => s.label === name)).filter((s): s is LaneSpec => s !== undefined);
  const face = named.length > 0 ? named : all.slice(0, 8);
  const rest = all.filter((s) => !face.includes(s));
  const [which, setWhich] = useView("channels");
  const open = batch && isOpen(batch);
  return (
    <>
      <PageHead
        title={unit.code}
        state={batch ? <StateBadge state={batch.execution} /> : <StateBadge state={unit.state} />}
        sub={
          batch ? (
            <>
              {batch.product} · <Link to="/batches/$id" params={{ id: batch.id }}>{batch.number}</Link> · {batch.phase || "–"} · {age(batch.started_at, batch.ended_at ?? now.process)}
            </>
          ) : (
            unit.title
          )
        }
        right={batch && open ? <Commands batch={batch} /> : null}
      />
      <div className="stack-l">
        {unit.not_ready.length > 0 && !open ? (
          <div className="notice" data-tone="warning">
            <strong>Not ready for use</strong>
            <ul style={{ listStyle: "disc", paddingLeft: 20 }}>
              {unit.not_ready.map((r) => (
                <li key={r}>{r}</li>
              ))}
            </ul>
          </div>
        ) : null}
        <div className="cols">
          <Panel
            title="Now"
            right={
              rest.length > 0 ? (
                <SegmentedControl
                  size="xs"
                  value={which === "all" ? "all" : "main"}
                  onChange={(v) => setWhich(v === "all" ? "all" : undefined)}
                  data={[
                    { value: "main", label: "Main" },
                    { value: "all", label: `All ${all.length}` },
                  ]}
                  aria-label="Which readings"
                />
              ) : null
            }
          >
            {all.length === 0 ? (
              <EmptyState title="No channels">Channels appear when a connection with a channels file names this unit.</EmptyState>
            ) : (
              <div className="now">
                {(which === "all" ? all : face).map((s) => (
                  <Reading key={s.key} spec={s} />
                ))}
              </div>
            )}
          </Panel>
          <div className="stack-l">
            <Panel title="Next">
              <Next unit={unit.code} />
            </Panel>
            <Panel title="Unit">
              <Facts
                of={[
                  ["Class", unit.kind],
                  ["Location", unit.location || "–"],
                  ["Qualification", <StateBadge key="q" state={unit.qualification || "unknown"} />],
                  ["Cleanliness", <StateBadge key="c" state={unit.cleanliness || "unknown"} />],
                  ["Calibration due", <TimeStamp key="d" at={unit.calibration_due} precision="day" />],
                ]}
              />
            </Panel>
          </div>
        </div>
        <Trends specs={face} all={all} batch={batch} />
        <Log code={unit.code} />
      </div>
    </>
  );
}

function Next({ unit }: { unit: string }) {
  const now = useNow();
  const tasks = useQuery({ queryKey: ["tasks", "unit", unit], queryFn: ({ signal }) => api.tasks({ open: true, unit_code: unit }, signal), meta: { types: ["mes_task", "mes_"] } });
  return (
    <Asked query={tasks} lines={3} empty={<p className="muted">Nothing waits for a person. The recipe goes on by itself.</p>}>
      {(rows) => (
        <ul className="next">
          {rows.slice(0, 6).map((task) => (
            <li key={task.id}>
              <span className="what">
                <strong>{task.title}</strong>
                <span className="muted">
                  {task.form.witness && task.state === "entered" ? "waits for a witness" : task.form.instruction}
                  {` · offered ${relative(task.offered_at, now.process)}`}
                </span>
              </span>
              <Button component={Link} to="/tasks/$id" params={{ id: task.id } as never} size="lg" className="floor" variant="default">
                Open
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Asked>
  );
}

function Trends({ specs: face, all, batch }: { specs: LaneSpec[]; all: LaneSpec[]; batch: Batch | undefined }) {
  const [chosen, setChosen] = useView("lanes");
  const window = useWindow(batch?.started_at, batch?.ended_at);
  const keys = chosen ? chosen.split(",") : face.slice(0, 4).map((s) => s.key);
  const wanted = all.filter((s) => keys.includes(s.key));
  const { query, lanes } = useTrend(wanted, window);
  const { phases, marks } = useBatchMarks(batch?.id);
  return (
    <Panel
      title="Trends"
      right={
        <Menu closeOnItemClick={false} transitionProps={{ duration: 0 }}>
          <Menu.Target>
            <Button variant="default" size="xs">
              Channels ({wanted.length})
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
        <EmptyState title="Nothing to draw">Trends appear with the unit&apos;s first channel.</EmptyState>
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

function Log({ code }: { code: string }) {
  const log = useQuery({ queryKey: ["logbook", code], queryFn: ({ signal }) => api.logbook(code, signal), meta: { types: ["equipment_", "mes_"] } });
  return (
    <Panel title="Log" flush>
      <Asked query={log} lines={5} empty={<EmptyState title="The log is empty">What happens to this unit stands here, newest first.</EmptyState>}>
        {(rows) => (
          <ul className="list">
            {[...rows]
              .sort((a, b) => us(b.at) - us(a.at))
              .slice(0, 100)
              .map((e, i) => (
                <li key={i} className="sentence">
                  <TimeStamp at={e.at} />
                  <span className="grow">{e.text}</span>
                  <span className="muted">{e.by}</span>
                </li>
              ))}
          </ul>
        )}
      </Asked>
    </Panel>
  );
}

/** What a batch may be told in each state (ISA-88); the server's table decides. */
const NEXT: Record<string, string[]> = {
  running: ["Hold", "Stop", "Abort"],
  held: ["Restart", "Stop", "Abort"],
  paused: ["Resume", "Hold", "Stop", "Abort"],
  holding: ["Stop", "Abort"],
  stopping: ["Abort"],
};

/** Commands that the state allows (ISA-88); each asks why. */
function Commands({ batch }: { batch: Batch }) {
  const [command, setCommand] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: () => api.command(batch.id, command!, reason.trim()),
    onSuccess: () => {
      setCommand(null);
      setReason("");
      void client.invalidateQueries({ queryKey: ["batches"] });
    },
  });
  const allowed = NEXT[batch.execution.toLowerCase()] ?? [];
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
            <Textarea label="Reason" value={reason} onChange={(e) => setReason(e.currentTarget.value)} required autosize minRows={2} data-autofocus />
            {send.error ? <ErrorState error={send.error} /> : null}
            <div className="row" style={{ justifyContent: "flex-end" }}>
              <Button variant="default" onClick={() => setCommand(null)}>
                Cancel
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
