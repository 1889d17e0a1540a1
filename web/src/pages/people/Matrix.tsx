import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { rights, type MatrixRow } from "../../api/rights";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable, type Column } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked } from "../../parts/States";
import { useView } from "../../parts/view";
import { ROLES } from "./roles";

/** Role x action: data, and asserted cell by cell by a test (21 CFR 11.10(d), (g)). */
export function Matrix() {
  const [role, setRole] = useView("role");
  const [layer, setLayer] = useView("layer");
  const matrix = useQuery({ queryKey: ["matrix"], queryFn: ({ signal }) => rights.matrix(signal), staleTime: 300_000 });
  const cells: Column<MatrixRow>[] = ROLES.filter((one) => !role || one === role).map((one) => ({
    key: one,
    title: label(one),
    value: (r) => (r.roles.includes(one) ? t("matrix.yes") : ""),
    render: (r) =>
      r.roles.includes(one) ? (
        <span role="img" aria-label={t("matrix.yes")}>
          ●
        </span>
      ) : null,
  }));
  return (
    <Panel flush>
      <Asked query={matrix} lines={12}>
        {(rows) => {
          const layers = [...new Set(rows.map((r) => layerOf(r)))].sort();
          const shown = rows.filter((r) => (!role || r.roles.includes(role)) && (!layer || layerOf(r) === layer));
          return (
            <>
              <p className="muted" style={{ padding: "10px 14px 0" }}>
                {t("matrix.sub")}
              </p>
              <div className="row" style={{ padding: "10px 14px 0" }}>
                <Select aria-label={t("matrix.role")} placeholder={t("matrix.every")} data={ROLES.map((r) => ({ value: r, label: label(r) }))} value={role ?? null} onChange={(v) => setRole(v ?? undefined)} clearable size="xs" w={200} comboboxProps={{ transitionProps: { duration: 0 } }} />
                <Select aria-label={t("matrix.layer")} placeholder={t("matrix.all")} data={layers.map((l) => ({ value: l, label: label(l) }))} value={layer ?? null} onChange={(v) => setLayer(v ?? undefined)} clearable size="xs" w={200} comboboxProps={{ transitionProps: { duration: 0 } }} />
              </div>
              <div className="matrix">
                <DataTable
                  name="matrix"
                  label={t("matrix.label")}
                  rows={shown}
                  id={(r) => r.verb}
                  columns={[
                    { key: "title", title: t("matrix.action"), value: (r) => r.title, render: (r) => <Action row={r} /> },
                    { key: "verb", title: t("matrix.verb"), value: (r) => r.verb, nowrap: true, render: (r) => <span className="mono">{r.verb}</span> },
                    ...cells,
                  ]}
                />
              </div>
            </>
          );
        }}
      </Asked>
    </Panel>
  );
}

const layerOf = (row: MatrixRow) => row.verb.split(".")[0] ?? "";

function Action({ row }: { row: MatrixRow }) {
  return (
    <span style={{ display: "block", minWidth: 230 }}>
      {row.title}
      {row.roles.length === 0 ? <span className="muted"> ({t("matrix.nobody")})</span> : null}
    </span>
  );
}
