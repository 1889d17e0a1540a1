import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import type { Definition } from "../../api/types";
import { exact } from "../../format/number";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

export function useDefinitions() {
  return useQuery({ queryKey: ["definitions"], queryFn: ({ signal }) => api.definitions(signal), meta: { types: ["material_definition"] } });
}

/** Every lot: what it is, how much is left, how far its use has come, and what was decided about it. */
export default function Materials() {
  const navigate = useNavigate();
  const lots = useQuery({ queryKey: ["lots"], queryFn: ({ signal }) => api.lots({}, signal), meta: { types: ["material_"] } });
  const definitions = useDefinitions();
  const material = new Map((definitions.data ?? []).map((d) => [d.id, d]));
  const may = useMaySee("operator", "analyst", "quality");
  return (
    <>
      <PageHead title={t("nav.materials")} sub={t("materials.sub")} />
      <div className="stack-l">
        <Panel flush>
          <Asked query={lots} lines={8} empty={<EmptyState title={t("materials.none")}>{t("materials.none.why")}</EmptyState>}>
            {(rows) => (
              <DataTable
                name="lots"
                label={t("materials.lots")}
                rows={rows}
                id={(r) => r.id}
                open={(r) => void navigate({ to: "/materials/$id", params: { id: r.id } })}
                columns={[
                  { key: "number", title: t("materials.lot"), value: (r) => r.number, nowrap: true, render: (r) => <Link to="/materials/$id" params={{ id: r.id }}>{r.number}</Link> },
                  { key: "material", title: t("materials.material"), value: (r) => said(material.get(r.definition_id)), render: (r) => <span title={material.get(r.definition_id)?.code}>{material.get(r.definition_id)?.title ?? "–"}</span> },
                  { key: "supplier", title: t("materials.supplier"), value: (r) => [r.supplier, r.supplier_lot].filter(Boolean).join(" "), render: (r) => <>{r.supplier} <span className="muted">{r.supplier_lot}</span></> },
                  { key: "quantity", title: t("materials.quantity"), align: "right", nowrap: true, value: (r) => r.quantity, render: (r) => <span className="tabular">{exact(r.quantity, r.unit)}</span> },
                  { key: "remaining", title: t("materials.remaining"), align: "right", nowrap: true, value: (r) => r.remaining, render: (r) => <strong className="tabular">{exact(r.remaining, r.unit)}</strong> },
                  { key: "expires", title: t("materials.expires"), nowrap: true, value: (r) => r.expires_on, render: (r) => r.expires_on ?? <span className="muted">{t("materials.expires.none")}</span> },
                  { key: "usage", title: t("materials.usage"), value: (r) => r.usage, render: (r) => <StateBadge state={r.usage} tone="plain" /> },
                  { key: "disposition", title: t("materials.disposition"), value: (r) => r.disposition, render: (r) => <StateBadge state={r.disposition} /> },
                  { key: "ready", title: t("materials.ready"), value: (r) => r.not_ready.join(" "), render: (r) => (r.not_ready.length === 0 ? t("materials.ready.yes") : <span className="muted">{r.not_ready.join(" ")}</span>) },
                  { key: "at", title: t("materials.received"), value: (r) => r.received_at, render: (r) => <TimeStamp at={r.received_at} /> },
                ]}
              />
            )}
          </Asked>
        </Panel>
        {may && definitions.data && definitions.data.length > 0 ? <Receive definitions={definitions.data} /> : null}
      </div>
    </>
  );
}

const said = (d: Definition | undefined) => (d ? `${d.code} ${d.title}` : "");

function Receive({ definitions }: { definitions: Definition[] }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const bought = definitions.filter((d) => d.disposed_by === "lot");
  const [code, setCode] = useState<string | null>(null);
  const [entry, setEntry] = useState({ number: "", quantity: "", expires: "", supplier: "", supplierLot: "", reason: "" });
  const field = (name: keyof typeof entry) => ({ value: entry[name], onChange: (e: { currentTarget: { value: string } }) => setEntry({ ...entry, [name]: e.currentTarget.value }) });
  const unit = bought.find((d) => d.code === code)?.unit ?? "";
  const receive = useMutation({
    mutationFn: () =>
      api.receiveLot({
        definition_code: code!,
        lot_number: entry.number.trim(),
        quantity: entry.quantity.trim(),
        unit,
        expires_on: entry.expires || null,
        supplier: entry.supplier.trim(),
        supplier_lot: entry.supplierLot.trim(),
        reason: entry.reason.trim(),
      }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["lots"] });
      void navigate({ to: "/materials/$id", params: { id: made.id } });
    },
  });
  const ready = code && entry.number.trim() && entry.quantity.trim() && entry.supplier.trim() && entry.reason.trim();
  return (
    <Panel title={t("materials.receive")}>
      <form
        className="stack-l"
        style={{ maxWidth: 560 }}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) receive.mutate();
        }}
      >
        <Select label={t("materials.material")} data={bought.map((d) => ({ value: d.code, label: `${d.code}  ${d.title}` }))} value={code} onChange={setCode} searchable comboboxProps={{ transitionProps: { duration: 0 } }} />
        <TextInput label={t("materials.receive.number")} description={t("materials.receive.number.hint")} autoComplete="off" {...field("number")} />
        <TextInput label={unit ? `${t("materials.quantity.field")} (${unit})` : t("materials.quantity.field")} inputMode="decimal" autoComplete="off" {...field("quantity")} />
        <TextInput type="date" label={t("materials.expires")} description={t("materials.expires.hint")} {...field("expires")} />
        <TextInput label={t("materials.supplier")} {...field("supplier")} />
        <TextInput label={t("materials.supplier.lot")} {...field("supplierLot")} />
        <TextInput label={t("sign.reason")} {...field("reason")} />
        {receive.error ? <ErrorState error={receive.error} /> : null}
        <div>
          <Button type="submit" disabled={!ready} loading={receive.isPending}>
            {t("materials.receive")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
