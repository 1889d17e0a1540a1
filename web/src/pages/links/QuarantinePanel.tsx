import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "../../api/endpoints";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { TimeStamp } from "../../parts/TimeStamp";

/** Files of a connection that could not be read, each with the way to what can be done about it; nothing where there is none. */
export function QuarantinePanel({ name }: { name: string }) {
  const navigate = useNavigate();
  const files = useQuery({ queryKey: ["files", "quarantined"], queryFn: ({ signal }) => api.files(signal, "quarantined"), meta: { types: ["lims_raw_file"] }, retry: false });
  const mine = (files.data ?? []).filter((one) => one.connection === name);
  if (mine.length === 0) return null;
  return (
    <Panel title={t("files.quarantine")} flush>
      <DataTable
        name="quarantine"
        label={t("files.quarantine.of", { name })}
        rows={mine}
        id={(r) => r.id}
        open={(r) => void navigate({ to: "/lab/files/$id", params: { id: r.id } })}
        columns={[
          { key: "file", title: t("lab.file"), value: (r) => r.file_name, nowrap: true, render: (r) => <Link to="/lab/files/$id" params={{ id: r.id }}>{r.file_name}</Link> },
          { key: "reason", title: t("links.why"), value: (r) => r.reason },
          { key: "at", title: t("lab.received"), value: (r) => r.process_at, render: (r) => <TimeStamp at={r.process_at} server={r.recorded_at} /> },
        ]}
      />
    </Panel>
  );
}
