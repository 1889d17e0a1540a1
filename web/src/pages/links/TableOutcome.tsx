import type { Look } from "../../api/tables";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Shape } from "../../parts/Shape";

/** What would come out of the sample, as the server reads it; or what is wrong with it, row by row. */
export function TableOutcome({ look }: { look: Look }) {
  if (look.problem_count > 0)
    return (
      <div className="stack">
        <div role="status" className="row">
          <Shape tone="warning" size={14} />
          <span>{t("tables.unsound", { n: look.problem_count })}</span>
        </div>
        <DataTable
          bare
          name="table-faults"
          label={t("tables.faults")}
          rows={look.problems.map((one, at) => ({ ...one, id: String(at) }))}
          id={(r) => r.id}
          columns={[
            { key: "where", title: t("tables.where"), value: (r) => r.where, nowrap: true },
            { key: "what", title: t("tables.what"), value: (r) => r.what },
          ]}
        />
      </div>
    );
  return (
    <div className="stack">
      <p role="status">{t("tables.sound", { count: look.count, rows: look.measured, missing: look.missing })}</p>
      <DataTable
        bare
        name="table-values"
        label={t("tables.values")}
        rows={look.values.map((one, at) => ({ ...one, id: String(at) }))}
        id={(r) => r.id}
        columns={[
          { key: "at", title: t("tables.at"), value: (r) => r.at, nowrap: true },
          { key: "column", title: t("tables.column"), value: (r) => r.column },
          { key: "value", title: t("word.value"), align: "right", value: (r) => r.value, render: (r) => <span className="tabular">{r.value}</span> },
        ]}
      />
    </div>
  );
}
