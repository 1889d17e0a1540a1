import { Button, Checkbox, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { browsing, type Endpoint, type FoundServer, type Whose } from "../../api/browsing";
import { api } from "../../api/endpoints";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { ErrorState, LoadingState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { useView } from "../../parts/view";
import { grouped, useCertificates } from "./certificate";
import { Chosen } from "./Chosen";
import { Space } from "./Space";
import { useDrafts } from "./useDrafts";

/** Add a connection by discovery: who answers, by which endpoint, and which of its variables are recorded. */
export default function Browse() {
  const [connection] = useView("connection");
  const [address, setAddress] = useView("address");
  const { chosen, change, take, leave, clear } = useDrafts();
  const [endpoint, setEndpoint] = useState<Endpoint | null>(null);
  const [accepted, setAccepted] = useState(false);
  const [user, setUser] = useState({ name: "", password: "" });
  const believed = useCertificates();
  const [host, setHost] = useState("local");

  const mark = endpoint?.certificate?.fingerprint ?? "";
  const trusted = (believed.data ?? []).some((one) => one.fingerprint === mark && one.state === "trusted");
  const whose: Whose | null = connection
    ? { connection }
    : endpoint && (accepted || (trusted && endpoint.policy !== "None"))
      ? {
          host,
          settings: {
            endpoint: endpoint.url,
            ...(endpoint.policy === "None" ? { allow_unencrypted: true } : { security_policy: endpoint.policy, security_mode: endpoint.mode }),
            ...(user.name ? { username: user.name } : {}),
          },
          ...(trusted || endpoint.policy === "None" ? {} : { compared: mark }),
          ...(user.password ? { password: user.password } : {}),
        }
      : null;

  const channels = useQuery({ queryKey: ["channels"], queryFn: ({ signal }) => api.channels(signal), enabled: connection !== undefined, meta: { types: ["equipment_channel"] } });
  const recorded = useMemo(() => new Set((channels.data ?? []).filter((c) => c.connection === connection).map((c) => c.address)), [channels.data, connection]);

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
              clear();
            }}
          />
        )}
        {endpoint?.policy === "None" ? (
          <div className="notice" data-tone="warning">
            <p>{t("browse.risk")}</p>
            <Checkbox mt={6} label={t("browse.accept")} checked={accepted} onChange={(e) => setAccepted(e.currentTarget.checked)} />
          </div>
        ) : null}
        {endpoint && endpoint.policy !== "None" && !trusted ? <Compare endpoint={endpoint} compared={accepted} setCompared={setAccepted} /> : null}
        {endpoint?.users.includes("UserName") ? (
          <User use={setUser} />
        ) : null}
        {whose ? (
          <div className="space-cols">
            <Panel title={t("browse.space")}>
              <Space whose={whose} recorded={recorded} chosen={chosen} take={take} leave={leave} />
            </Panel>
            <Chosen whose={whose} chosen={chosen} change={change} clear={clear} />
          </div>
        ) : null}
      </div>
    </>
  );
}

/** Who looks, where a server wants to know; nothing is asked before the button is pressed. */
function User({ use }: { use: (user: { name: string; password: string }) => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  function look(event: FormEvent) {
    event.preventDefault();
    use({ name: name.trim(), password });
  }
  return (
    <Panel>
      <form onSubmit={look} className="row" style={{ alignItems: "flex-end" }}>
        <TextInput label={t("browse.user")} value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="off" />
        <PasswordInput w={220} label={t("browse.password")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="off" />
        <Button type="submit" variant="default">
          {t("browse.look_as")}
        </Button>
        <span className="muted">{t("browse.password_why")}</span>
      </form>
    </Panel>
  );
}

/** The fingerprint of a server that nobody has trusted yet: who compared it may look, and only that once. */
function Compare({ endpoint, compared, setCompared }: { endpoint: Endpoint; compared: boolean; setCompared: (next: boolean) => void }) {
  const shown = endpoint.certificate;
  if (!shown) return null;
  return (
    <div className="notice" data-tone="warning">
      <p>
        {t("browse.compare", { mark: grouped(shown.fingerprint), subject: shown.subject })}
        {shown.thumbprint ? <span className="muted"> SHA-1 {grouped(shown.thumbprint)}</span> : null}
      </p>
      {shown.faults.map((fault) => (
        <p key={fault.code}>{fault.what}</p>
      ))}
      <Checkbox mt={6} label={t("browse.compared")} description={t("browse.compared_why")} checked={compared} onChange={(e) => setCompared(e.currentTarget.checked)} />
    </div>
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
