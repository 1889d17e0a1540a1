import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMaySee } from "../../api/session";
import { systems, type Quarantined, type SideDifference, type Source } from "../../api/systems";
import { count } from "../../format/number";
import { short } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { DISPOSITIONS } from "../review/Exceptions";

/** One source: what was compared by period, each difference with the exception that somebody disposes of, quarantine. */
export function SystemSource({ source }: { source: Source }) {
  const quality = useMaySee("quality");
  return (
    <div className="stack-l">
      <Panel title={t("systems.of", { name: source.name, system: source.system })} right={<Act source={source} />}>
        <div className="stack">
          <p className="notice">{t("systems.copy", { system: source.system })}</p>
          {source.state === "draft" && quality ? (
            <p>
              <SignButton label={t("systems.approve")} request={{ record_type: "systems_source", record_id: source.id, meaning: "approved", data: {} }} />
            </p>
          ) : null}
          {source.last_reconciliation?.why ? <p className="notice" data-tone="warning">{source.last_reconciliation.why}</p> : null}
        </div>
      </Panel>
      {source.last_verification ? <Report source={source} /> : null}
      {source.last_reconciliation ? <Compared id={source.last_reconciliation.id} /> : null}
      {source.quarantined > 0 ? <Quarantine source={source} /> : null}
      <Signatures record_type="systems_source" record_id={source.id} />
    </div>
  );
}

function Act({ source }: { source: Source }) {
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const steward = useMaySee("steward");
  const compares = useMaySee("steward", "reviewer", "quality");
  const done = () => {
    setReason("");
    void client.invalidateQueries({ queryKey: ["systems"] });
  };
  const take = useMutation({ mutationFn: () => systems.take(source.id, reason.trim()), onSuccess: done });
  const compare = useMutation({ mutationFn: () => systems.reconcile(source.id, reason.trim()), onSuccess: done });
  const report = useMutation({ mutationFn: () => systems.verify(source.last_import!.id, reason.trim()), onSuccess: done });
  if (source.state !== "active" || !compares) return null;
  const failed = take.error ?? compare.error ?? report.error;
  const off = reason.trim() === "";
  return (
    <>
      <TextInput aria-label={t("systems.reason")} placeholder={t("systems.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={2000} w={240} />
      {steward ? (
        <Button variant="default" disabled={off} loading={take.isPending} onClick={() => take.mutate()}>
          {t("systems.take")}
        </Button>
      ) : null}
      <Button variant="default" disabled={off} loading={compare.isPending} onClick={() => compare.mutate()}>
        {t("systems.compare")}
      </Button>
      {source.legacy && source.last_import && steward ? (
        <Button variant="default" disabled={off} loading={report.isPending} onClick={() => report.mutate()}>
          {t("systems.report")}
        </Button>
      ) : null}
      {failed ? <ErrorState error={failed} /> : null}
    </>
  );
}

function Report({ source }: { source: Source }) {
  const quality = useMaySee("quality");
  const made = source.last_verification!;
  const told = made.report as { there: { count: number }; here: { count: number }; population: number; sampled: unknown[]; sampled_differing: number };
  const request = (meaning: string) => ({ record_type: "systems_verification", record_id: made.id, meaning, data: {} });
  return (
    <Panel
      title={t("systems.verification", { number: made.number, state: made.state })}
      right={<a href={`/api/systems/verifications/${made.id}/report.pdf`} download={`${made.number}.pdf`}>{t("systems.pdf")}</a>}
    >
      <div className="stack">
        <p className="tabular">{t("systems.sides", { there: count(told.there.count), here: count(told.here.count) })}</p>
        <p className="tabular">{t("systems.sampled", { n: count(told.sampled.length), of: count(told.population), differing: count(told.sampled_differing), seed: String(made.seed) })}</p>
        {made.state === "made" && quality ? (
          <p className="row">
            <SignButton label={t("systems.accept")} request={request("accepted")} />
            <SignButton label={t("systems.reject")} variant="default" request={request("rejected")} />
          </p>
        ) : null}
        <Signatures record_type="systems_verification" record_id={made.id} />
      </div>
    </Panel>
  );
}

interface Period {
  period: string;
  there: { count: number; digest: string };
  here: { count: number; digest: string };
  same: boolean;
}

function Compared({ id }: { id: string }) {
  const whole = useQuery({ queryKey: ["systems", "reconciliation", id], queryFn: ({ signal }) => systems.reconciliation(id, signal), meta: { types: ["systems_", "quality_exception"] } });
  return (
    <Asked query={whole} lines={6}>
      {(r) => (
        <>
          <Panel title={t("systems.periods")} flush>
            <DataTable
              name="periods"
              label={t("systems.periods")}
              bare
              rows={r.periods as unknown as Period[]}
              id={(p) => p.period}
              empty={<EmptyState title={t("systems.periods.none")} />}
              columns={[
                { key: "period", title: t("systems.period"), value: (p) => p.period, nowrap: true },
                { key: "there", title: t("systems.there"), align: "right", value: (p) => p.there.count, render: (p) => count(p.there.count) },
                { key: "here", title: t("systems.here"), align: "right", value: (p) => p.here.count, render: (p) => count(p.here.count) },
                { key: "dthere", title: t("systems.digest.there"), value: (p) => p.there.digest, render: (p) => <span className="tabular">{short(p.there.digest)}</span>, nowrap: true },
                { key: "dhere", title: t("systems.digest.here"), value: (p) => p.here.digest, render: (p) => <span className="tabular">{short(p.here.digest)}</span>, nowrap: true },
                { key: "same", title: t("systems.same"), value: (p) => String(p.same), render: (p) => <StateBadge state={p.same ? "agrees" : "differs"} tone={p.same ? "done" : "warning"} /> },
              ]}
            />
          </Panel>
          {r.outcome === "not compared" ? null : <Differences rows={r.differences} total={r.difference_count} />}
        </>
      )}
    </Asked>
  );
}

function where(d: SideDifference): string {
  const fields = d.fields as { column: string; here: string | null; there: string | null }[];
  if (d.kind === "missing there") return t("systems.vanished");
  return d.why || fields.map((f) => `${f.column}: ${t("systems.here")} ${f.here ?? "–"}, ${t("systems.there")} ${f.there ?? "–"}`).join("; ");
}

function Differences({ rows, total }: { rows: SideDifference[]; total: number }) {
  const may = useMaySee("reviewer", "quality", "process_owner");
  const [disposition, setDisposition] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const choices = DISPOSITIONS.filter((one) => one.value !== "covered by deviation");
  return (
    <Panel title={t("systems.differences", { n: count(total) })} flush>
      {may && rows.some((d) => d.state === "open") ? (
        <div className="row pad" style={{ alignItems: "flex-end" }}>
          <Select label={t("systems.disposition")} data={choices} value={disposition} onChange={setDisposition} w={220} />
          <TextInput label={t("systems.comment")} value={comment} onChange={(e) => setComment(e.currentTarget.value)} maxLength={2000} w={420} />
        </div>
      ) : null}
      <DataTable
        name="differences"
        label={t("systems.differences", { n: count(total) })}
        rows={rows}
        id={(d) => `${d.kind}/${d.key}`}
        empty={<EmptyState title={t("systems.differences.none")} />}
        columns={[
          { key: "key", title: t("systems.key"), value: (d) => d.key, nowrap: true },
          { key: "kind", title: t("systems.what"), value: (d) => d.kind, nowrap: true },
          { key: "where", title: t("systems.fields"), value: where },
          { key: "exception", title: t("systems.exception"), value: (d) => d.exception, nowrap: true, render: (d) => (d.exception ? <span className="row">{d.exception} <StateBadge state={d.state ?? "open"} /></span> : null) },
          {
            key: "dispose",
            title: t("systems.dispose"),
            value: () => null,
            render: (d) =>
              may && d.exception_id && d.state === "open" ? (
                <SignButton
                  size="compact-sm"
                  variant="default"
                  label={t("systems.dispose")}
                  disabled={!disposition || !comment.trim()}
                  request={{ record_type: "quality_exception", record_id: d.exception_id, meaning: "disposed", data: { disposition, comment: comment.trim() } }}
                />
              ) : null,
          },
        ]}
      />
    </Panel>
  );
}

function Quarantine({ source }: { source: Source }) {
  const rows = useQuery({ queryKey: ["systems", "quarantine", source.id], queryFn: ({ signal }) => systems.quarantine(source.id, signal), meta: { types: ["systems_"] } });
  const [comment, setComment] = useState("");
  const may = useMaySee("steward", "quality");
  const client = useQueryClient();
  const discard = useMutation({
    mutationFn: (row: Quarantined) => systems.discard(row, comment.trim()),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["systems"] }),
  });
  return (
    <Panel title={t("systems.quarantine", { n: count(source.quarantined) })} flush>
      {may ? (
        <div className="row pad">
          <TextInput label={t("systems.comment")} value={comment} onChange={(e) => setComment(e.currentTarget.value)} maxLength={2000} w={420} />
          {discard.error ? <ErrorState error={discard.error} /> : null}
        </div>
      ) : null}
      <Asked query={rows} lines={4}>
        {(found) => (
          <DataTable
            name="quarantine"
            label={t("systems.quarantine", { n: count(source.quarantined) })}
            bare
            rows={found}
            id={(q) => q.id}
            columns={[
              { key: "key", title: t("systems.key"), value: (q) => q.source_key, nowrap: true },
              { key: "why", title: t("systems.why"), value: (q) => q.why },
              { key: "row", title: t("systems.row"), value: (q) => q.row.map(([name, value]) => `${name}: ${value ?? "–"}`).join("; ") },
              {
                key: "discard",
                title: t("systems.discard"),
                value: () => null,
                render: (q) =>
                  may ? (
                    <Button size="compact-sm" variant="default" disabled={comment.trim() === ""} loading={discard.isPending && discard.variables === q} onClick={() => discard.mutate(q)}>
                      {t("systems.discard")}
                    </Button>
                  ) : null,
              },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
