import { Button, MultiSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { rights, type Tokens as Found } from "../../api/rights";
import { useMaySee } from "../../api/session";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { WithReason } from "./Asking";

/** What machines may do, until when, and when they last did. */
export function Tokens() {
  const mayIssue = useMaySee("administrator", "automation");
  const mayEnd = useMaySee("administrator", "automation", "quality");
  const found = useQuery({ queryKey: ["tokens"], queryFn: ({ signal }) => rights.tokens(signal), meta: { types: ["record_machine_token"] } });
  return (
    <Asked query={found} lines={8}>
      {({ tokens, scopes }) => (
        <div className="stack-l">
          <Panel flush>
            <DataTable
              name="tokens"
              label={t("rights.tokens")}
              rows={tokens}
              id={(r) => r.id}
              empty={<EmptyState title={t("token.none")} />}
              columns={[
                { key: "name", title: t("token.name"), value: (r) => r.name, render: (r) => <strong>{r.name}</strong> },
                { key: "scopes", title: t("token.scopes"), value: (r) => r.scopes.join(", "), render: (r) => <span title={meaning(scopes, r.scopes)}>{r.scopes.join(", ")}</span> },
                { key: "host", title: t("token.host"), value: (r) => r.host, render: (r) => r.host ?? <span className="muted">{t("token.no.host")}</span> },
                { key: "issued", title: t("token.issued"), value: (r) => r.issued_at, render: (r) => <TimeStamp at={r.issued_at} /> },
                { key: "until", title: t("token.until"), value: (r) => r.expires_at, render: (r) => (r.expires_at ? <TimeStamp at={r.expires_at} /> : <span>{t("token.never")}</span>) },
                { key: "used", title: t("token.used"), value: (r) => r.used_at, render: (r) => <TimeStamp at={r.used_at} /> },
                { key: "state", title: t("token.state"), value: (r) => r.state, render: (r) => <StateBadge state={r.state} tone={r.state === "over" ? "warning" : "plain"} /> },
                { key: "end", title: t("rights.deed"), value: () => "", render: (r) => (mayEnd && r.state !== "ended" ? <WithReason label={t("token.end")} what={`${t("token.end")}: ${r.name}`} does={(reason) => rights.endToken(r.name, reason)} /> : null) },
              ]}
            />
          </Panel>
          {mayIssue ? <Issue scopes={scopes} /> : null}
        </div>
      )}
    </Asked>
  );
}

const meaning = (scopes: Found["scopes"], names: string[]) => scopes.filter((s) => names.includes(s.name)).map((s) => s.meaning).join(" ");

function Issue({ scopes }: { scopes: Found["scopes"] }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["observe"]);
  const [host, setHost] = useState("");
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const ofHost = scopes.some((s) => s.of_host && chosen.includes(s.name));
  const issue = useMutation({
    mutationFn: () => rights.issueToken({ name: name.trim(), scopes: chosen, host: ofHost ? host.trim() : null, expires_at: until ? `${until}T00:00:00Z` : null, reason: reason.trim() }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const ready = name.trim() && chosen.length > 0 && (!ofHost || host.trim()) && reason.trim();
  return (
    <Panel title={t("token.issue")}>
      <form
        className="stack-l"
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) issue.mutate();
        }}
      >
        <ul className="muted" style={{ listStyle: "disc", paddingLeft: 22 }}>
          {scopes.map((s) => (
            <li key={s.name}>
              <strong>{s.name}</strong>: {s.meaning}
            </li>
          ))}
        </ul>
        <div className="row" style={{ alignItems: "flex-end", gap: 14 }}>
          <TextInput label={t("token.name")} value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <MultiSelect label={t("token.scopes")} data={scopes.map((s) => s.name)} value={chosen} onChange={setChosen} comboboxProps={{ transitionProps: { duration: 0 } }} />
          {ofHost ? <TextInput label={t("token.host")} description={t("token.host.why")} value={host} onChange={(e) => setHost(e.currentTarget.value)} /> : null}
          <TextInput label={t("token.until")} type="date" value={until} onChange={(e) => setUntil(e.currentTarget.value)} />
          <TextInput label={t("rights.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} w={280} />
          <Button type="submit" disabled={!ready} loading={issue.isPending}>
            {t("token.issue")}
          </Button>
        </div>
        {issue.error ? <ErrorState error={issue.error} /> : null}
        {issue.data ? (
          <div className="notice" data-tone="accent" role="status">
            <p>{issue.data.host ? t("token.once.host", { name: issue.data.name, host: issue.data.host }) : t("token.once", { name: issue.data.name })}</p>
            <p className="mono" style={{ overflowWrap: "anywhere" }}>
              {issue.data.token}
            </p>
            <p className="muted">{t("token.once.why")}</p>
          </div>
        ) : null}
      </form>
    </Panel>
  );
}
