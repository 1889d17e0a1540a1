import { Button, Checkbox, NumberInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState, type FormEvent } from "react";
import { browsing, type HeardServer, type SilaWhose } from "../../api/browsing";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState, LoadingState } from "../../parts/States";
import { grouped } from "./certificate";
import { Chosen } from "./Chosen";
import type { Draft, Takeable } from "./drafts";
import { useDrafts } from "./useDrafts";

/** Add a SiLA 2 server: who is heard on the network, how it is reached, and which of its properties are recorded. */
export default function Sila() {
  const [host, setHost] = useState("local");
  const [server, setServer] = useState({ host: "", port: 50052 });
  const [looked, setLooked] = useState<SilaWhose | null>(null);
  const { chosen, change, take, leave, clear } = useDrafts();
  function look(whose: SilaWhose | null) {
    setLooked(whose);
    clear();
  }
  return (
    <>
      <PageHead title={t("browse.title")} sub={t("sila.sub")} />
      <div className="stack-l">
        <Listen
          host={host}
          setHost={setHost}
          use={(one) => {
            setServer({ host: one.address, port: one.port });
            look(null);
          }}
        />
        <Reach
          key={`${server.host}:${server.port}`}
          server={server}
          look={(settings) => look({ type: "sila2", host, settings })}
        />
        {looked ? (
          <div className="space-cols">
            <Properties whose={looked} chosen={chosen} take={take} leave={leave} />
            <Chosen whose={looked} chosen={chosen} change={change} clear={clear} />
          </div>
        ) : null}
      </div>
    </>
  );
}

/** What servers announce is a claim: the fingerprint is shown for a person to compare, and nothing is trusted by itself. */
function Listen({ host, setHost, use }: { host: string; setHost: (next: string) => void; use: (one: HeardServer) => void }) {
  const [on, setOn] = useState("");
  const heard = useMutation({ mutationFn: () => browsing.listen(on.trim(), host) });
  function submit(event: FormEvent) {
    event.preventDefault();
    heard.mutate();
  }
  return (
    <Panel>
      <form onSubmit={submit} className="row" style={{ alignItems: "flex-end" }}>
        <TextInput w={260} label={t("sila.interface")} description={t("sila.interface_hint")} value={on} onChange={(e) => setOn(e.currentTarget.value)} />
        <TextInput w={170} label={t("browse.host")} value={host} onChange={(e) => setHost(e.currentTarget.value)} />
        <Button type="submit" loading={heard.isPending}>
          {t("sila.listen")}
        </Button>
      </form>
      {heard.isPending ? <LoadingState lines={3} /> : null}
      {heard.error ? <ErrorState error={heard.error} /> : null}
      {heard.data ? (
        <DataTable
          bare
          name="heard"
          label={t("sila.heard")}
          rows={heard.data.servers}
          id={(r) => `${r.uuid} ${r.address}:${r.port}`}
          empty={<p className="muted">{t("sila.heard_none")}</p>}
          columns={[
            { key: "name", title: t("sila.server"), value: (r) => r.name, render: (r) => <strong>{r.name || r.uuid}</strong> },
            { key: "address", title: t("browse.address"), value: (r) => `${r.address}:${r.port}`, nowrap: true, render: (r) => <span className="mono">{`${r.address}:${r.port}`}</span> },
            { key: "description", title: t("links.description"), value: (r) => r.description },
            { key: "mark", title: t("browse.certificate"), value: (r) => r.fingerprint, render: (r) => (r.fingerprint ? <span className="mono">{grouped(r.fingerprint)}</span> : "–") },
            {
              key: "use",
              title: t("browse.choice"),
              value: () => "",
              render: (r) => (
                <Button size="compact-sm" variant="default" aria-label={t("sila.use_this", { name: r.name || r.uuid })} onClick={() => use(r)}>
                  {t("browse.use")}
                </Button>
              ),
            },
          ]}
        />
      ) : null}
    </Panel>
  );
}

/** Where it serves, and how it is known: by a certificate on the connector host, or not at all, which is a risk. */
function Reach({ server, look }: { server: { host: string; port: number }; look: (settings: SilaWhose["settings"]) => void }) {
  const [name, setName] = useState(server.host);
  const [port, setPort] = useState(server.port);
  const [root, setRoot] = useState("");
  const [open, setOpen] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    look({ host: name.trim(), port, ...(root.trim() ? { root_certificate: root.trim() } : {}), ...(open ? { allow_unencrypted: true } : {}) });
  }
  return (
    <Panel>
      <form onSubmit={submit} className="stack">
        <div className="row" style={{ alignItems: "flex-end" }}>
          <TextInput w={260} label={t("sila.host")} value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <NumberInput w={110} label={t("sila.port")} min={1} max={65535} allowDecimal={false} value={port} onChange={(next) => setPort(Number(next) || 0)} />
          <TextInput className="grow" label={t("sila.root")} description={t("sila.root_hint")} value={root} onChange={(e) => setRoot(e.currentTarget.value)} />
        </div>
        <Checkbox label={t("sila.open")} description={t("browse.risk")} checked={open} onChange={(e) => setOpen(e.currentTarget.checked)} />
        <div className="row">
          <Button type="submit" variant="default" disabled={!name.trim() || port < 1}>
            {t("sila.look")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

interface PropertiesProps {
  whose: SilaWhose;
  chosen: ReadonlyMap<string, Draft>;
  take: (rows: readonly Takeable[]) => void;
  leave: (node: string) => void;
}

function Properties({ whose, chosen, take, leave }: PropertiesProps) {
  const found = useQuery({ queryKey: ["sila.properties", whose], queryFn: ({ signal }) => browsing.properties(whose, signal), staleTime: Number.POSITIVE_INFINITY, retry: false, refetchOnWindowFocus: false });
  const rows = useMemo(() => found.data?.nodes ?? [], [found.data]);
  return (
    <Panel
      title={found.data ? t("sila.properties_of", { name: found.data.name }) : t("browse.space")}
      right={
        rows.some((one) => one.recordable) ? (
          <Button size="compact-sm" variant="subtle" onClick={() => take(rows)}>
            {t("sila.all")}
          </Button>
        ) : null
      }
    >
      <Asked query={found} lines={6} isEmpty={() => rows.length === 0} empty={<EmptyState title={t("sila.no_properties")}>{t("sila.no_properties_why")}</EmptyState>}>
        {(told) => (
          <div className="stack">
            <DataTable
              bare
              name="sila-properties"
              label={t("sila.properties_of", { name: told.name })}
              rows={rows}
              id={(r) => r.node}
              page={200}
              columns={[
                {
                  key: "tick",
                  title: t("browse.choice"),
                  value: (r) => (chosen.has(r.node) ? 1 : 0),
                  render: (r) =>
                    r.recordable ? (
                      <Checkbox size="xs" aria-label={r.tag} checked={chosen.has(r.node)} onChange={(e) => (e.currentTarget.checked ? take([r]) : leave(r.node))} />
                    ) : (
                      <span className="muted" title={t("browse.no_value")}>–</span>
                    ),
                },
                { key: "feature", title: t("sila.feature"), value: (r) => r.path.join("/") },
                { key: "name", title: t("sila.property"), value: (r) => r.name, render: (r) => <span title={r.description}>{r.name}</span> },
                { key: "holds", title: t("sila.holds"), value: (r) => r.holds },
                { key: "unit", title: t("word.unit"), value: (r) => r.unit || r.unit_text },
                { key: "how", title: t("sila.how"), value: (r) => t(r.observable ? "sila.followed" : "sila.polled") },
              ]}
            />
            {told.more ? <p className="notice">{t("sila.more")}</p> : null}
            {told.unreadable.length > 0 ? (
              <p className="notice" data-tone="warning">
                {t("sila.unreadable", { features: told.unreadable.join(", ") })}
              </p>
            ) : null}
          </div>
        )}
      </Asked>
    </Panel>
  );
}
