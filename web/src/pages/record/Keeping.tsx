import { Button, Checkbox, Modal, NumberInput, PasswordInput, Select, Tabs, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keeping, type Backups, type Hold, type Retention } from "../../api/keeping";
import type { ProofGiven } from "../../api/proof";
import { useMaySee } from "../../api/session";
import { count } from "../../format/number";
import { noun } from "../../format/words";
import { t } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { StateBadge } from "../../parts/StateBadge";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { useView } from "../../parts/view";
import { Form } from "./KeepingForm";
import { SeriesPart } from "./KeepingSeries";
import { offersOf, useAccount } from "../account/own";
import { ProveDialog } from "../account/ProveDialog";

/** What was backed up and tried, how long records are kept, and what is held. */
export default function Keeping() {
  const [tab, setTab] = useView("tab");
  return (
    <>
      <PageHead title={t("keeping.title")} sub={t("keeping.sub")} />
      <Tabs value={tab ?? "backups"} onChange={(v) => setTab(v === "backups" ? undefined : (v ?? undefined))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="backups">{t("keeping.backups")}</Tabs.Tab>
          <Tabs.Tab value="retention">{t("keeping.retention")}</Tabs.Tab>
          <Tabs.Tab value="series">{t("keeping.series")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="backups">
          <BackupsPart />
        </Tabs.Panel>
        <Tabs.Panel value="retention">
          <RetentionPart />
        </Tabs.Panel>
        <Tabs.Panel value="series">
          <SeriesPart />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function BackupsPart() {
  const asked = useQuery({ queryKey: ["backups"], queryFn: ({ signal }) => keeping.backups(signal), meta: { types: ["record_backup", "record_drill", "record_restore"] } });
  const may = [useMaySee("administrator"), useMaySee("quality")].some(Boolean);
  return (
    <Asked query={asked} lines={8}>
      {(found) => (
        <div className="stack-l">
          {found.drills.length === 0 ? <p className="notice" data-tone="warning">{t("keeping.drill.none")}</p> : null}
          {may ? (
            <div className="split-2">
              <Take />
              <Drill />
            </div>
          ) : null}
          <Tables found={found} />
        </div>
      )}
    </Asked>
  );
}

function Tables({ found }: { found: Backups }) {
  return (
    <>
      <Panel title={t("keeping.table.backups")} flush>
        <DataTable
          name="backups"
          label={t("keeping.table.backups")}
          rows={found.backups}
          id={(r) => r.id}
          empty={<EmptyState title={t("keeping.last.none")} />}
          columns={[
            { key: "at", title: t("keeping.at"), value: (r) => r.taken_at, render: (r) => <TimeStamp at={r.taken_at} server={r.recorded_at} /> },
            { key: "file", title: t("keeping.file"), value: (r) => r.file_name },
            { key: "place", title: t("keeping.place"), value: (r) => r.place },
            { key: "size", title: t("keeping.size"), align: "right", nowrap: true, value: (r) => r.size, render: (r) => <span className="tabular">{count(Math.ceil(r.size / 1024))} KiB</span> },
            { key: "entries", title: t("keeping.entries"), align: "right", value: (r) => r.tree_size, render: (r) => <span className="tabular">{count(r.tree_size)}</span> },
            { key: "encrypted", title: t("keeping.encrypt"), value: (r) => r.encrypted, render: (r) => (r.encrypted === "no" ? t("keeping.encrypt.no") : r.encrypted === "key" ? t("keeping.encrypt.key") : t("keeping.encrypt.passphrase")) },
            { key: "keys", title: t("keeping.keys"), value: (r) => r.keys.join(", ") || t("keeping.nokeys") },
            { key: "digest", title: t("keeping.manifest"), value: (r) => r.digest, render: (r) => <span className="mono nowrap" title={r.digest}>{r.digest.slice(0, 12)}</span> },
          ]}
        />
      </Panel>
      <Panel title={t("keeping.table.drills")} flush>
        <DataTable
          name="drills"
          label={t("keeping.table.drills")}
          rows={found.drills}
          id={(r) => r.id}
          bare
          empty={<EmptyState title={t("keeping.drill.none")} />}
          columns={[
            { key: "at", title: t("keeping.at"), value: (r) => r.started_at, render: (r) => <TimeStamp at={r.started_at} server={r.recorded_at} /> },
            { key: "holds", title: t("keeping.state"), value: (r) => (r.holds ? t("keeping.holds") : t("keeping.fails")), render: (r) => <StateBadge state={r.holds ? t("keeping.holds") : t("keeping.fails")} tone={r.holds ? "plain" : "alarm"} /> },
            { key: "verdict", title: t("keeping.verdict"), value: (r) => r.verdict },
            { key: "by", title: t("keeping.by"), value: (r) => r.performed_by },
            { key: "file", title: t("keeping.file"), value: (r) => r.file_name },
            { key: "seconds", title: t("keeping.seconds"), align: "right", nowrap: true, value: (r) => r.seconds, render: (r) => <span className="tabular">{r.seconds} s</span> },
          ]}
        />
      </Panel>
      <Panel title={t("keeping.table.restores")} flush>
        <DataTable
          name="restores"
          label={t("keeping.table.restores")}
          rows={found.restores}
          id={(r) => r.id}
          bare
          empty={<EmptyState title={t("keeping.restores.none")} />}
          columns={[
            { key: "at", title: t("keeping.at"), value: (r) => r.restored_at, render: (r) => <TimeStamp at={r.restored_at} server={r.recorded_at} /> },
            { key: "file", title: t("keeping.file"), value: (r) => r.file_name },
            { key: "entries", title: t("keeping.entries"), align: "right", value: (r) => r.tree_size, render: (r) => <span className="tabular">{count(r.tree_size)}</span> },
            { key: "lost", title: t("keeping.lost"), align: "right", value: (r) => r.lost, render: (r) => (r.lost === null ? t("keeping.lost.unknown") : <span className="tabular">{count(r.lost)}</span>) },
            { key: "by", title: t("keeping.by"), value: (r) => r.accepted_by },
          ]}
        />
      </Panel>
    </>
  );
}

function Take() {
  const client = useQueryClient();
  const [encrypt, setEncrypt] = useState<"no" | "passphrase" | "key">("passphrase");
  const [passphrase, setPassphrase] = useState("");
  const [keys, setKeys] = useState(false);
  const [reason, setReason] = useState("");
  const mine = useAccount();
  const [proving, setProving] = useState(false);
  const take = (proof: ProofGiven) =>
    keeping.take(
      { reason: reason.trim(), encrypt, passphrase: encrypt === "passphrase" ? passphrase : null, with_keys: keys && encrypt !== "no", with_key_file: false, proof: { password: "", totp: "", badge: "", pin: "", ...proof } },
      `titer-${new Date().toISOString().replace(/[-:.]/g, "")}.titer-backup`,
    );
  const taken = () => {
    setProving(false);
    setReason("");
    setPassphrase("");
    void client.invalidateQueries({ queryKey: ["backups"] });
  };
  const ready = reason.trim() !== "" && (encrypt !== "passphrase" || passphrase.length >= 12);
  return (
    <>
      {proving && mine.data ? <ProveDialog title={t("keeping.take")} action={t("keeping.take")} offers={offersOf(mine.data)} carryOut={take} onDone={taken} onClose={() => setProving(false)} /> : null}
      <Form title={t("keeping.take")} why={t("keeping.take.why")} ready={ready} busy={false} error={null} submit={() => setProving(true)}>
        <Select
          label={t("keeping.encrypt")}
          data={[
            { value: "passphrase", label: t("keeping.encrypt.passphrase") },
            { value: "key", label: t("keeping.encrypt.key") },
            { value: "no", label: t("keeping.encrypt.no") },
          ]}
          value={encrypt}
          onChange={(v) => setEncrypt((v as typeof encrypt) ?? "passphrase")}
          allowDeselect={false}
          comboboxProps={{ transitionProps: { duration: 0 } }}
        />
        {encrypt === "passphrase" ? (
          <PasswordInput label={t("keeping.passphrase")} description={t("keeping.passphrase.hint")} value={passphrase} onChange={(e) => setPassphrase(e.currentTarget.value)} autoComplete="new-password" />
        ) : null}
        <Checkbox label={t("keeping.with_keys")} checked={keys && encrypt !== "no"} disabled={encrypt === "no"} onChange={(e) => setKeys(e.currentTarget.checked)} />
        <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      </Form>
    </>
  );
}

function Drill() {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const drill = useMutation({
    mutationFn: () => keeping.drill(reason.trim()),
    onSuccess: () => setReason(""),
    onSettled: () => void client.invalidateQueries({ queryKey: ["backups"] }),
  });
  return (
    <Form title={t("keeping.drill")} why={t("keeping.drill.why")} ready={reason.trim() !== ""} busy={drill.isPending} error={drill.error} submit={() => drill.mutate()}>
      <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      {drill.data ? <p>{drill.data.verdict}</p> : null}
    </Form>
  );
}

function RetentionPart() {
  const asked = useQuery({ queryKey: ["retention"], queryFn: ({ signal }) => keeping.retention(signal), meta: { types: ["record_retention", "record_hold"] } });
  const quality = useMaySee("quality");
  const [lifting, setLifting] = useState<Hold | null>(null);
  return (
    <Asked query={asked} lines={8}>
      {(found) => (
        <div className="stack-l">
          <Panel title={t("keeping.hold.table")} flush>
            <DataTable
              name="holds"
              label={t("keeping.hold.table")}
              rows={found.holds}
              id={(r) => r.id}
              bare
              empty={<EmptyState title={t("keeping.hold.none")} />}
              columns={[
                { key: "state", title: t("keeping.state"), value: (r) => (r.lifted_at ? t("keeping.off") : t("keeping.on")), render: (r) => <StateBadge state={r.lifted_at ? t("keeping.off") : t("keeping.on")} tone={r.lifted_at ? "plain" : "warning"} /> },
                { key: "subject", title: t("keeping.subject"), value: (r) => `${r.subject_type} ${r.subject_name}`, render: (r) => (r.subject_type === "system" ? r.subject_name : `${r.subject_type} ${r.subject_name}`) },
                { key: "reason", title: t("sign.reason"), value: (r) => r.reason },
                { key: "placed", title: t("keeping.placed"), value: (r) => r.placed_at, render: (r) => <TimeStamp at={r.placed_at} server={r.placed_at} /> },
                { key: "by", title: t("keeping.by"), value: (r) => r.placed_by },
                { key: "lifted", title: t("keeping.lifted"), value: (r) => r.lifted_because, render: (r) => (r.lifted_at ? `${r.lifted_by}: ${r.lifted_because}` : quality ? <Button size="xs" variant="default" onClick={() => setLifting(r)}>{t("keeping.hold.lift")}</Button> : "–") },
              ]}
            />
          </Panel>
          <Panel title={t("keeping.classes")} flush>
            <DataTable
              name="classes"
              label={t("keeping.classes")}
              rows={found.classes}
              id={(r) => r.id}
              bare
              empty={<EmptyState title={t("keeping.classes.none")} />}
              columns={[
                { key: "kind", title: t("keeping.kind"), value: (r) => noun(r.record_type) },
                { key: "years", title: t("keeping.years"), align: "right", value: (r) => r.years },
                { key: "start", title: t("keeping.start"), value: (r) => r.start.replaceAll("_", " ") },
                { key: "basis", title: t("keeping.basis"), value: (r) => r.basis },
              ]}
            />
          </Panel>
          {quality ? (
            <div className="split-2">
              <Place />
              <SetTime found={found} />
            </div>
          ) : null}
          <Panel title={t("keeping.due")} flush right={<span className="muted">{t("keeping.due.note")}</span>}>
            <DataTable
              name="due"
              label={t("keeping.due")}
              rows={found.due}
              id={(r) => r.record_id}
              empty={<EmptyState title={t("keeping.due.none")} />}
              columns={[
                { key: "state", title: t("keeping.state"), value: (r) => dueState(r), render: (r) => <StateBadge state={dueState(r)} tone={r.held.length > 0 ? "warning" : "plain"} /> },
                { key: "kind", title: t("keeping.kind"), value: (r) => noun(r.record_type) },
                { key: "record", title: t("keeping.record"), value: (r) => r.name },
                { key: "due", title: t("keeping.due.when"), value: (r) => r.due, render: (r) => (r.due ? <TimeStamp at={r.due} /> : t("keeping.due.event")) },
                { key: "held", title: t("keeping.holds.now"), value: (r) => r.held.join("; ") },
              ]}
            />
          </Panel>
          {lifting ? <Lift hold={lifting} close={() => setLifting(null)} /> : null}
        </div>
      )}
    </Asked>
  );
}

function dueState(row: Retention["due"][number]): string {
  return row.held.length > 0 ? t("keeping.due.held") : row.over ? t("keeping.due.over") : t("keeping.due.kept");
}

function Place() {
  const client = useQueryClient();
  const [type, setType] = useState("batch");
  const [subject, setSubject] = useState("");
  const [reason, setReason] = useState("");
  const place = useMutation({
    mutationFn: () => keeping.place({ subject_type: type, subject_id: subject.trim(), reason: reason.trim() }),
    onSuccess: () => {
      setSubject("");
      setReason("");
      void client.invalidateQueries({ queryKey: ["retention"] });
    },
  });
  const ready = reason.trim() !== "" && (type === "system" || subject.trim() !== "");
  return (
    <Form title={t("keeping.hold.place")} ready={ready} busy={place.isPending} error={place.error} submit={() => place.mutate()}>
      <Select
        label={t("keeping.subject")}
        data={[
          { value: "batch", label: t("keeping.subject.batch") },
          { value: "lot", label: t("keeping.subject.lot") },
          { value: "person", label: t("keeping.subject.person") },
          { value: "system", label: t("keeping.subject.system") },
        ]}
        value={type}
        onChange={(v) => setType(v ?? "batch")}
        allowDeselect={false}
        comboboxProps={{ transitionProps: { duration: 0 } }}
      />
      {type === "system" ? null : <TextInput label={t("keeping.subject.id")} value={subject} onChange={(e) => setSubject(e.currentTarget.value)} />}
      <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
    </Form>
  );
}

function SetTime({ found }: { found: Retention }) {
  const client = useQueryClient();
  const [kind, setKind] = useState<string | null>("mes_batch");
  const [start, setStart] = useState<string | null>("created");
  const [years, setYears] = useState<number | string>(30);
  const [basis, setBasis] = useState("");
  const [reason, setReason] = useState("");
  const set = useMutation({
    mutationFn: () => keeping.setClass({ record_type: kind ?? "", start: start ?? "created", years: Number(years), basis: basis.trim(), reason: reason.trim() }),
    onSuccess: () => {
      setReason("");
      void client.invalidateQueries({ queryKey: ["retention"] });
    },
  });
  const ready = kind !== null && start !== null && Number(years) > 0 && basis.trim() !== "" && reason.trim() !== "";
  return (
    <Form title={t("keeping.set")} ready={ready} busy={set.isPending} error={set.error} submit={() => set.mutate()}>
      <Select label={t("keeping.kind")} searchable data={Object.keys(found.kinds).map((k) => ({ value: k, label: noun(k) === k ? k : `${noun(k)} (${k})` }))} value={kind} onChange={(v) => { setKind(v); setStart("created"); }} allowDeselect={false} comboboxProps={{ transitionProps: { duration: 0 } }} />
      <Select label={t("keeping.start")} data={(found.kinds[kind ?? ""] ?? ["created"]).map((s) => ({ value: s, label: s.replaceAll("_", " ") }))} value={start} onChange={setStart} allowDeselect={false} comboboxProps={{ transitionProps: { duration: 0 } }} />
      <NumberInput label={t("keeping.years")} value={years} onChange={setYears} min={1} max={200} allowDecimal={false} />
      <TextInput label={t("keeping.basis")} value={basis} onChange={(e) => setBasis(e.currentTarget.value)} />
      <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
    </Form>
  );
}

function Lift({ hold, close }: { hold: Hold; close: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const lift = useMutation({
    mutationFn: () => keeping.lift(hold, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["retention"] });
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t("keeping.hold.lift.title", { name: hold.subject_name })} closeButtonProps={{ "aria-label": t("sign.close") }}>
      <form
        className="stack-l"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim()) lift.mutate();
        }}
      >
        <p>{hold.reason}</p>
        <TextInput label={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} data-autofocus />
        {lift.error ? <ErrorState error={lift.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={close}>
            {t("sign.cancel")}
          </Button>
          <Button type="submit" disabled={!reason.trim()} loading={lift.isPending}>
            {t("keeping.hold.lift")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
