import { createContext, useContext, type ReactNode } from "react";
import { label } from "../format/words";
import { stamp } from "../format/time";
import { t } from "../i18n";
import { arranged, columnsOf, identifies, isId, withUnits, type Plain } from "./facts";
import { usePeople } from "./people";
import { useZone } from "./zone";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Canonical content as names and values: facts first, identifiers folded away last, nothing left out. */
export function ContentView({ content, names }: { content: unknown; names?: Readonly<Record<string, string>> }) {
  const view = (
    <div className="content-view">
      <Value of={content} />
    </div>
  );
  return names ? <Names.Provider value={names}>{view}</Names.Provider> : view;
}

/** What people call the records that are mentioned, by their ids. */
const Names = createContext<Readonly<Record<string, string>>>({});

function Value({ of }: { of: unknown }) {
  const zone = useZone();
  const name = usePeople();
  const names = useContext(Names);
  if (of === null || of === undefined || of === "") return <span className="muted">–</span>;
  if (typeof of === "boolean") return <>{of ? t("word.yes") : t("word.no")}</>;
  if (typeof of === "string" && INSTANT.test(of)) {
    return (
      <span className="tabular" title={of}>
        {stamp(of, zone)} {zone}
      </span>
    );
  }
  if (isId(of)) {
    const who = names[of] ?? name(of);
    return who === of.slice(-8) ? <span className="mono">{of}</span> : <span title={of}>{who}</span>;
  }
  if (typeof of === "string" || typeof of === "number") return <span className={/^[0-9a-f]{32,}$/.test(String(of)) ? "mono" : "tabular"}>{String(of)}</span>;
  if (Array.isArray(of)) {
    if (of.length === 0) return <span className="muted">{t("word.none")}</span>;
    if (of.every((v) => typeof v !== "object" || v === null)) {
      return (
        <>
          {of.map((v, i) => (
            <span key={i}>
              {i > 0 ? ", " : ""}
              <Value of={v} />
            </span>
          ))}
        </>
      );
    }
    const columns = columnsOf(of);
    return columns ? (
      <Rows rows={(of as Plain[]).map(withUnits)} columns={columns} />
    ) : (
      <ol>
        {of.map((v, i) => (
          <li key={i}>
            <Value of={v} />
          </li>
        ))}
      </ol>
    );
  }
  return <Parts content={of as Plain} />;
}

function Rows({ rows, columns }: { rows: Plain[]; columns: string[] }) {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={columns.map(label).join(", ")}>
      <table className="table" data-compact>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c} scope="col" className="pad">
                {label(c)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={i}>
              {columns.map((c) => (
                <td key={c}>
                  <Value of={r[c]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Parts({ content }: { content: Plain }) {
  const { facts, parts, identifiers } = arranged(content);
  if (facts.length + parts.length + identifiers.length === 0) return <span className="muted">{t("word.none")}</span>;
  const open = facts.length + parts.length === 0;
  return (
    <>
      {facts.length > 0 ? <Pairs of={facts} /> : null}
      {parts.map(([name, v]) => (
        <Part key={name} title={label(name)}>
          <Value of={v} />
        </Part>
      ))}
      {identifiers.length > 0 ? <Identifiers of={identifiers} open={open} /> : null}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="part">
      <h4>{title}</h4>
      {children}
    </section>
  );
}

/** What tells a machine which record is meant; one click away for the person who compares it. */
export function Identifiers({ of, open }: { of: [string, unknown][]; open?: boolean }) {
  return open ? (
    <Pairs of={of} />
  ) : (
    <details className="identifiers">
      <summary>{t("content.identifiers", { n: of.length })}</summary>
      <Pairs of={of} />
    </details>
  );
}

function Pairs({ of }: { of: [string, unknown][] }) {
  return (
    <dl>
      {of.map(([name, v]) => (
        <div key={name} className="pair">
          <dt>{label(name)}</dt>
          <dd>{identifies(name, v) && typeof v === "string" && !isId(v) ? <span className="mono">{v}</span> : <Value of={v} />}</dd>
        </div>
      ))}
    </dl>
  );
}
