import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { csv, download, fileName, type Cell } from "../format/csv";
import { t } from "../i18n";
import { filtered, moved, nextSort, sorted, sortOf, tableKey } from "./table";
import { useViews } from "./view";
import { Icon } from "../shell/icons";

export interface Column<T> {
  key: string;
  title: string;
  /** What is sorted, filtered and exported: the stored value, not the printed one. */
  value: (row: T) => Cell;
  render?: (row: T) => ReactNode;
  align?: "right";
  width?: string | number;
  /** Never broken over two lines. */
  nowrap?: boolean;
}

interface Props<T> {
  /** Names the table to a reader, and its part of the address. */
  name: string;
  rows: readonly T[];
  columns: Column<T>[];
  id: (row: T) => string;
  open?: (row: T) => void;
  selected?: string;
  provenance?: Record<string, string>;
  empty?: ReactNode;
  /** No tools above: for short tables inside a panel. */
  bare?: boolean;
  label: string;
  page?: number;
}

/** Sort, filter, density, CSV, and the keyboard (j k Enter e) for every table of the pages. */
export function DataTable<T>({ name, rows, columns, id, open, selected, provenance, empty, bare, label, page = 200 }: Props<T>) {
  const [search, setSearch] = useViews();
  const filterKey = `${name}.q`;
  const sortKey = `${name}.sort`;
  const filter = search[filterKey] ?? "";
  const sort = sortOf(search[sortKey]);
  const [compact, setCompact] = useState(() => localStorage.getItem("titer.density") !== "roomy");
  const [at, setAt] = useState(-1);
  const [shown, setShown] = useState(page);
  const body = useRef<HTMLTableSectionElement>(null);
  const hint = useId();

  const all = useMemo(() => {
    const kept = filtered(rows, columns.map((c) => c.value), String(filter));
    return sorted(kept, columns.find((c) => c.key === sort?.key)?.value, sort?.down ?? false);
  }, [rows, columns, filter, sort?.key, sort?.down]);
  const visible = all.slice(0, shown);

  useEffect(() => {
    if (at >= 0) body.current?.querySelectorAll<HTMLTableRowElement>("tr[data-row]")[at]?.focus();
  }, [at]);

  function exportCsv() {
    const now = new Date().toISOString();
    const text = csv(
      columns.map((c) => c.title),
      all.map((row) => columns.map((c) => c.value(row))),
      { table: label, exported: now, rows: String(all.length), filter: String(filter) || "none", from: location.href, ...provenance },
    );
    download(fileName(label, now), text);
  }

  function onKey(event: KeyboardEvent) {
    const target = event.target as HTMLElement;
    if (target.tagName === "INPUT" || target.tagName === "TEXTAREA" || (target.tagName === "BUTTON" && event.key === "Enter")) return;
    const key = tableKey(event.key, event.ctrlKey || event.metaKey || event.altKey);
    if (!key) return;
    if (key === "export") exportCsv();
    else if (key === "open") {
      if (target.tagName === "A") return;
      const row = visible[at];
      if (row && open) open(row);
    } else setAt(moved(at, key, visible.length));
    event.preventDefault();
  }

  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    <div className="table-part" onKeyDown={onKey}>
      {bare ? null : (
        <div className="table-tools">
          <TextInput
            aria-label={`${t("table.filter")}: ${label}`}
            placeholder={t("table.filter")}
            value={String(filter)}
            onChange={(e) => setSearch({ [filterKey]: e.currentTarget.value || undefined })}
            size="xs"
            w={220}
          />
          <span className="muted tabular">{t("table.rows", { n: all.length, m: rows.length })}</span>
          <span className="grow" />
          <Tooltip label={compact ? t("table.roomy") : t("table.compact")}>
            <ActionIcon
              variant="subtle"
              aria-label={`${t("table.density")}: ${compact ? t("table.roomy") : t("table.compact")}`}
              onClick={() => {
                localStorage.setItem("titer.density", compact ? "roomy" : "compact");
                setCompact(!compact);
              }}
            >
              <Icon name="density" />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={`${t("table.export")} (e)`}>
            <ActionIcon variant="subtle" aria-label={`${t("table.export")}: ${label}`} onClick={exportCsv}>
              <Icon name="download" />
            </ActionIcon>
          </Tooltip>
        </div>
      )}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
        <table className="table" data-compact={compact || undefined} aria-describedby={open ? hint : undefined}>
          <thead>
            <tr>
              {columns.map((c) => {
                const on = sort?.key === c.key;
                return (
                  <th key={c.key} data-align={c.align} style={{ width: c.width }} aria-sort={on ? (sort.down ? "descending" : "ascending") : undefined} scope="col">
                    <button type="button" className="th" onClick={() => setSearch({ [sortKey]: nextSort(sort, c.key) })}>
                      {c.title}
                      <span aria-hidden="true">{on ? (sort.down ? " ↓" : " ↑") : ""}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody ref={body}>
            {visible.map((row, i) => {
              const key = id(row);
              return (
                <tr
                  key={key}
                  data-row
                  data-open={open ? true : undefined}
                  aria-selected={selected === undefined ? undefined : selected === key}
                  tabIndex={open ? (i === Math.max(at, 0) ? 0 : -1) : undefined}
                  onFocus={(e) => {
                    if (e.target === e.currentTarget) setAt(i);
                  }}
                  onClick={(e) => {
                    if (open && !(e.target as HTMLElement).closest("a,button,input") && !getSelection()?.toString()) open(row);
                  }}
                >
                  {columns.map((c) => (
                    <td key={c.key} data-align={c.align} data-nowrap={c.nowrap || undefined}>
                      {c.render ? c.render(row) : (c.value(row) ?? "–")}
                    </td>
                  ))}
                </tr>
              );
            })}
            {visible.length === 0 ? (
              <tr>
                <td colSpan={columns.length} className="muted">
                  {t("table.none")}
                </td>
              </tr>
            ) : null}
          </tbody>
        </table>
      </div>
      {open ? (
        <span id={hint} className="hidden">
          {t("table.keys")}
        </span>
      ) : null}
      {all.length > shown ? (
        <Button variant="subtle" size="xs" onClick={() => setShown(shown + page)}>
          {t("table.more", { n: Math.min(page, all.length - shown) })}
        </Button>
      ) : null}
    </div>
  );
}
