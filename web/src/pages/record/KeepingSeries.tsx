import { Checkbox, MultiSelect, NumberInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { keeping, type Series } from "../../api/keeping";
import { useMaySee } from "../../api/session";
import { count } from "../../format/number";
import { span } from "../../format/time";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { StateBadge } from "../../parts/StateBadge";
import { Asked, EmptyState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { Form } from "./KeepingForm";

/** How long channels are kept, which sealed segments are due, and letting them go: by a person, with a reason. */
export function SeriesPart() {
  const asked = useQuery({ queryKey: ["series-retention"], queryFn: ({ signal }) => keeping.series(signal), meta: { types: ["historian_retention", "historian_kept", "historian_retired", "record_hold"] } });
  const quality = useMaySee("quality");
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <Asked query={asked} lines={8}>
      {(found) => (
        <div className="stack-l">
          <Panel title={t("keeping.series.classes")} flush>
            <DataTable
              name="series-classes"
              label={t("keeping.series.classes")}
              rows={found.classes}
              id={(r) => r.name}
              bare
              empty={<EmptyState title={t("keeping.series.classes.none")} />}
              columns={[
                { key: "name", title: t("keeping.series.class"), value: (r) => r.name, nowrap: true },
                { key: "years", title: t("keeping.years"), align: "right", value: (r) => r.years },
                { key: "basis", title: t("keeping.basis"), value: (r) => r.basis },
                { key: "tags", title: t("keeping.series.channels"), value: (r) => r.tags.join(", ") },
              ]}
            />
          </Panel>
          <Panel title={t("keeping.series.due")} flush right={<span className="muted">{t("keeping.series.due.note")}</span>}>
            <DataTable
              name="series-due"
              label={t("keeping.series.due")}
              rows={found.due}
              id={(r) => r.digest}
              empty={<EmptyState title={t("keeping.series.due.none")} />}
              columns={[
                ...(quality ? [{ key: "choose", title: t("keeping.series.choose"), value: (r: Due) => (chosen.includes(r.digest) ? 1 : 0), render: (r: Due) => <Choose row={r} chosen={chosen} set={setChosen} /> }] : []),
                { key: "day", title: t("keeping.series.day"), value: (r) => r.day, nowrap: true },
                { key: "classes", title: t("keeping.series.class"), value: (r) => r.classes.filter((c) => c !== null).join(", ") },
                { key: "channels", title: t("keeping.series.channels"), align: "right", value: (r) => r.tag_count },
                { key: "size", title: t("keeping.size"), align: "right", value: (r) => r.size, render: (r) => <span className="tabular">{count(Math.ceil(r.size / 1024))} KiB</span> },
                { key: "due", title: t("keeping.due.when"), value: (r) => r.due, render: (r) => <TimeStamp at={r.due} /> },
                { key: "because", title: t("keeping.series.because"), value: (r) => r.kept_because, render: (r) => (r.kept_because ? r.kept_because : <StateBadge state={t("keeping.series.may")} tone="plain" />) },
              ]}
            />
          </Panel>
          {quality ? (
            <div className="split-2">
              <SetClass found={found} />
              {chosen.length > 0 ? <Retire digests={chosen} done={() => setChosen([])} /> : null}
            </div>
          ) : null}
          <Panel title={t("keeping.series.retired")} flush>
            <DataTable
              name="series-retired"
              label={t("keeping.series.retired")}
              rows={found.retired}
              id={(r) => r.digest}
              bare
              empty={<EmptyState title={t("keeping.series.retired.none")} />}
              columns={[
                { key: "segment", title: t("keeping.series.segment"), value: (r) => r.digest, render: (r) => <span className="mono" title={r.digest}>{r.digest.slice(0, 12)}</span> },
                { key: "class", title: t("keeping.series.class"), value: (r) => `${r.retention}, ${r.years}` },
                { key: "basis", title: t("keeping.basis"), value: (r) => r.basis },
                { key: "due", title: t("keeping.due.when"), value: (r) => r.due, render: (r) => <TimeStamp at={r.due} /> },
                { key: "rolled", title: t("keeping.series.rolled"), value: (r) => Object.keys(r.rollups).map((width) => span(Number(width) / 1000)).join(", ") },
              ]}
            />
          </Panel>
        </div>
      )}
    </Asked>
  );
}

type Due = Series["due"][number];

function Choose({ row, chosen, set }: { row: Due; chosen: string[]; set: (next: string[]) => void }) {
  const on = chosen.includes(row.digest);
  return (
    <Checkbox
      aria-label={`${t("keeping.series.choose")}: ${row.day} ${row.digest.slice(0, 12)}`}
      checked={on}
      disabled={row.kept_because !== ""}
      onChange={() => set(on ? chosen.filter((one) => one !== row.digest) : [...chosen, row.digest])}
    />
  );
}

function SetClass({ found }: { found: Series }) {
  const client = useQueryClient();
  const channels = useQuery({ queryKey: ["channels"], queryFn: ({ signal }) => api.channels(signal), meta: { types: ["equipment_channel"] } });
  const [name, setName] = useState("");
  const [years, setYears] = useState<number | string>(30);
  const [basis, setBasis] = useState("");
  const [tags, setTags] = useState<string[]>([]);
  const [reason, setReason] = useState("");
  const set = useMutation({
    mutationFn: () => keeping.setSeries({ name: name.trim(), years: Number(years), basis: basis.trim(), tags, reason: reason.trim() }),
    onSuccess: () => {
      setReason("");
      setTags([]);
      void client.invalidateQueries({ queryKey: ["series-retention"] });
    },
  });
  const known = found.classes.find((one) => one.name === name.trim());
  const ready = name.trim() !== "" && Number(years) > 0 && basis.trim() !== "" && reason.trim() !== "";
  return (
    <Form title={t("keeping.series.set")} why={t("keeping.series.set.why")} ready={ready} busy={set.isPending} error={set.error} submit={() => set.mutate()}>
      <TextInput
        label={t("keeping.series.class")}
        value={name}
        onChange={(e) => setName(e.currentTarget.value)}
        onBlur={() => {
          if (known && !basis) {
            setYears(known.years);
            setBasis(known.basis);
          }
        }}
      />
      <NumberInput label={t("keeping.years")} value={years} onChange={setYears} min={1} max={200} allowDecimal={false} />
      <TextInput label={t("keeping.basis")} value={basis} onChange={(e) => setBasis(e.currentTarget.value)} />
      <MultiSelect label={t("keeping.series.channels")} data={(channels.data ?? []).map((c) => c.tag)} value={tags} onChange={setTags} searchable limit={50} hidePickedOptions comboboxProps={{ transitionProps: { duration: 0 } }} />
      <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
    </Form>
  );
}

function Retire({ digests, done }: { digests: string[]; done: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const retire = useMutation({
    mutationFn: () => keeping.retireSeries(digests, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["series-retention"] });
      done();
    },
  });
  return (
    <Form title={t("keeping.series.retire", { n: digests.length })} why={t("keeping.series.retire.why")} ready={reason.trim() !== ""} busy={retire.isPending} error={retire.error} submit={() => retire.mutate()}>
      <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
    </Form>
  );
}
