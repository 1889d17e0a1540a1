import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import type { RawFile, RawFileDetail } from "../../api/types";
import { t } from "../../i18n";
import { DownloadButton } from "../../parts/Download";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { Asked, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";

/** A file of an instrument: what it is, what was read in it, and the ways out of the inbox and of quarantine. */
export default function File() {
  const { id } = useParams({ strict: false }) as { id: string };
  const file = useQuery({ queryKey: ["file", id], queryFn: ({ signal }) => api.file(id, signal), meta: { types: ["lims_raw_file", "equipment_document"] } });
  return (
    <Asked query={file} lines={8}>
      {(found) => <Body detail={found} />}
    </Asked>
  );
}

function Body({ detail }: { detail: RawFileDetail }) {
  const { file, methods, instrument, instrument_fault } = detail;
  const open = file.disposition === "quarantined" || file.disposition === "pending";
  return (
    <>
      <PageHead
        title={file.file_name}
        state={<StateBadge state={file.disposition} />}
        sub={file.reason}
        right={<DownloadButton address={`/api/content/${file.digest}`} name={file.file_name} label={t("files.bytes")} />}
      />
      <div className="stack-l">
        <Panel>
          <Facts
            of={[
              [t("word.connection"), <Link key="c" to="/links/$name" params={{ name: file.connection }}>{file.connection}</Link>],
              [t("lab.instrument"), instrument ? <Link key="i" to="/units/$code" params={{ code: instrument }}>{instrument}</Link> : <span key="i" className="muted">{instrument_fault}</span>],
              [t("lab.sha_256"), <span key="d" className="mono">{file.digest}</span>],
              [t("word.recorded"), <BothTimes key="t" plant={file.process_at} server={file.recorded_at} />],
              [t("files.read"), read(file)],
              [t("files.run"), file.run_id ? <Link key="r" to="/lab/runs/$id" params={{ id: file.run_id }}>{runOf(file)}</Link> : t("files.run.none")],
              [t("files.methods"), methods.length > 0 ? methods.map((one) => `${one.code} (${one.title})`).join(", ") : t("files.methods.none")],
            ]}
          />
        </Panel>
        {open ? <Ways file={file} /> : null}
      </div>
    </>
  );
}

/** The number of its run, as the file states it; else the words of its disposition, which name it. */
function runOf(file: RawFile): string {
  const { run } = file.found as { run?: string | null };
  return run ?? file.reason ?? "";
}

/** What stands in the file, in one line; a file that could not be read has nothing. */
function read(file: RawFile): string {
  const { injections, columns, samples } = file.found as { injections?: number; columns?: unknown[]; samples?: string[] };
  if (injections === undefined) return t("files.read.nothing");
  return t("files.read.what", { injections, columns: columns?.length ?? 0, samples: samples?.join(", ") || t("files.read.none") });
}

/** Whatever somebody decides has a reason, and is entered in the record with it. */
function Ways({ file }: { file: RawFile }) {
  const client = useQueryClient();
  const mayRead = useMaySee("analyst", "reviewer", "quality", "automation");
  const maySetAside = useMaySee("reviewer", "quality");
  const [reason, setReason] = useState("");
  const decide = useMutation({
    mutationFn: (way: "read-again" | "set-aside") => api.fileWay(file.id, way, { version: file.version, reason: reason.trim() }),
    onSuccess: () => setReason(""),
    // A refused reading has changed the file as well: it bears today's reason.
    onSettled: () => Promise.all(["file", "files"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  const quarantined = file.disposition === "quarantined";
  const off = !reason.trim() || decide.isPending;
  const reads = quarantined && mayRead;
  if (!reads && !maySetAside) return null;
  return (
    <Panel title={t(quarantined ? "files.ways" : "files.ways.pending")}>
      <div className="stack">
        <p>{t(quarantined ? "files.ways.told" : "files.ways.pending.told")}</p>
        <Textarea label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} autosize minRows={2} required withAsterisk={false} maw={640} />
        {decide.error ? <ErrorState error={decide.error} /> : null}
        {decide.isSuccess && decide.data.disposition === "quarantined" ? (
          <p className="notice" data-tone="warning" role="status">
            {t("files.refused_again")}
          </p>
        ) : null}
        <div className="row">
          {reads ? (
            <Button disabled={off} loading={decide.isPending && decide.variables === "read-again"} onClick={() => decide.mutate("read-again")}>
              {t("files.read_again")}
            </Button>
          ) : null}
          {maySetAside ? (
            <Button variant="default" disabled={off} loading={decide.isPending && decide.variables === "set-aside"} onClick={() => decide.mutate("set-aside")}>
              {t("files.set_aside")}
            </Button>
          ) : null}
        </div>
      </div>
    </Panel>
  );
}
