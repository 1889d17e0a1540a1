import { Button, Radio, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "../../api/endpoints";
import type { Task as TaskShape, TaskField } from "../../api/types";
import { exact, unit } from "../../format/number";
import { t } from "../../i18n";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { useBatchNumbers, usePeople } from "../../parts/people";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked, ErrorState } from "../../parts/States";
import { Shape } from "../../parts/Shape";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { checkEntry } from "./entry";

/** One task: what to do, the values with their limits, and the witness. */
export default function Task() {
  const { id } = useParams({ strict: false }) as { id: string };
  const task = useQuery({ queryKey: ["task", id], queryFn: ({ signal }) => api.task(id, signal), meta: { types: ["mes_task"] } });
  return (
    <Asked query={task} lines={8}>
      {(found) => <Body key={`${found.id}${found.state}`} task={found} />}
    </Asked>
  );
}

function Body({ task }: { task: TaskShape }) {
  const name = usePeople();
  const number = useBatchNumbers();
  return (
    <>
      <PageHead
        title={task.title}
        state={<StateBadge state={task.state} />}
        sub={
          <>
            {task.unit_code} ·{" "}
            <Link to="/batches/$id" params={{ id: task.batch_id }}>
              {number(task.batch_id)}
            </Link>
          </>
        }
      />
      <div className="split-2">
        <Panel title={t("tasks.do")}>
          <div className="stack-l">
            {task.form.instruction ? <p style={{ fontSize: 18, maxWidth: "65ch" }}>{task.form.instruction}</p> : null}
            {task.state === "offered" ? <EntryForm task={task} /> : null}
            {task.state === "entered" && task.form.witness ? (
              <div className="notice" data-tone="accent">
                <p>{t("tasks.a_second_person_has")}</p>
                <div style={{ marginTop: 10 }}>
                  <SignButton label={t("tasks.witness")} size="lg" request={{ record_type: "mes_task", record_id: task.id, meaning: "witnessed", data: {} }} />
                </div>
              </div>
            ) : null}
            {task.state === "accepted" ? <p>{t("tasks.done_and_accepted")}</p> : null}
          </div>
        </Panel>
        <div className="stack-l">
          <Panel title={t("tasks.entries")}>
            <Entered task={task} />
          </Panel>
          <Panel title={t("tasks.task")}>
            <Facts
              of={[
                [t("tasks.for"), task.role],
                [t("tasks.step"), <span className="mono" key="p">{task.path}</span>],
                [t("tasks.offered"), <TimeStamp key="o" at={task.offered_at} />],
                [t("word.recorded"), <BothTimes key="t" plant={task.process_at} server={task.recorded_at} />],
                [t("word.entered"), task.entered_at ? <span key="e">{name(task.entered_by)}, <TimeStamp at={task.entered_at} /></span> : "–"],
                [t("word.lot"), task.lot_number ?? "–"],
                [t("word.comment"), task.comment ?? "–"],
              ]}
            />
          </Panel>
          {task.form.witness ? <Signatures record_type="mes_task" record_id={task.id} /> : null}
        </div>
      </div>
    </>
  );
}

function Entered({ task }: { task: TaskShape }) {
  const name = usePeople();
  const fields = new Map((task.form.entries ?? []).map((f) => [f.name, f]));
  const newest = new Map<string, number>();
  for (const e of task.entries) newest.set(e.name, Math.max(newest.get(e.name) ?? 0, e.revision));
  if (task.entries.length === 0) return <p className="muted">{task.form.entries?.length ? t("tasks.nothing_has_been_entered") : t("tasks.this_task_asks_for")}</p>;
  return (
    <ul className="stack">
      {task.entries.map((e) => (
        <li key={`${e.name}${e.revision}`}>
          <span className="muted">{fields.get(e.name)?.prompt ?? e.name}</span>{" "}
          <strong className="tabular" style={e.revision < (newest.get(e.name) ?? 0) ? { textDecoration: "line-through" } : undefined}>
            {exact(e.text, e.unit)}
          </strong>{" "}
          {e.inside === false ? (
            <span className="badge" data-tone="warning">
              <Shape tone="warning" /> {t("tasks.outside")}
            </span>
          ) : null}{" "}
          <span className="muted">
            {name(e.entered_by)}, <TimeStamp at={e.process_at} />
            {e.reason ? `: ${e.reason}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}

function EntryForm({ task }: { task: TaskShape }) {
  const client = useQueryClient();
  const fields = task.form.entries ?? [];
  const draftKey = `titer.draft.task.${task.id}`;
  const [values, setValues] = useState<Record<string, string>>(() => JSON.parse(sessionStorage.getItem(draftKey) ?? "{}") as Record<string, string>);
  const [scan, setScan] = useState("");
  const [comment, setComment] = useState("");
  const wantsScan = task.form.scan !== undefined && task.form.scan !== null;
  const enter = useMutation({
    mutationFn: () =>
      api.enterTask(task.id, {
        version: task.version,
        entries: Object.fromEntries(Object.entries(values).filter(([, v]) => v.trim() !== "")),
        ...(scan ? { scan } : {}),
        ...(comment ? { comment } : {}),
      }),
    onSuccess: () => {
      sessionStorage.removeItem(draftKey);
      void client.invalidateQueries({ queryKey: ["task", task.id] });
      void client.invalidateQueries({ queryKey: ["tasks"] });
    },
  });
  const checks = Object.fromEntries(fields.map((f) => [f.name, checkEntry(f, values[f.name] ?? "")]));
  const missing = fields.some((f) => checks[f.name]!.kind === "invalid" || (!f.optional && !values[f.name])) || (wantsScan && !scan.trim());
  const outside = fields.some((f) => checks[f.name]!.kind === "outside");

  function set(name: string, v: string) {
    const next = { ...values, [name]: v };
    setValues(next);
    sessionStorage.setItem(draftKey, JSON.stringify(next));
  }

  function submit(e: FormEvent) {
    e.preventDefault();
    if (!missing && (!outside || comment.trim())) enter.mutate();
  }

  return (
    <form className="stack-l" onSubmit={submit}>
      {wantsScan ? (
        <TextInput
          label={typeof task.form.scan === "string" ? t("tasks.scan_a_lot_of", { scan: task.form.scan }) : t("tasks.scan_the_label")}
          description={t("tasks.the_number_on_the")}
          value={scan}
          onChange={(e) => setScan(e.currentTarget.value)}
          size="lg"
          maw={420}
          autoComplete="off"
        />
      ) : null}
      {fields.map((f) => (
        <Field key={f.name} field={f} value={values[f.name] ?? ""} set={(v) => set(f.name, v)} note={checks[f.name]!} />
      ))}
      {outside ? (
        <Textarea
          label={t("word.comment")}
          description={t("tasks.a_value_outside_its")}
          value={comment}
          onChange={(e) => setComment(e.currentTarget.value)}
          autosize
          minRows={2}
          size="lg"
        />
      ) : null}
      {enter.error ? <ErrorState error={enter.error} /> : null}
      <div>
        <Button type="submit" className="floor" size="lg" disabled={missing || (outside && !comment.trim())} loading={enter.isPending}>
          {fields.length === 0 && !wantsScan ? t("tasks.done") : t("word.enter")}
        </Button>
      </div>
    </form>
  );
}

function Field({ field, value, set, note }: { field: TaskField; value: string; set: (v: string) => void; note: ReturnType<typeof checkEntry> }) {
  const prompt = field.prompt ?? field.name;
  const error = note.kind === "invalid" || note.kind === "outside" ? note.text : undefined;
  if (field.type === "choice") {
    return <Select label={prompt} data={field.choices ?? []} value={value || null} onChange={(v) => set(v ?? "")} size="lg" maw={420} error={error} />;
  }
  if (field.type === "yes") {
    return (
      <Radio.Group label={prompt} value={value} onChange={set} size="lg" error={error}>
        <div className="row" style={{ gap: 28, minHeight: 56 }}>
          <Radio value="yes" label={t("tasks.yes")} size="lg" />
          <Radio value="no" label={t("tasks.no")} size="lg" />
        </div>
      </Radio.Group>
    );
  }
  const u = unit(field.unit);
  const limits = field.low !== undefined || field.high !== undefined ? `Limits ${field.low ?? "–"} to ${field.high ?? "–"} ${u}` : undefined;
  return (
    <TextInput
      label={u ? `${prompt} (${u})` : prompt}
      description={limits}
      value={value}
      onChange={(e) => set(e.currentTarget.value)}
      inputMode={field.type === "text" ? undefined : "decimal"}
      error={error}
      size="lg"
      maw={420}
      autoComplete="off"
    />
  );
}
