import { Button, Checkbox, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState, type FormEvent } from "react";
import { browsing, type Whose } from "../../api/browsing";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { EmptyState, ErrorState } from "../../parts/States";
import { channelsOf, twice, type Draft } from "./drafts";

interface Props {
  whose: Whose;
  chosen: ReadonlyMap<string, Draft>;
  change: (node: string, next: Partial<Draft> | null) => void;
  clear: () => void;
}

/** What was ticked, as channels: tag, unit and access may be changed before they are drafted. */
export function Chosen({ whose, chosen, change, clear }: Props) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const known = "connection" in whose ? whose.connection : null;
  const [name, setName] = useState("");
  const [prefix, setPrefix] = useState("");
  const rows = useMemo(() => [...chosen.values()], [chosen]);
  const double = useMemo(() => twice(chosen), [chosen]);
  const strange = useMemo(() => [...new Set(rows.filter((one) => one.unit_text && !one.unit).map((one) => one.unit_text))], [rows]);
  const drafting = useMutation({
    mutationFn: () => {
      const channels = channelsOf(chosen, prefix.trim());
      return "connection" in whose
        ? browsing.add(whose.connection, channels)
        : browsing.draft({ name: name.trim(), type: "type" in whose ? whose.type : "opcua", settings: whose.settings, channels, host: whose.host, owner: "" });
    },
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["links"] });
      await client.invalidateQueries({ queryKey: ["channels"] });
      void navigate({ to: "/links/$name", params: { name: made.name } });
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    drafting.mutate();
  }
  const ready = rows.length > 0 && !double && (known !== null || name.trim() !== "");
  return (
    <Panel
      title={t("browse.chosen", { n: rows.length })}
      right={
        rows.length > 0 ? (
          <Button size="compact-sm" variant="subtle" onClick={clear}>
            {t("browse.leave_all")}
          </Button>
        ) : null
      }
    >
      {rows.length === 0 ? (
        <EmptyState title={t("browse.chosen_none")}>{t("browse.chosen_how")}</EmptyState>
      ) : (
        <div className="stack">
          <DataTable
            bare
            name="chosen"
            label={t("browse.chosen_label")}
            rows={rows}
            id={(r) => r.node}
            page={100}
            columns={[
              { key: "tag", title: t("browse.tag"), value: (r) => r.tag, render: (r) => <TextInput size="xs" miw={180} aria-label={t("browse.tag_of", { node: r.node })} value={r.tag} error={r.tag === double} onChange={(e) => change(r.node, { tag: e.currentTarget.value })} /> },
              { key: "unit", title: t("word.unit"), value: (r) => r.unit, render: (r) => <TextInput size="xs" w={84} aria-label={t("browse.unit_of", { tag: r.tag })} value={r.unit} placeholder={r.unit_text} onChange={(e) => change(r.node, { unit: e.currentTarget.value })} /> },
              { key: "range", title: t("browse.range"), value: (r) => r.low, nowrap: true, render: (r) => (r.low ? `${r.low} – ${r.high}` : Object.values(r.states).join(" / ") || "–") },
              { key: "writable", title: t("browse.commands"), value: (r) => (r.writable ? 1 : 0), render: (r) => (r.takes ? <Checkbox size="xs" aria-label={t("browse.commands_of", { tag: r.tag })} checked={r.writable} onChange={(e) => change(r.node, { writable: e.currentTarget.checked })} /> : "–") },
              {
                key: "leave",
                title: t("browse.choice"),
                value: () => "",
                render: (r) => (
                  <Button size="compact-xs" variant="subtle" aria-label={t("browse.leave_of", { tag: r.tag })} onClick={() => change(r.node, null)}>
                    {t("browse.leave")}
                  </Button>
                ),
              },
            ]}
          />
          {strange.length > 0 ? <p className="notice">{t("browse.unknown_units", { units: strange.join(", ") })}</p> : null}
          <form onSubmit={submit} className="stack">
            <div className="row" style={{ alignItems: "flex-end" }}>
              {known === null ? <TextInput className="grow" label={t("browse.name")} description={t("browse.name_hint")} value={name} onChange={(e) => setName(e.currentTarget.value)} /> : null}
              <TextInput className="grow" label={t("browse.prefix")} description={t("browse.prefix_hint")} value={prefix} onChange={(e) => setPrefix(e.currentTarget.value)} />
            </div>
            {double ? <p role="alert">{t("browse.twice", { tag: double })}</p> : null}
            {drafting.error ? <ErrorState error={drafting.error} /> : null}
            <div className="row">
              <Button type="submit" disabled={!ready} loading={drafting.isPending}>
                {known === null ? t("browse.draft") : t("browse.add", { n: rows.length })}
              </Button>
              <span className="muted">{t("browse.after")}</span>
            </div>
          </form>
        </div>
      )}
    </Panel>
  );
}
