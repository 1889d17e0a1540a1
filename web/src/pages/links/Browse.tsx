import { Button, Checkbox, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { browsing, type Endpoint, type FoundNode, type FoundServer, type Whose } from "../../api/browsing";
import { api } from "../../api/endpoints";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { ErrorState, LoadingState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { useView } from "../../parts/view";
import { Chosen } from "./Chosen";
import { draftsOf, type Draft } from "./drafts";
import { Space } from "./Space";

/** Add a connection by discovery: who answers, by which endpoint, and which of its variables are recorded. */
export default function Browse() {
  const [connection] = useView("connection");
  const [address, setAddress] = useView("address");
  const [chosen, setChosen] = useState<ReadonlyMap<string, Draft>>(new Map());
  const [endpoint, setEndpoint] = useState<Endpoint | null>(null);
  const [accepted, setAccepted] = useState(false);
  const [host, setHost] = useState("local");

  const whose: Whose | null = connection
    ? { connection }
    : endpoint && (accepted || endpoint.policy !== "None")
      ? {
          host,
          settings: {
            endpoint: endpoint.url,
            ...(endpoint.policy === "None" ? { allow_unencrypted: true } : { security_policy: endpoint.policy, security_mode: endpoint.mode }),
          },
        }
      : null;

  const channels = useQuery({ queryKey: ["channels"], queryFn: ({ signal }) => api.channels(signal), enabled: connection !== undefined, meta: { types: ["equipment_channel"] } });
  const recorded = useMemo(() => new Set((channels.data ?? []).filter((c) => c.connection === connection).map((c) => c.address)), [channels.data, connection]);

  function take(nodes: readonly FoundNode[]) {
    setChosen((before) => draftsOf(before, nodes));
  }

  function change(node: string, next: Partial<Draft> | null) {
    setChosen((before) => {
      const after = new Map(before);
      const held = after.get(node);
      if (next === null) after.delete(node);
      else if (held) after.set(node, { ...held, ...next });
      return after;
    });
  }

  return (
    <>
      <PageHead title={connection ? t("browse.more_of", { name: connection }) : t("browse.title")} sub={t("browse.sub")} />
      <div className="stack-l">
        {connection ? null : (
          <Find
            address={address ?? ""}
            setAddress={setAddress}
            host={host}
            setHost={setHost}
            used={endpoint}
            use={(one) => {
              setEndpoint(one);
              setAccepted(false);
              setChosen(new Map());
            }}
          />
        )}
        {endpoint?.policy === "None" ? (
          <div className="notice" data-tone="warning">
            <p>{t("browse.risk")}</p>
            <Checkbox mt={6} label={t("browse.accept")} checked={accepted} onChange={(e) => setAccepted(e.currentTarget.checked)} />
          </div>
        ) : null}
        {whose ? (
          <div className="space-cols">
            <Panel title={t("browse.space")}>
              <Space whose={whose} recorded={recorded} chosen={chosen} take={take} leave={(node) => change(node, null)} />
            </Panel>
            <Chosen whose={whose} chosen={chosen} change={change} clear={() => setChosen(new Map())} />
          </div>
        ) : null}
      </div>
    </>
  );
}

function Find({ address, setAddress, host, setHost, used, use }: { address: string; setAddress: (next: string) => void; host: string; setHost: (next: string) => void; used: Endpoint | null; use: (one: Endpoint) => void }) {
  const [typed, setTyped] = useState(address || "opc.tcp://");
  const found = useMutation({ mutationFn: () => browsing.discover(typed.trim(), host) });
  function look(event: FormEvent) {
    event.preventDefault();
    setAddress(typed.trim());
    found.mutate();
  }
  return (
    <Panel>
      <form onSubmit={look} className="row" style={{ alignItems: "flex-end" }}>
        <TextInput className="grow" style={{ minWidth: 260 }} label={t("browse.address")} description={t("browse.address_hint")} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} />
        <TextInput w={170} label={t("browse.host")} value={host} onChange={(e) => setHost(e.currentTarget.value)} />
        <Button type="submit" loading={found.isPending}>
          {t("browse.find")}
        </Button>
      </form>
      {found.isPending ? <LoadingState lines={3} /> : null}
      {found.error ? <ErrorState error={found.error} /> : null}
      {found.data ? (
        <div className="stack" style={{ marginTop: 12 }}>
          {found.data.servers.length === 0 ? <p className="muted">{t("browse.none_known")}</p> : null}
          {found.data.servers.map((server) => (
            <Server key={server.application_uri + server.name} server={server} used={used} use={use} />
          ))}
        </div>
      ) : null}
    </Panel>
  );
}

function Server({ server, used, use }: { server: FoundServer; used: Endpoint | null; use: (one: Endpoint) => void }) {
  const same = (one: Endpoint) => used !== null && used.url === one.url && used.policy === one.policy && used.mode === one.mode;
  const name = server.name || server.application_uri;
  return (
    <section className="stack" aria-label={t("browse.endpoints_of", { name })}>
      <h2>{name}</h2>
      <p className="muted mono">{server.application_uri}</p>
      {server.problem ? <p>{server.problem}</p> : null}
      <DataTable
        bare
        name={`endpoints-${server.application_uri}`}
        label={t("browse.endpoints_of", { name })}
        rows={server.endpoints}
        id={(r) => `${r.url} ${r.policy} ${r.mode}`}
        empty={<p className="muted">{t("browse.no_endpoints")}</p>}
        columns={[
          { key: "url", title: t("browse.endpoints"), value: (r) => r.url, render: (r) => <span className="mono">{r.url}</span> },
          { key: "security", title: t("browse.security"), value: (r) => `${r.policy} ${r.mode}`, nowrap: true, render: (r) => (r.policy === "None" ? <StateBadge state={t("browse.not_encrypted")} tone="advisory" /> : `${r.policy}, ${r.mode}`) },
          { key: "users", title: t("browse.users"), value: (r) => r.users.join(", ") },
          {
            key: "certificate",
            title: t("browse.certificate"),
            value: (r) => r.certificate?.fingerprint ?? "",
            render: (r) =>
              r.certificate && r.policy !== "None" ? (
                <>
                  <span className="mono">{r.certificate.fingerprint.match(/.{8}/g)?.join(" ")}</span> <span className="muted nowrap">{t("browse.until", { day: r.certificate.valid_until.slice(0, 10) })}</span>
                </>
              ) : (
                "–"
              ),
          },
          {
            key: "use",
            title: t("browse.choice"),
            value: (r) => r.why,
            render: (r) =>
              !r.usable ? (
                <span className="muted">{r.why}</span>
              ) : same(r) ? (
                <strong>{t("browse.used")}</strong>
              ) : (
                <Button size="compact-sm" variant="default" aria-label={t("browse.use_this", { url: r.url, policy: r.policy })} onClick={() => use(r)}>
                  {t("browse.use")}
                </Button>
              ),
          },
        ]}
      />
    </section>
  );
}
