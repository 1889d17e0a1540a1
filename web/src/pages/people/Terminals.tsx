import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { access, type Terminal } from "../../api/account";
import { useMaySee } from "../../api/session";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";

/** The devices of the shop floor on which people log in by badge or PIN. */
export function Terminals() {
  const client = useQueryClient();
  const administrator = useMaySee("administrator");
  const terminals = useQuery({ queryKey: ["terminals"], queryFn: ({ signal }) => access.terminals(signal), meta: { types: ["record_terminal"] } });
  const [name, setName] = useState("");
  const [place, setPlace] = useState("");
  const [reason, setReason] = useState("");
  const again = () => {
    setName("");
    setPlace("");
    setReason("");
    void client.invalidateQueries({ queryKey: ["terminals"] });
    void client.invalidateQueries({ queryKey: ["terminal"] });
  };
  const register = useMutation({ mutationFn: () => access.register(name.trim(), place.trim(), reason.trim()), onSuccess: again });
  const revoke = useMutation({ mutationFn: (row: Terminal) => access.revoke(row.id, reason.trim()), onSuccess: again });
  const error = register.error ?? revoke.error;
  const here = (terminals.data ?? []).some((row) => row.here);
  return (
    <Panel title={t("terminals.title")} flush id="terminals">
      <Asked query={terminals} empty={<EmptyState title={t("terminals.none")} />}>
        {(rows) => (
          <DataTable
            name="terminals"
            label={t("terminals.title")}
            rows={rows}
            bare
            id={(r) => r.id}
            columns={[
              { key: "name", title: t("terminals.name"), value: (r) => r.name, render: (r) => <strong>{r.name}</strong> },
              { key: "place", title: t("terminals.place"), value: (r) => (r.here ? `${r.place} (${t("terminals.here")})` : r.place) },
              { key: "since", title: t("terminals.since"), value: (r) => r.registered_at, render: (r) => <TimeStamp at={r.registered_at} /> },
              { key: "state", title: t("terminals.state"), value: (r) => t(r.revoked_at ? "terminals.revoked" : "terminals.active"), render: (r) => <StateBadge state={t(r.revoked_at ? "terminals.revoked" : "terminals.active")} tone="plain" /> },
              {
                key: "revoke",
                title: t("terminals.revoke"),
                value: () => "",
                render: (r) =>
                  administrator && !r.revoked_at ? (
                    <Button variant="subtle" size="compact-xs" disabled={!reason.trim()} onClick={() => revoke.mutate(r)} aria-label={t("terminals.revoke.of", { name: r.name })}>
                      {t("terminals.revoke")}
                    </Button>
                  ) : null,
              },
            ]}
          />
        )}
      </Asked>
      {administrator ? (
        <form
          className="row"
          style={{ alignItems: "flex-end", gap: 14, padding: 14 }}
          aria-label={t("terminals.add")}
          onSubmit={(e) => {
            e.preventDefault();
            if (name.trim() && place.trim() && reason.trim()) register.mutate();
          }}
        >
          <TextInput label={t("access.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} w={240} />
          <TextInput label={t("terminals.name")} value={name} onChange={(e) => setName(e.currentTarget.value)} w={120} disabled={here} />
          <TextInput label={t("terminals.place")} value={place} onChange={(e) => setPlace(e.currentTarget.value)} w={220} disabled={here} />
          <Button type="submit" variant="default" disabled={here || !name.trim() || !place.trim() || !reason.trim()} loading={register.isPending}>
            {t("terminals.add")}
          </Button>
          <span className="muted">{t("terminals.add.how")}</span>
        </form>
      ) : null}
      {error ? <ErrorState error={error} /> : null}
    </Panel>
  );
}
