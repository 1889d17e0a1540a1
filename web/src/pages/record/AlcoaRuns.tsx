import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { past, type AlcoaRun } from "../../api/past";
import { useMaySee } from "../../api/session";
import { count } from "../../format/number";
import { t } from "../../i18n";
import { DataTable, type Column } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { TONES } from "./alcoaTones";

/** How the nine principles stood: a line a run, newest first; the exceptions of each, out of how many looked at. */
export function AlcoaRuns({ names }: { names: string[] }) {
  const runs = useQuery({ queryKey: ["alcoa", "runs"], queryFn: ({ signal }) => past.alcoaRuns(signal), meta: { types: ["govern_alcoa_run"] } });
  const may = [useMaySee("quality"), useMaySee("reviewer")].some(Boolean);
  return (
    <Panel title={t("alcoa.history")} flush>
      {may ? <Keep /> : null}
      <Asked query={runs} lines={4}>
        {(rows) => (
          <DataTable
            name="runs"
            label={t("alcoa.history")}
            bare
            rows={rows}
            id={(r) => r.id}
            empty={<EmptyState title={t("alcoa.history.none")}>{may ? t("alcoa.history.how") : t("alcoa.history.daily")}</EmptyState>}
            columns={[
              { key: "ran", title: t("alcoa.ran"), value: (r) => r.ran_at, render: (r) => <TimeStamp at={r.ran_at} precision="minute" />, nowrap: true },
              ...names.map(principle),
              { key: "by", title: t("alcoa.kept"), value: (r) => r.kept_by, nowrap: true },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}

function principle(name: string): Column<AlcoaRun> {
  const of = (run: AlcoaRun) => run.principles.find((p) => p.name === name);
  return {
    key: name,
    title: name,
    align: "right",
    nowrap: true,
    value: (run) => of(run)?.found ?? null,
    render: (run) => {
      const p = of(run);
      if (!p) return null;
      return <StateBadge state={p.state} tone={TONES[p.state] ?? "bad"} word={`${count(p.found)} / ${count(p.looked_at)}`} />;
    },
  };
}

function Keep() {
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const keep = useMutation({
    mutationFn: () => past.keepAlcoa(reason.trim()),
    onSuccess: () => {
      setReason("");
      void client.invalidateQueries({ queryKey: ["alcoa"] });
    },
  });
  return (
    <form
      className="pad row"
      onSubmit={(event) => {
        event.preventDefault();
        keep.mutate();
      }}
    >
      <TextInput aria-label={t("alcoa.keep.reason")} placeholder={t("alcoa.keep.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} w={320} maxLength={200} />
      <Button type="submit" variant="default" disabled={!reason.trim()} loading={keep.isPending}>
        {t("alcoa.keep")}
      </Button>
      {keep.error ? <ErrorState error={keep.error} /> : null}
    </form>
  );
}
