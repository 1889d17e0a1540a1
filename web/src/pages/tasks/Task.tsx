import { Button, Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "../../api/endpoints";
import type { Task as TaskShape, TaskField } from "../../api/types";
import { exact, unit } from "../../format/number";
import { PageHead, Panel } from "../../parts/Panel";
import { SignButton } from "../../parts/SignDialog";
import { Asked, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { checkEntry } from "./entry";

/** One task: what to do, the values with their limits, and the witness. */
export default function Task() {
  const { id } = useParams({ strict: false }) as { id: string };
  const task = useQuery({ queryKey: ["task", id], queryFn: ({ signal }) => api.task(id, signal), meta: { types: ["mes_task", "mes_"] } });
  return (
    <Asked query={task} lines={8}>
      {(found) => <Body key={`${found.id}${found.state}`} task={found} />}
    </Asked>
  );
}

function Body({ task }: { task: TaskShape }) {
  const open = task.state === "offered";
  return (
    <>
      <PageHead
        title={task.title}
        state={<StateBadge state={task.state} />}
        sub={
          <>
            {task.unit_code} · <Link to="/batches/$id" params={{ id: task.batch_id }}>{task.batch_number}</Link> · <span className="mono">{task.path}</span>
          </>
        }
      />
      <div className="split-2">
        <Panel title="Do">
          <div className="stack-l">
            {task.instruction ? <p style={{ fontSize: 18, maxWidth: "65ch" }}>{task.instruction}</p> : null}
            {open ? <EntryForm task={task} /> : <Entered task={task} />}
            {task.state === "entered" && task.witness ? (
              <div className="notice" data-tone="accent">
                <p>A second person has to witness this. The witness logs in under their own name and signs here.</p>
                <div style={{ marginTop: 10 }}>
                  <SignButton label="Witness" size="lg" request={{ record_type: "mes_task", record_id: task.id, meaning: "witnessed", data: {} }} />
                </div>
              </div>
            ) : null}
          </div>
        </Panel>
        <Panel title="Entries">
          {task.entries.length === 0 ? <p className="muted">Nothing has been entered yet.</p> : <Entered task={task} />}
        </Panel>
      </div>
    </>
  );
}

function Entered({ task }: { task: TaskShape }) {
  const fields = new Map(task.fields.map((f) => [f.name, f]));
  return (
    <ul className="stack">
      {task.entries.map((e, i) => (
        <li key={i}>
          <span className="muted">{fields.get(e.name)?.label ?? e.name}</span>{" "}
          <strong className="tabular" style={e.superseded ? { textDecoration: "line-through" } : undefined}>
            {exact(e.value, fields.get(e.name)?.unit)}
          </strong>{" "}
          <span className="muted">
            {e.by}, <TimeStamp at={e.at} />
            {e.reason ? `: ${e.reason}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}

function EntryForm({ task }: { task: TaskShape }) {
  const client = useQueryClient();
  const draftKey = `titer.draft.task.${task.id}`;
  const [values, setValues] = useState<Record<string, string>>(() => JSON.parse(sessionStorage.getItem(draftKey) ?? "{}") as Record<string, string>);
  const [reason, setReason] = useState("");
  const enter = useMutation({
    mutationFn: () => api.enterTask(task.id, { version: task.version, values, ...(reason ? { reason } : {}) }),
    onSuccess: () => {
      sessionStorage.removeItem(draftKey);
      void client.invalidateQueries({ queryKey: ["task", task.id] });
      void client.invalidateQueries({ queryKey: ["tasks"] });
    },
  });
  const checks = Object.fromEntries(task.fields.map((f) => [f.name, checkEntry(f, values[f.name] ?? "")]));
  const invalid = task.fields.some((f) => checks[f.name]!.kind === "invalid" || (f.required && !values[f.name]));
  const outside = task.fields.some((f) => checks[f.name]!.kind === "outside");

  function set(name: string, v: string) {
    const next = { ...values, [name]: v };
    setValues(next);
    sessionStorage.setItem(draftKey, JSON.stringify(next));
  }

  function submit(e: FormEvent) {
    e.preventDefault();
    if (!invalid && (!outside || reason.trim())) enter.mutate();
  }

  return (
    <form className="stack-l" onSubmit={submit}>
      {task.fields.map((f) => (
        <Field key={f.name} field={f} value={values[f.name] ?? ""} set={(v) => set(f.name, v)} note={checks[f.name]!} />
      ))}
      {outside ? (
        <Textarea label="Reason" description="A value outside its limits is kept as an exception, with your reason" value={reason} onChange={(e) => setReason(e.currentTarget.value)} required autosize minRows={2} size="lg" />
      ) : null}
      {enter.error ? <ErrorState error={enter.error} /> : null}
      <div>
        <Button type="submit" className="floor" size="lg" disabled={invalid || (outside && !reason.trim())} loading={enter.isPending}>
          {task.fields.length === 0 ? "Done" : "Enter"}
        </Button>
      </div>
    </form>
  );
}

function Field({ field, value, set, note }: { field: TaskField; value: string; set: (v: string) => void; note: ReturnType<typeof checkEntry> }) {
  const limits =
    field.low !== null || field.high !== null ? `Limits ${field.low ?? "–"} to ${field.high ?? "–"} ${unit(field.unit)}` : undefined;
  const error = note.kind === "invalid" || note.kind === "outside" ? note.text : undefined;
  if (field.type === "choice") {
    return <Select label={field.label} data={field.choices} value={value || null} onChange={(v) => set(v ?? "")} size="lg" maw={420} required={field.required} />;
  }
  if (field.type === "check") {
    return <Checkbox label={field.label} checked={value === "yes"} onChange={(e) => set(e.currentTarget.checked ? "yes" : "")} size="lg" required={field.required} />;
  }
  return (
    <TextInput
      label={field.unit ? `${field.label} (${unit(field.unit) || "no unit"})` : field.label}
      description={limits}
      value={value}
      onChange={(e) => set(e.currentTarget.value)}
      inputMode={field.type === "number" ? "decimal" : undefined}
      error={error}
      size="lg"
      maw={420}
      required={field.required}
      autoComplete="off"
    />
  );
}
