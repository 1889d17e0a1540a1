import { Button, FileButton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { TextInput } from "@mantine/core";

/** Master recipes by version; one is submitted as a file, since it is written and compared as text. */
export default function Recipes() {
  const navigate = useNavigate();
  const recipes = useQuery({ queryKey: ["recipes"], queryFn: ({ signal }) => api.recipes(signal), meta: { types: ["mes_recipe"] } });
  const author = useMaySee("scientist", "process_owner");
  return (
    <>
      <PageHead title={t("nav.recipes")} sub={t("recipes.sub")} />
      <div className="stack-l">
        <Panel flush>
          <Asked query={recipes} empty={<EmptyState title={t("recipes.none")}>{t("recipes.none.why")}</EmptyState>}>
            {(rows) => (
              <DataTable
                name="recipes"
                label={t("nav.recipes")}
                rows={rows}
                id={(r) => r.id}
                open={(r) => void navigate({ to: "/recipes/$id", params: { id: r.id } })}
                columns={[
                  { key: "code", title: t("recipes.code"), value: (r) => r.code, nowrap: true, render: (r) => <strong>{r.code}</strong> },
                  { key: "number", title: t("recipes.version"), align: "right", value: (r) => r.number },
                  { key: "title", title: t("recipes.what"), value: (r) => r.title },
                  { key: "product", title: t("recipes.product"), value: (r) => r.product },
                  { key: "state", title: t("designs.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} /> },
                  { key: "at", title: t("people.changed"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
                ]}
              />
            )}
          </Asked>
        </Panel>
        {author ? <Submit /> : null}
      </div>
    </>
  );
}

/** Reads the file, shows every finding with its line and column, and only then stores it. */
function Submit() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [source, setSource] = useState("");
  const [reason, setReason] = useState("");
  const check = useMutation({ mutationFn: (text: string) => api.checkRecipe({ source: text, reason: "" }) });
  const submit = useMutation({
    mutationFn: () => api.submitRecipe({ source, reason: reason.trim() }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["recipes"] });
      void navigate({ to: "/recipes/$id", params: { id: made.id } });
    },
  });
  async function take(file: File | null) {
    if (!file) return;
    const text = await file.text();
    setName(file.name);
    setSource(text);
    submit.reset();
    check.mutate(text);
  }
  return (
    <Panel title={t("recipes.submit")}>
      <div className="stack-l" style={{ maxWidth: 900 }}>
        <div className="row">
          <FileButton onChange={(file) => void take(file)} accept=".yaml,.yml,text/yaml">
            {(props) => (
              <Button variant="default" {...props}>
                {t("recipes.choose")}
              </Button>
            )}
          </FileButton>
          <span className="muted">{name || t("recipes.choose.hint")}</span>
        </div>
        {check.error ? <ErrorState error={check.error} /> : null}
        {check.data ? (
          check.data.findings.length === 0 ? (
            <p>
              <StateBadge state="passed" word={t("recipes.sound")} />
            </p>
          ) : (
            <ul className="stack" aria-label={t("recipes.findings")}>
              {check.data.findings.map((f, i) => (
                <li key={i} className="row" style={{ alignItems: "baseline" }}>
                  <StateBadge state={f.severity} tone={f.severity === "error" ? "alarm" : "warning"} />
                  <span className="tabular muted nowrap">{t("recipes.where", { line: f.line, column: f.column })}</span>
                  <span>{f.message}</span>
                </li>
              ))}
            </ul>
          )
        ) : null}
        {check.data?.submittable ? (
          <form
            className="row"
            style={{ alignItems: "flex-end" }}
            onSubmit={(e) => {
              e.preventDefault();
              if (reason.trim()) submit.mutate();
            }}
          >
            <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} w={420} />
            <Button type="submit" loading={submit.isPending} disabled={!reason.trim()}>
              {t("recipes.submit")}
            </Button>
          </form>
        ) : null}
        {submit.error ? <ErrorState error={submit.error} /> : null}
      </div>
    </Panel>
  );
}
