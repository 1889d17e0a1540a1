import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { tables, type Table } from "../../api/tables";
import { t } from "../../i18n";
import { Panel } from "../../parts/Panel";
import { ErrorState } from "../../parts/States";
import type { Said, Way } from "./columns";

interface Props {
  held: Table | null;
  way: Way;
  mapping: Record<string, unknown> | null;
  said: ReadonlyMap<string, Said>;
  sound: boolean;
}

/** The mapping becomes a connection, or its next revision: a draft until somebody else approves it. */
export function TableDraft({ held, way, mapping, said, sound }: Props) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [name, setName] = useState(held?.name ?? "");
  const [folder, setFolder] = useState(held?.folder ?? "");
  const [pattern, setPattern] = useState(held?.pattern ?? "*.csv");
  const [host, setHost] = useState(held?.host ?? "local");
  const [owner, setOwner] = useState(held?.owner ?? "");
  const drafting = useMutation({
    mutationFn: (read: Record<string, unknown>) =>
      tables.draft({
        name: name.trim(),
        folder: folder.trim(),
        pattern: pattern.trim(),
        host: host.trim(),
        owner: owner.trim(),
        time_zone: way.zone,
        encoding: way.encoding,
        unended: way.unended,
        mapping: read,
        columns: (read.columns as { column: string; unit: string }[]).map((one) => ({ ...one, tag: said.get(one.column)?.tag.trim() ?? "" })),
      }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["links"] });
      await client.invalidateQueries({ queryKey: ["channels"] });
      await client.invalidateQueries({ queryKey: ["table", made.name] });
      void navigate({ to: "/links/$name", params: { name: made.name } });
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (mapping !== null) drafting.mutate(mapping);
  }
  const ready = sound && mapping !== null && name.trim() !== "" && folder.trim() !== "";
  return (
    <Panel title={t("word.connection")}>
      <form onSubmit={submit} className="stack">
        <div className="row" style={{ alignItems: "flex-end", flexWrap: "wrap" }}>
          <TextInput label={t("tables.name")} value={name} disabled={held !== null} onChange={(e) => setName(e.currentTarget.value)} />
          <TextInput className="grow" label={t("tables.folder")} value={folder} onChange={(e) => setFolder(e.currentTarget.value)} />
          <TextInput w={130} label={t("tables.pattern")} value={pattern} onChange={(e) => setPattern(e.currentTarget.value)} />
          <TextInput w={130} label={t("tables.host")} value={host} onChange={(e) => setHost(e.currentTarget.value)} />
          <TextInput label={t("tables.owner")} value={owner} onChange={(e) => setOwner(e.currentTarget.value)} />
        </div>
        {drafting.error ? <ErrorState error={drafting.error} /> : null}
        <div className="row">
          <Button type="submit" disabled={!ready} loading={drafting.isPending}>
            {held ? t("tables.revise") : t("tables.draft")}
          </Button>
          <span className="muted">{t("tables.after")}</span>
        </div>
      </form>
    </Panel>
  );
}
