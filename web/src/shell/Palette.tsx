import { Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { api } from "../api/endpoints";
import { useSession } from "../api/session";
import { t } from "../i18n";
import { ENTRIES, isOn, placeOf } from "./nav";
import { Icon, type IconName } from "./icons";

interface Hit {
  key: string;
  group: "pages" | "records";
  icon: IconName;
  title: string;
  note: string;
  to: string;
}

/** Ctrl+K: pages at once, records as the server finds them. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);
  const { installation } = useSession();
  const words = q.trim().toLowerCase();
  const [asked] = useDebouncedValue(words, 150);
  const found = useQuery({
    queryKey: ["search", asked],
    queryFn: ({ signal }) => api.search(asked, signal),
    enabled: asked !== "",
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });

  const hits: Hit[] = [
    ...Object.entries(ENTRIES)
      .filter(([, e]) => isOn(e, installation.layers) && t(e.key).toLowerCase().includes(words))
      .map(([name, e]): Hit => ({ key: name, group: "pages", icon: e.icon, title: t(e.key), note: "", to: e.to })),
    ...(asked ? (found.data ?? []) : []).flatMap((r): Hit[] => {
      const to = placeOf(r);
      return to ? [{ key: `${r.record_type}/${r.record_id}`, group: "records", icon: "record", title: r.name, note: [r.noun, r.detail].filter(Boolean).join(", "), to }] : [];
    }),
  ];
  const chosen = Math.min(at, Math.max(0, hits.length - 1));

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  function go(hit: Hit | undefined) {
    if (!hit) return;
    onClose();
    void navigate({ href: hit.to });
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === "ArrowDown") setAt(Math.min(hits.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, chosen - 1));
    else if (event.key === "Enter") go(hits[chosen]);
    else return;
    event.preventDefault();
  }

  return (
    <Modal opened onClose={onClose} withCloseButton={false} size="lg" yOffset="10vh" title={<span className="hidden">{t("palette.title")}</span>} styles={{ header: { minHeight: 0, padding: 0 }, body: { paddingTop: 14 } }} transitionProps={{ duration: 0 }}>
      <TextInput
        data-autofocus
        aria-label={t("palette.title")}
        placeholder={t("palette.placeholder")}
        value={q}
        onChange={(e) => {
          setQ(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
        size="md"
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={hits[chosen] ? `hit-${chosen}` : undefined}
        leftSection={<Icon name="search" />}
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t("palette.title")} ref={list}>
        {hits.map((hit, i) => (
          <div key={hit.key} id={`hit-${i}`} role="option" aria-selected={i === chosen} onClick={() => go(hit)} onMouseMove={() => setAt(i)}>
            <Icon name={hit.icon} />
            <span className="grow">{hit.title}</span>
            <span className="muted palette-note">{hit.group === "pages" ? t("palette.pages") : hit.note}</span>
          </div>
        ))}
      </div>
      <p className="muted" role="status" style={{ padding: "8px 10px 0" }}>
        {found.error ? t("palette.failed") : found.isFetching || asked !== words ? t("palette.wait") : hits.length === 0 && words ? t("palette.none", { q: q.trim() }) : t("palette.keys")}
      </p>
    </Modal>
  );
}
