import { Button, FileButton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee, useSession } from "../../api/session";
import type { Definition, Lot as LotRow } from "../../api/types";
import { exact } from "../../format/number";
import { label } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { DownloadButton } from "../../parts/Download";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { useBatchNumbers } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { Genealogy } from "./Genealogy";
import { useDefinitions } from "./Materials";

/** A lot: its tests, who decided what about it, and where it went. */
export default function Lot() {
  const { id } = useParams({ strict: false }) as { id: string };
  const lot = useQuery({ queryKey: ["lot", id], queryFn: ({ signal }) => api.lot(id, signal), meta: { types: ["material_", "record_signature"] } });
  const definitions = useDefinitions();
  return (
    <Asked query={lot} lines={10}>
      {(found) => <Body lot={found} definition={definitions.data?.find((d) => d.id === found.definition_id)} />}
    </Asked>
  );
}

function Body({ lot, definition }: { lot: LotRow; definition: Definition | undefined }) {
  const { installation } = useSession();
  const number = useBatchNumbers();
  const laboratory = installation.layers.includes("lims");
  return (
    <>
      <PageHead title={`${t("materials.lot")} ${lot.number}`} state={<StateBadge state={lot.disposition} />} sub={definition?.title} right={<Decide lot={lot} definition={definition} />} />
      <div className="split-2">
        <div className="stack-l">
          <Panel>
            <div className="stack">
              <Facts
                of={[
                  [t("materials.material"), definition ? `${definition.code}  ${definition.title}` : "–"],
                  [t("materials.supplier"), [lot.supplier, lot.supplier_lot].filter(Boolean).join("  ")],
                  [t("materials.quantity"), <span key="q" className="tabular">{exact(lot.quantity, lot.unit)}</span>],
                  [t("materials.remaining"), <strong key="r" className="tabular">{exact(lot.remaining, lot.unit)}</strong>],
                  [t("materials.expires"), lot.expires_on ?? t("materials.expires.none")],
                  [t("materials.usage"), <StateBadge key="u" state={lot.usage} tone="plain" />],
                  ...(lot.batch_id ? [[t("materials.produced"), <Link key="b" to="/batches/$id" params={{ id: lot.batch_id }}>{number(lot.batch_id)}</Link>] as [string, React.ReactNode]] : []),
                  [t("materials.needs"), definition && definition.needs.length > 0 ? definition.needs.map(label).join(", ") : t("materials.needs.nothing")],
                  [t("materials.certificate"), <Certificate key="c" lot={lot} />],
                  [t("materials.decided"), lot.disposition_reason ?? "–"],
                  [t("materials.received"), <TimeStamp key="a" at={lot.received_at} />],
                  [t("time.recorded"), <BothTimes key="t" plant={lot.process_at} server={lot.recorded_at} />],
                ]}
              />
              {lot.not_ready.length > 0 ? (
                <div className="notice" data-tone="warning">
                  <strong>{t("materials.notready")}</strong>
                  <ul style={{ listStyle: "disc", paddingLeft: 20 }}>
                    {lot.not_ready.map((reason) => (
                      <li key={reason}>{reason}</li>
                    ))}
                  </ul>
                </div>
              ) : null}
            </div>
          </Panel>
          {laboratory ? <Tests lot={lot} /> : null}
          <Genealogy lot={lot} />
        </div>
        <Signatures record_type="material_lot" record_id={lot.id} />
      </div>
    </>
  );
}

/** Release and rejection are signatures of the quality unit; a lot that a batch made is decided on with the batch. */
function Decide({ lot, definition }: { lot: LotRow; definition: Definition | undefined }) {
  const quality = useMaySee("quality");
  const mayHold = useMaySee("quality", "reviewer");
  const request = (meaning: string) => ({ record_type: "material_lot", record_id: lot.id, meaning, data: {} });
  if (definition?.disposed_by === "batch")
    return (
      <span className="muted">
        {t("materials.bybatch")} {lot.batch_id ? <Link to="/review" search={{ batch: lot.batch_id } as never}>{t("materials.bybatch.open")}</Link> : null}
      </span>
    );
  return (
    <>
      {mayHold && ["pending", "released", "hold"].includes(lot.disposition) ? <Hold lot={lot} /> : null}
      {quality && lot.disposition !== "rejected" ? <SignButton label={t("materials.reject")} variant="default" request={request("rejected")} /> : null}
      {quality && ["pending", "hold"].includes(lot.disposition) ? <SignButton label={t("materials.release")} request={request("released")} /> : null}
    </>
  );
}

function Hold({ lot }: { lot: LotRow }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const lift = lot.disposition === "hold";
  const move = useMutation({
    mutationFn: () => api.holdLot(lot.id, lift, { version: lot.version, reason: reason.trim() }),
    onSuccess: () => {
      setReason("");
      void client.invalidateQueries({ queryKey: ["lot"] });
    },
  });
  return (
    <form
      className="row"
      onSubmit={(e) => {
        e.preventDefault();
        if (reason.trim()) move.mutate();
      }}
    >
      <TextInput aria-label={t("sign.reason")} placeholder={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      <Button type="submit" variant="default" disabled={!reason.trim()} loading={move.isPending}>
        {lift ? t("materials.lift") : t("materials.hold")}
      </Button>
      {move.error ? <ErrorState error={move.error} /> : null}
    </form>
  );
}

function Certificate({ lot }: { lot: LotRow }) {
  const client = useQueryClient();
  const may = useMaySee("operator", "analyst", "quality");
  const attach = useMutation({
    mutationFn: async (file: File) =>
      api.attachCertificate(lot.id, { version: lot.version, file_name: file.name, media_type: file.type, data_base64: await base64(file), reason: t("materials.certificate") }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["lot"] }),
  });
  if (lot.certificate_digest)
    return <DownloadButton address={`/api/material/lots/${encodeURIComponent(lot.id)}/certificate`} name={lot.certificate_name ?? `${lot.number}.pdf`} label={lot.certificate_name ?? lot.number} />;
  if (!may || lot.batch_id) return t("materials.certificate.none");
  return (
    <span className="row">
      {t("materials.certificate.none")}
      <FileButton accept="application/pdf,image/*" onChange={(file) => file && attach.mutate(file)} inputProps={{ "aria-label": t("materials.certificate.attach") }}>
        {(props) => (
          <Button {...props} size="xs" variant="default" loading={attach.isPending}>
            {t("materials.certificate.attach")}
          </Button>
        )}
      </FileButton>
      {attach.error ? <ErrorState error={attach.error} /> : null}
    </span>
  );
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

function Tests({ lot }: { lot: LotRow }) {
  const navigate = useNavigate();
  const tests = useQuery({ queryKey: ["worklist", "lot", lot.id], queryFn: ({ signal }) => api.worklist({ lot_id: lot.id }, signal), meta: { types: ["lims_"] } });
  return (
    <Panel title={t("materials.tests")} flush>
      <Asked query={tests} empty={<EmptyState title={t("materials.tests.none")}>{t("materials.tests.none.why")}</EmptyState>}>
        {(rows) => (
          <DataTable
            name="tests"
            label={t("materials.tests.of", { lot: lot.number })}
            rows={rows}
            bare
            id={(r) => r.test.id}
            open={(r) => r.result && void navigate({ to: "/lab/results/$id", params: { id: r.result.id } })}
            columns={[
              { key: "sample", title: t("materials.sample"), nowrap: true, value: (r) => r.sample.number, render: (r) => <Link to="/lab/samples/$id" params={{ id: r.sample.id }}>{r.sample.number}</Link> },
              { key: "analysis", title: t("materials.analysis"), value: (r) => r.test.analysis },
              { key: "test", title: t("materials.test"), nowrap: true, value: (r) => r.test.number },
              { key: "state", title: t("materials.state"), value: (r) => r.test.state, render: (r) => <StateBadge state={r.test.state} /> },
              { key: "result", title: t("materials.result"), align: "right", value: (r) => r.result?.text, render: (r) => (r.result ? <Link to="/lab/results/$id" params={{ id: r.result.id }} className="tabular">{exact(r.result.text, r.result.unit)}</Link> : "–") },
              { key: "limit", title: t("materials.limit"), value: (r) => r.evaluation?.limit_text },
              { key: "outcome", title: t("materials.evaluation"), value: (r) => r.evaluation?.outcome, render: (r) => (r.evaluation ? <StateBadge state={r.evaluation.outcome} /> : <span className="muted">–</span>) },
            ]}
          />
        )}
      </Asked>
    </Panel>
  );
}
