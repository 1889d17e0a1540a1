import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, isOpen } from "../../api/endpoints";
import { t } from "../../i18n";
import { PageHead } from "../../parts/Panel";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { Shape } from "../../parts/Shape";

/** Every unit of the plant with what runs on it. */
export default function Units() {
  const units = useQuery({ queryKey: ["units"], queryFn: ({ signal }) => api.units(signal), meta: { types: ["equipment_unit", "equipment_", "mes_batch"] } });
  const batches = useQuery({ queryKey: ["batches"], queryFn: ({ signal }) => api.batches(signal), meta: { types: ["mes_"] } });
  return (
    <>
      <PageHead title={t("units.units")} sub={t("units.what_stands_in_the")} />
      <Asked
        query={units}
        empty={<EmptyState title={t("units.no_equipment_yet")}>{t("units.units_appear_when_the")}</EmptyState>}
      >
        {(rows) => (
          <div className="cards">
            {rows.map((u) => {
              const batch = (batches.data ?? []).find((b) => b.equipment === u.code && isOpen(b));
              return (
                <Link key={u.code} to="/units/$code" params={{ code: u.code }} className="card">
                  <span className="row" style={{ justifyContent: "space-between" }}>
                    <strong style={{ fontSize: 17 }}>{u.code}</strong>
                    <StateBadge state={batch?.execution ?? u.state} />
                  </span>
                  <span className="muted">
                    {u.name}{u.class_name ? ` · ${u.class_name}` : ""}
                  </span>
                  {batch ? (
                    <span>
                      {batch.number} · {batch.product}
                    </span>
                  ) : (
                    <span className="muted">{t("units.no_batch")}</span>
                  )}
                  {u.not_ready.length > 0 ? (
                    <span className="badge" data-tone="warning">
                      <Shape tone="warning" /> {u.not_ready[0]}
                      {u.not_ready.length > 1 ? t("units.and_more", { n: u.not_ready.length - 1 }) : ""}
                    </span>
                  ) : null}
                </Link>
              );
            })}
          </div>
        )}
      </Asked>
    </>
  );
}
