import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMaySee } from "../../api/session";
import { systems, type Declaration, type Source } from "../../api/systems";
import { count } from "../../format/number";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { SystemSource } from "./SystemSource";
import { OUTCOMES, STANDS } from "./systemTones";

const KINDS = ["result", "sample", "batch", "material_lot", "audit_trail"];

/** Who is the system of record for what; below it each source of copies, how it was compared last, and the way out. */
export default function Systems() {
  const [name, setName] = useView("source");
  const declared = useQuery({ queryKey: ["systems", "declarations"], queryFn: ({ signal }) => systems.declarations(signal), meta: { types: ["systems_"] } });
  const sources = useQuery({ queryKey: ["systems", "sources"], queryFn: ({ signal }) => systems.sources(signal), meta: { types: ["systems_"] } });
  return (
    <>
      <PageHead title={t("systems.title")} sub={t("systems.sub")} right={<Link to="/record">{t("word.record")}</Link>} />
      <div className="stack-l">
        <Asked query={declared} lines={4}>
          {(rows) => <Declared rows={rows} />}
        </Asked>
        <Asked query={sources} lines={6}>
          {(rows) => {
            const at = rows.find((one) => one.name === name) ?? rows[0];
            return (
              <>
                <Sources rows={rows} chosen={at?.id} onChoose={(one) => setName(one.name)} />
                {at ? <SystemSource key={at.id} source={at} /> : null}
              </>
            );
          }}
        </Asked>
      </div>
    </>
  );
}

function Declared({ rows }: { rows: Declaration[] }) {
  const [at, setAt] = useView("declaration");
  const quality = useMaySee("quality");
  const steward = useMaySee("steward", "quality");
  const chosen = rows.find((one) => one.id === at);
  return (
    <>
      <Panel title={t("systems.declared")} flush>
        <DataTable
          name="declared"
          label={t("systems.declared")}
          bare
          rows={rows}
          id={(d) => d.id}
          open={(d) => setAt(d.id)}
          selected={at}
          empty={<EmptyState title={t("systems.declared.none")}>{t("systems.declared.none.why")}</EmptyState>}
          columns={[
            { key: "records", title: t("systems.records"), value: (d) => label(d.record_type), nowrap: true },
            { key: "system", title: t("systems.system"), value: (d) => d.system, render: (d) => <strong>{d.system}</strong> },
            { key: "since", title: t("systems.since"), value: (d) => d.since, render: (d) => <TimeStamp at={d.since} precision="minute" />, nowrap: true },
            { key: "materials", title: t("systems.materials"), value: (d) => d.materials.join(", ") || t("systems.all") },
            { key: "site", title: t("systems.site"), value: (d) => d.site },
            { key: "stands", title: t("systems.stands"), value: (d) => d.stands, render: (d) => <StateBadge state={d.stands} tone={STANDS[d.stands]} /> },
            { key: "number", title: t("systems.number"), value: (d) => d.number, nowrap: true },
            { key: "author", title: t("systems.author"), value: (d) => d.author },
            {
              key: "approve",
              title: t("systems.approve"),
              value: () => null,
              render: (d) =>
                d.state === "draft" && quality ? (
                  <SignButton size="compact-sm" label={t("systems.approve")} request={{ record_type: "systems_declaration", record_id: d.id, meaning: "approved", data: {} }} />
                ) : null,
            },
          ]}
        />
        {steward ? <Draft /> : null}
      </Panel>
      {chosen ? <Signatures record_type="systems_declaration" record_id={chosen.id} /> : null}
    </>
  );
}

function Draft() {
  const [kind, setKind] = useState<string | null>("result");
  const [system, setSystem] = useState("");
  const [since, setSince] = useState("");
  const [materials, setMaterials] = useState("");
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const draft = useMutation({
    mutationFn: () =>
      systems.declare({
        record_type: kind ?? "",
        system: system.trim(),
        since: `${since}T00:00:00Z`,
        reason: reason.trim(),
        materials: materials.split(",").map((one) => one.trim()).filter(Boolean),
      }),
    onSuccess: () => {
      setSystem("");
      setReason("");
      void client.invalidateQueries({ queryKey: ["systems"] });
    },
  });
  const ready = kind && system.trim() && since && reason.trim();
  return (
    <details className="pad">
      <summary>{t("systems.draft")}</summary>
      <form
        className="row"
        style={{ alignItems: "flex-end", padding: "8px 0" }}
        onSubmit={(event) => {
          event.preventDefault();
          draft.mutate();
        }}
      >
        <Select label={t("systems.draft.kind")} data={KINDS.map((value) => ({ value, label: label(value) }))} value={kind} onChange={setKind} allowDeselect={false} w={150} />
        <TextInput label={t("systems.draft.system")} description={t("systems.draft.system.hint")} value={system} onChange={(e) => setSystem(e.currentTarget.value)} maxLength={200} w={260} />
        <TextInput label={t("systems.draft.since")} type="date" value={since} onChange={(e) => setSince(e.currentTarget.value)} w={150} />
        <TextInput label={t("systems.draft.materials")} description={t("systems.draft.materials.hint")} value={materials} onChange={(e) => setMaterials(e.currentTarget.value)} w={260} />
        <TextInput label={t("systems.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={2000} w={260} />
        <Button type="submit" variant="default" disabled={!ready} loading={draft.isPending}>
          {t("systems.draft")}
        </Button>
        {draft.error ? <ErrorState error={draft.error} /> : null}
      </form>
    </details>
  );
}

function Sources({ rows, chosen, onChoose }: { rows: Source[]; chosen?: string; onChoose: (source: Source) => void }) {
  return (
    <Panel title={t("systems.sources")} flush>
      <DataTable
        name="sources"
        label={t("systems.sources")}
        bare
        rows={rows}
        id={(s) => s.id}
        open={onChoose}
        selected={chosen}
        empty={<EmptyState title={t("systems.sources.none")}>{t("systems.sources.none.why")}</EmptyState>}
        columns={[
          { key: "name", title: t("systems.source"), value: (s) => s.name, nowrap: true },
          { key: "system", title: t("systems.system"), value: (s) => s.system },
          { key: "records", title: t("systems.records"), value: (s) => label(s.record_type) },
          { key: "kind", title: t("systems.kind"), value: (s) => (s.legacy ? `${s.kind}, ${t("systems.legacy")}` : s.kind) },
          { key: "state", title: t("systems.stands"), value: (s) => s.state, render: (s) => <StateBadge state={s.state} tone={STANDS[s.state]} /> },
          { key: "held", title: t("systems.held"), align: "right", value: (s) => s.held, render: (s) => count(s.held) },
          { key: "quarantined", title: t("systems.quarantined"), align: "right", value: (s) => s.quarantined, render: (s) => count(s.quarantined) },
          {
            key: "compared",
            title: t("systems.compared"),
            value: (s) => s.last_reconciliation?.ran_at ?? null,
            render: (s) => (s.last_reconciliation ? <TimeStamp at={s.last_reconciliation.ran_at} precision="minute" /> : t("systems.never")),
            nowrap: true,
          },
          {
            key: "outcome",
            title: t("systems.outcome"),
            value: (s) => s.last_reconciliation?.outcome ?? null,
            render: (s) => (s.last_reconciliation ? <StateBadge state={s.last_reconciliation.outcome} tone={OUTCOMES[s.last_reconciliation.outcome]} /> : null),
          },
        ]}
      />
    </Panel>
  );
}
