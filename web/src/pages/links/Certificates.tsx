import { Button, FileInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { certificates, type Certificate, type OwnCertificate } from "../../api/certificates";
import { useMaySee } from "../../api/session";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { DownloadButton } from "../../parts/Download";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Signatures } from "../../parts/Signatures";
import { SignButton } from "../../parts/SignDialog";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { TimeStamp } from "../../parts/TimeStamp";
import { usePeople } from "../../parts/people";
import { useView } from "../../parts/view";
import { grouped, issuerOf, listOf, listed, stateOf, useCertificates } from "./certificate";

/** Whose certificates are believed, who decided it, until when it holds; and what our own hosts show. */
export default function Certificates() {
  const [chosen, choose] = useView("certificate");
  const found = useCertificates();
  return (
    <>
      <PageHead title={t("certs.title")} sub={t("certs.sub")} />
      <Asked query={found} lines={8} isEmpty={() => false}>
        {(rows) => {
          const met = rows.filter((one) => one.state !== "own");
          const one = met.find((r) => r.id === chosen) ?? met.find((r) => r.state === "seen");
          return (
            <div className="stack-l">
              {one ? <One of={one} keep={() => choose(one.id)} /> : null}
              <Panel title={t("certs.instruments")} flush>
                <DataTable
                  name="certificates"
                  label={t("certs.instruments")}
                  rows={met}
                  id={(r) => r.id}
                  open={(r) => choose(r.id)}
                  empty={<EmptyState title={t("certs.none")}>{t("certs.none_how")}</EmptyState>}
                  columns={[
                    { key: "state", title: t("word.state"), value: stateOf, render: (r) => <StateBadge state={stateOf(r)} />, nowrap: true },
                    { key: "subject", title: t("certs.subject"), value: (r) => r.subject },
                    { key: "issued_by", title: t("certs.issuer"), value: issuerOf },
                    { key: "list", title: t("certs.list"), value: listOf, render: (r) => <List of={r} /> },
                    { key: "met", title: t("certs.met"), value: (r) => r.connection || t("certs.brought"), nowrap: true },
                    { key: "until", title: t("certs.until"), value: (r) => r.valid_until, render: (r) => <TimeStamp at={r.valid_until} />, nowrap: true },
                    { key: "thumbprint", title: "SHA-1", value: (r) => r.thumbprint, render: (r) => <span className="mono nowrap" title={r.thumbprint}>{r.thumbprint.slice(0, 8)}</span> },
                    { key: "fingerprint", title: "SHA-256", value: (r) => r.fingerprint, render: (r) => <span className="mono nowrap" title={r.fingerprint}>{r.fingerprint.slice(0, 16)}</span> },
                    { key: "wrong", title: t("certs.wrong"), value: (r) => r.faults.map((f) => f.what).join(" ") || t("certs.nothing_wrong") },
                  ]}
                />
              </Panel>
              <OfHosts rows={rows.filter((r) => r.state === "own")} />
              <Revocations />
            </div>
          );
        }}
      </Asked>
    </>
  );
}

function One({ of: one, keep }: { of: Certificate; keep: () => void }) {
  const people = usePeople();
  const may = useMaySee("quality", "process_owner");
  const mayEnd = useMaySee("quality", "process_owner", "automation");
  const request = (meaning: string) => ({ record_type: "equipment_certificate", record_id: one.id, meaning, data: {} });
  return (
    <>
      <Panel
        title={one.subject}
        right={
          <>
            <StateBadge state={stateOf(one)} />
            {may && one.state !== "trusted" ? <SignButton label={t("certs.trust")} request={request("trusted")} onSigned={keep} /> : null}
            {mayEnd && one.state !== "distrusted" ? <SignButton label={t(one.state === "seen" ? "certs.refuse" : "certs.distrust")} variant="default" request={request("distrusted")} onSigned={keep} /> : null}
          </>
        }
      >
        <div className="stack">
          {one.state === "seen" ? <p className="notice" data-tone="accent">{t("certs.compare")}</p> : null}
          {one.faults.length > 0 ? (
            <ul className="notice" data-tone="warning" aria-label={t("certs.wrong")}>
              {one.faults.map((fault) => (
                <li key={fault.code}>{fault.what}</li>
              ))}
            </ul>
          ) : null}
          {one.authority ? <p className="notice">{t("certs.authority")}</p> : null}
          <Facts
            of={[
              [t("certs.fingerprint"), <span key="f" className="mono">{grouped(one.fingerprint)}</span>],
              [t("certs.thumbprint"), <span key="t" className="mono">{grouped(one.thumbprint)}</span>],
              [t("certs.issuer"), issuerOf(one)],
              [t("certs.list"), <List key="l" of={one} />],
              [t("certs.valid"), <span key="v"><TimeStamp at={one.valid_from} /> – <TimeStamp at={one.valid_until} /></span>],
              [t("certs.uri"), one.application_uri || "–"],
              [t("certs.names"), one.names.join(", ") || "–"],
              [t("certs.key"), one.key],
              [t("certs.serial"), <span key="s" className="mono">{one.serial}</span>],
              [t("certs.met"), one.connection ? t("certs.met_at", { connection: one.connection, address: one.address }) : t("certs.brought")],
              [t("certs.shown_by"), one.shown_by.join(", ") || "–"],
              [t("certs.decided"), one.decided_at ? <span key="d"><TimeStamp at={one.decided_at} /> {people(one.decided_by)}</span> : "–"],
              [t("certs.why"), one.reason || "–"],
            ]}
          />
        </div>
      </Panel>
      <Signatures record_type="equipment_certificate" record_id={one.id} />
    </>
  );
}

/** What is here of the revocation list of the authority that issued a certificate, or of the authority itself. */
function List({ of: one }: { of: Certificate }) {
  const list = one.revocation_list;
  if (!list) return listed(one) ? <StateBadge state="missing" tone="warning" word={t("certs.list_none")} /> : <span className="muted">–</span>;
  return (
    <span className="row" style={{ gap: 6 }}>
      {list.stage ? <StateBadge state={list.stage} tone="warning" word={t(list.stage === "ended" ? "certs.list_over" : "certs.list_ending")} /> : null}
      <span>{t("certs.list_takes_back", { n: list.revoked })}</span>
      {list.until ? <TimeStamp at={list.until} /> : null}
    </span>
  );
}

function Revocations() {
  const queries = useQueryClient();
  const automation = useMaySee("automation", "quality");
  const [file, setFile] = useState<File | null>(null);
  const bringing = useMutation({
    mutationFn: async (given: File) => certificates.bringList(await given.arrayBuffer()),
    onSuccess: () => {
      setFile(null);
      return queries.invalidateQueries({ queryKey: ["certificates"] });
    },
  });
  function bring(event: FormEvent) {
    event.preventDefault();
    if (file) bringing.mutate(file);
  }
  return (
    <Panel title={t("certs.lists")}>
      <div className="stack">
        <p className="muted">{t("certs.lists_how")}</p>
        {automation ? (
          <form onSubmit={bring} className="row" style={{ alignItems: "flex-end" }}>
            <FileInput w={320} label={t("certs.list_file")} placeholder={t("certs.list_choose")} value={file} onChange={setFile} accept=".crl,.pem,.der" clearable />
            <Button type="submit" variant="default" disabled={!file} loading={bringing.isPending}>
              {t("certs.list_bring")}
            </Button>
          </form>
        ) : null}
        {bringing.error ? <ErrorState error={bringing.error} /> : null}
        {bringing.data ? <p className="notice">{t("certs.list_brought", { issuer: bringing.data.issuer, n: bringing.data.revoked })}</p> : null}
      </div>
    </Panel>
  );
}

function OfHosts({ rows }: { rows: Certificate[] }) {
  const automation = useMaySee("automation");
  const [host, setHost] = useState("local");
  const asking = useMutation({ mutationFn: () => certificates.ofHost(host.trim()) });
  function ask(event: FormEvent) {
    event.preventDefault();
    asking.mutate();
  }
  return (
    <Panel title={t("certs.own")}>
      <div className="stack">
        <p className="muted">{t("certs.own_how")}</p>
        <DataTable
          bare
          name="host-certificates"
          label={t("certs.own")}
          rows={rows}
          id={(r) => r.id}
          empty={<EmptyState title={t("certs.own_none")}>{t("certs.own_ask")}</EmptyState>}
          columns={[
            { key: "host", title: t("certs.host"), value: (r) => r.host, nowrap: true },
            { key: "state", title: t("word.state"), value: (r) => r.stage || "good", render: (r) => <StateBadge state={r.stage || "good"} /> },
            { key: "subject", title: t("certs.subject"), value: (r) => r.subject },
            { key: "uri", title: t("certs.uri"), value: (r) => r.application_uri },
            { key: "until", title: t("certs.until"), value: (r) => r.valid_until, render: (r) => <TimeStamp at={r.valid_until} />, nowrap: true },
            { key: "thumbprint", title: "SHA-1", value: (r) => r.thumbprint, render: (r) => <span className="mono">{grouped(r.thumbprint)}</span> },
            { key: "file", title: t("certs.download"), value: () => "", render: (r) => <DownloadButton address={`/api/equipment/certificates/${r.id}/file`} name={`titer-host-${r.host}.der`} label={t("certs.download")} /> },
          ]}
        />
        {automation ? (
          <form onSubmit={ask} className="row" style={{ alignItems: "flex-end" }}>
            <TextInput w={200} label={t("certs.host")} value={host} onChange={(e) => setHost(e.currentTarget.value)} />
            <Button type="submit" variant="default" loading={asking.isPending}>
              {t("certs.fetch")}
            </Button>
          </form>
        ) : null}
        {asking.error ? <ErrorState error={asking.error} /> : null}
        {asking.data?.own.map((one) => <Answered key={one.fingerprint} of={one} host={host.trim()} />)}
      </div>
    </Panel>
  );
}

function Answered({ of: one, host }: { of: OwnCertificate; host: string }) {
  return (
    <div className="stack" style={{ gap: 4 }}>
      <Facts
        of={[
          [t("certs.subject"), one.subject],
          [t("certs.uri"), one.application_uri],
          [t("certs.thumbprint"), <span key="t" className="mono">{grouped(one.thumbprint)}</span>],
          [t("certs.until"), <TimeStamp key="u" at={one.valid_until} />],
        ]}
      />
      <a className="button-link" style={{ alignSelf: "flex-start" }} href={`data:application/pkix-cert;base64,${one.certificate}`} download={`titer-host-${host}.der`} aria-label={t("certs.download_of", { mark: one.thumbprint.slice(0, 8) })}>
        {t("certs.download")}
      </a>
    </div>
  );
}
