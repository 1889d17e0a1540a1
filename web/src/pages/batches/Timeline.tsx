import { SegmentedControl } from "@mantine/core";
import { flat } from "../../api/endpoints";
import { useNow } from "../../api/live";
import type { Batch, Step } from "../../api/types";
import { ms, span } from "../../format/time";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { useBatch } from "./useBatch";

/** The procedure as it ran: each step with its bar on the batch's own time, planned length behind. */
export function Timeline({ batch }: { batch: Batch }) {
  const now = useNow();
  const [level, setLevel] = useView("steps");
  const detail = useBatch(batch.id);
  return (
    <Panel
      title={t("batches.procedure")}
      flush
      right={
        <SegmentedControl
          size="xs"
          aria-label={t("batches.which_steps")}
          value={level === "all" ? "all" : "main"}
          onChange={(v) => setLevel(v === "all" ? "all" : undefined)}
          data={[
            { value: "main", label: t("batches.main_steps") },
            { value: "all", label: t("batches.every_step") },
          ]}
        />
      }
    >
      <Asked query={detail} lines={8} isEmpty={(d) => d.started_at === null} empty={<EmptyState title={t("batches.not_started")}>{t("batches.the_procedure_appears_when")}</EmptyState>}>
        {(found) => {
          const rows = flat(found.procedure);
          const start = ms(batch.started_at) || Math.min(...rows.map((r) => ms(r.started_at)).filter(Number.isFinite));
          const end = batch.ended_at ? ms(batch.ended_at) : now.process;
          const shown = level === "all" ? rows : rows.filter((r) => r.depth <= 2);
          return (
            <ol className="steps">
              {shown.map((r) => (
                <Bar key={r.path} step={r} start={start} end={end} indent={r.depth} />
              ))}
            </ol>
          );
        }}
      </Asked>
    </Panel>
  );
}

function Bar({ step, start, end, indent }: { step: Step; start: number; end: number; indent: number }) {
  const from = ms(step.started_at);
  const to = step.ended_at ? ms(step.ended_at) : end;
  const length = Math.max(end - start, 1);
  const begun = Number.isFinite(from);
  const left = begun ? ((from - start) / length) * 100 : 0;
  const width = begun ? Math.max(((to - from) / length) * 100, 0.4) : 0;
  const planned = begun && step.planned_us ? Math.min((step.planned_us / 1000 / length) * 100, 100 - left) : 0;
  return (
    <li style={{ gridTemplateColumns: "minmax(200px, 1.2fr) minmax(160px, 2fr) 130px 110px 150px" }}>
      <span style={{ paddingLeft: indent * 18 }}>
        {step.title || step.kind}{" "}
        <span className="muted">
          {indent === 0 ? "" : step.unit} {step.detail}
        </span>
      </span>
      <span className="hbar" aria-hidden="true">
        {planned > 0 ? <i style={{ left: `${left}%`, width: `${planned}%`, background: "var(--t-range)", top: 2, bottom: 2 }} /> : null}
        {begun ? <i style={{ left: `${left}%`, width: `${width}%`, background: step.ended_at ? "var(--t-muted)" : "var(--t-ink)" }} /> : null}
      </span>
      <StateBadge state={step.outcome && !["done", "ok"].includes(step.outcome) ? step.outcome : step.state} />
      <span className="tabular muted">{begun ? span(to - from) : ""}</span>
      <TimeStamp at={step.started_at} />
    </li>
  );
}
