import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import type { RecipeDetail } from "../../api/types";
import { exact } from "../../format/number";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { ErrorState } from "../../parts/States";

interface Parameter {
  title?: string;
  value?: string;
  unit?: string;
  low?: string;
  high?: string;
}

/**
 * An order, its batch and the start in one form: three actions on the server, each with the same reason. What was
 * done stays when a later one is refused, and the form goes on from there.
 */
export function StartBatch({ recipe: r }: { recipe: RecipeDetail }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const units = useQuery({ queryKey: ["units"], queryFn: ({ signal }) => api.units(signal) });
  const symbols = Object.keys((r.content.units ?? {}) as Record<string, unknown>);
  const formula = Object.entries((r.content.formula ?? {}) as Record<string, Parameter>);
  const [bindings, setBindings] = useState<Record<string, string>>({});
  const [values, setValues] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const [done, setDone] = useState<{ order?: string; batch?: string }>({});
  const start = useMutation({
    mutationFn: async () => {
      const why = reason.trim();
      let { order, batch } = done;
      if (!order) {
        order = (await api.createOrder({ recipe_code: r.code, quantity: null, unit: null, planned_start: null, priority: 0, reason: why })).id;
        setDone({ order });
      }
      if (!batch) {
        const given = (of: Record<string, string>) => Object.fromEntries(Object.entries(of).filter(([, v]) => v.trim() !== ""));
        batch = (await api.createBatch({ order_id: order, bindings: given(bindings), formula: given(values), reason: why })).id;
        setDone({ order, batch });
      }
      return api.startBatch(batch, { version: null, reason: why });
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["batches"] });
      void navigate({ to: "/batches/$id", params: { id: made.id } });
    },
  });
  return (
    <Panel title={t("start.title")}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          if (reason.trim()) start.mutate();
        }}
      >
        {symbols.map((s) => (
          <Select
            key={s}
            label={t("start.unit", { symbol: s })}
            placeholder={t("start.any")}
            data={(units.data ?? []).map((u) => ({ value: u.code, label: `${u.code}  ${u.name}` }))}
            value={bindings[s] ?? null}
            onChange={(v) => setBindings({ ...bindings, [s]: v ?? "" })}
            clearable
            disabled={done.batch !== undefined}
          />
        ))}
        {formula.length > 0 ? (
          <details>
            <summary>{t("start.formula", { n: formula.length })}</summary>
            <div className="stack" style={{ marginTop: 8 }}>
              {formula.map(([name, p]) => (
                <TextInput
                  key={name}
                  label={p.title ?? label(name)}
                  description={p.low || p.high ? t("start.range", { low: p.low ?? "–", high: exact(p.high, p.unit) }) : undefined}
                  placeholder={exact(p.value, p.unit)}
                  value={values[name] ?? ""}
                  onChange={(e) => setValues({ ...values, [name]: e.currentTarget.value })}
                  inputMode="decimal"
                  disabled={done.batch !== undefined}
                />
              ))}
            </div>
          </details>
        ) : null}
        <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} required withAsterisk={false} />
        {done.order && start.error ? <p className="muted">{done.batch ? t("start.made.batch") : t("start.made.order")}</p> : null}
        {start.error ? <ErrorState error={start.error} /> : null}
        <div>
          <Button type="submit" disabled={!reason.trim()} loading={start.isPending}>
            {t("start.button")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
