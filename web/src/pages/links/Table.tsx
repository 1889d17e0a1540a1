import { Button, Checkbox, FileButton, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { tables, type Table as Held } from "../../api/tables";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { useView } from "../../parts/view";
import { mappingOf, namesIn, NOTHING, saidOf, WAY, type Said, type Way } from "./columns";
import { TableDraft } from "./TableDraft";
import { TableOutcome } from "./TableOutcome";

/** How the tables of an instrument are read: made against a sample file, for a new connection or one that is there. */
export default function Table() {
  const [connection] = useView("connection");
  const held = useQuery({ queryKey: ["table", connection], queryFn: ({ signal }) => tables.of(connection ?? "", signal), enabled: connection !== undefined });
  if (connection === undefined) return <Making held={null} />;
  return <Asked query={held}>{(found) => <Making key={found.revision} held={found} />}</Asked>;
}

/** A file that somebody chose; `stamp` tells it from every other one, so that no answer about another is shown for it. */
interface Sample {
  name: string;
  content: string;
  stamp: number;
}

function Making({ held }: { held: Held | null }) {
  const begun = useMemo(() => (held ? saidOf(held) : { way: WAY, said: new Map<string, Said>() }), [held]);
  const [way, setWay] = useState<Way>(begun.way);
  const [said, setSaid] = useState<ReadonlyMap<string, Said>>(begun.said);
  const [sample, setSample] = useState<Sample | null>(null);

  const plain = { time_zone: way.zone, encoding: way.encoding, delimiter: way.delimiter, sheet: way.sheet, unended: way.unended };
  const [slow] = useDebouncedValue(plain, 300);
  const first = useQuery({
    queryKey: ["table-sample", sample?.stamp, slow],
    queryFn: () => tables.look({ content: sample?.content ?? "", ...slow, mapping: null }),
    enabled: sample !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const names = namesIn(first.data?.first ?? [], way.header);
  const mapping = mappingOf(way, names, said);
  const [asked] = useDebouncedValue(mapping === null ? "" : JSON.stringify({ ...plain, mapping }), 300);
  const outcome = useQuery({
    queryKey: ["table-outcome", sample?.stamp, asked],
    queryFn: () => tables.look({ content: sample?.content ?? "", ...(JSON.parse(asked) as typeof plain & { mapping: Record<string, unknown> }) }),
    enabled: sample !== null && asked !== "",
    retry: false,
  });

  function change(column: string, next: Partial<Said>) {
    setSaid((before) => {
      const after = new Map(before);
      if (next.is === "time") for (const [name, one] of after) if (one.is === "time") after.set(name, { ...one, is: "" });
      after.set(column, { ...NOTHING, tag: column.replace(/[^\p{L}\p{N}]+/gu, "_"), ...before.get(column), ...next });
      return after;
    });
  }

  async function take(file: File | null) {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
    setSample({ name: file.name, content: btoa(text), stamp: Date.now() });
  }

  return (
    <>
      <PageHead
        title={held ? t("tables.of", { name: held.name }) : t("tables.title")}
        sub={held ? t("tables.revision", { n: held.revision, state: held.state }) : t("tables.sub")}
      />
      <div className="stack-l">
        <Panel title={t("tables.sample")}>
          <div className="stack">
            <div className="row">
              <FileButton onChange={(file) => void take(file)} accept=".csv,.txt,.tsv,.xlsx" inputProps={{ "aria-label": t("tables.sample") }}>
                {(props) => (
                  <Button variant="default" {...props}>
                    {t("tables.choose")}
                  </Button>
                )}
              </FileButton>
              <span className="muted">{sample && first.data ? t("tables.chosen", { name: sample.name, rows: first.data.rows }) : t("tables.sample_why")}</span>
            </div>
            <HowRead way={way} set={(next) => setWay((before) => ({ ...before, ...next }))} sheets={first.data?.sheets ?? []} />
            {first.error ? <ErrorState error={first.error} /> : null}
          </div>
        </Panel>
        {sample && first.data ? (
          <>
            <Panel title={t("tables.first")} flush>
              <FirstRows rows={first.data.first} header={way.header} />
            </Panel>
            <Panel title={t("tables.columns")} flush>
              <Columns names={names} first={first.data.first} header={way.header} said={said} change={change} />
            </Panel>
            <Panel title={t("tables.outcome")}>
              {mapping === null ? (
                <EmptyState title={t("tables.outcome_none")}>{t("tables.outcome_how")}</EmptyState>
              ) : outcome.error ? (
                <ErrorState error={outcome.error} />
              ) : outcome.data ? (
                <TableOutcome look={outcome.data} />
              ) : null}
            </Panel>
            <TableDraft held={held} way={way} mapping={mapping} said={said} sound={outcome.data?.problem_count === 0 && !outcome.isFetching} />
          </>
        ) : null}
      </div>
    </>
  );
}

/** How the bytes become rows, and cells become numbers and times. */
function HowRead({ way, set, sheets }: { way: Way; set: (next: Partial<Way>) => void; sheets: readonly string[] }) {
  return (
    <div className="row" style={{ alignItems: "flex-end", flexWrap: "wrap" }}>
      <NumberInput w={150} min={1} max={2000} allowDecimal={false} label={t("tables.header")} value={way.header} onChange={(row) => set({ header: Math.max(1, Number(row) || 1) })} />
      {sheets.length > 0 ? (
        <NativeSelect label={t("tables.sheet")} data={[...sheets]} value={way.sheet || sheets[0]} onChange={(e) => set({ sheet: e.currentTarget.value })} />
      ) : (
        <>
          <NativeSelect label={t("tables.delimiter")} value={way.delimiter} onChange={(e) => set({ delimiter: e.currentTarget.value })} data={(["comma", "semicolon", "tab", "bar"] as const).map((value) => ({ value, label: t(`tables.${value}`) }))} />
          <TextInput w={130} label={t("tables.encoding")} value={way.encoding} onChange={(e) => set({ encoding: e.currentTarget.value })} />
        </>
      )}
      <NativeSelect label={t("tables.decimal")} value={way.decimal} onChange={(e) => set({ decimal: e.currentTarget.value })} data={[{ value: ".", label: t("tables.point") }, { value: ",", label: t("tables.comma") }]} />
      <TextInput w={230} label={t("tables.format")} description={t("tables.format_hint")} value={way.format} onChange={(e) => set({ format: e.currentTarget.value })} />
      <TextInput w={200} label={t("tables.zone")} description={t("tables.zone_hint")} value={way.zone} onChange={(e) => set({ zone: e.currentTarget.value })} />
      <TextInput w={230} label={t("tables.missing")} description={t("tables.missing_hint")} value={way.missing} onChange={(e) => set({ missing: e.currentTarget.value })} />
      <Checkbox label={t("tables.unended")} checked={way.unended} onChange={(e) => set({ unended: e.currentTarget.checked })} />
    </div>
  );
}

/** The sample as it is; the row with the names stands out. */
function FirstRows({ rows, header }: { rows: readonly (readonly string[])[]; header: number }) {
  return (
    <div style={{ overflow: "auto", maxHeight: 280 }} tabIndex={0} role="region" aria-label={t("tables.first")}>
      <table className="table">
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              <th scope="row" className="muted tabular" style={{ padding: "2px 8px", textAlign: "right" }}>
                {at + 1}
              </th>
              {row.map((cell, place) => (
                <td key={place} className="nowrap" style={{ padding: "2px 8px", fontWeight: at + 1 === header ? 600 : 400 }}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ColumnsProps {
  names: readonly string[];
  first: readonly (readonly string[])[];
  header: number;
  said: ReadonlyMap<string, Said>;
  change: (column: string, next: Partial<Said>) => void;
}

/** Each column is the time, a channel with its unit, or ignored for a reason. */
function Columns({ names, first, header, said, change }: ColumnsProps) {
  const cells = (first[header - 1] ?? []).map((cell) => cell.trim());
  const rows = names.map((name) => ({ name, example: (first[header] ?? [])[cells.indexOf(name)] ?? "", ...(said.get(name) ?? NOTHING) }));
  const kinds = (["", "time", "channel", "ignored"] as const).map((value) => ({ value, label: value === "" ? t("tables.undecided") : t(`tables.${value}`) }));
  return (
    <DataTable
      bare
      name="table-columns"
      label={t("tables.columns_label")}
      rows={rows}
      id={(r) => r.name}
      page={200}
      columns={[
        { key: "name", title: t("tables.column"), value: (r) => r.name, render: (r) => <strong>{r.name}</strong>, nowrap: true },
        { key: "example", title: t("tables.example"), value: (r) => r.example, nowrap: true },
        { key: "is", title: t("tables.is"), value: (r) => r.is, render: (r) => <NativeSelect size="xs" aria-label={t("tables.is_of", { column: r.name })} data={kinds} value={r.is} onChange={(e) => change(r.name, { is: e.currentTarget.value as Said["is"] })} /> },
        {
          key: "more",
          title: t("tables.tag_or_why"),
          value: (r) => r.tag,
          render: (r) =>
            r.is === "channel" ? (
              <TextInput size="xs" miw={160} aria-label={t("tables.tag_of", { column: r.name })} value={r.tag} onChange={(e) => change(r.name, { tag: e.currentTarget.value })} />
            ) : r.is === "ignored" ? (
              <TextInput size="xs" miw={160} placeholder={t("tables.why")} aria-label={t("tables.why_of", { column: r.name })} value={r.why} onChange={(e) => change(r.name, { why: e.currentTarget.value })} />
            ) : (
              "–"
            ),
        },
        {
          key: "unit",
          title: t("word.unit"),
          value: (r) => r.unit,
          render: (r) => (r.is === "channel" ? <TextInput size="xs" w={90} aria-label={t("tables.unit_of", { column: r.name })} value={r.unit} onChange={(e) => change(r.name, { unit: e.currentTarget.value })} /> : "–"),
        },
      ]}
    />
  );
}
