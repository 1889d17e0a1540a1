import type { ReactNode } from "react";

/** A titled part of a page. */
export function Panel({ title, right, children, flush, id }: { title?: ReactNode; right?: ReactNode; children: ReactNode; flush?: boolean; id?: string }) {
  return (
    <section className="panel" data-flush={flush || undefined} id={id}>
      {title || right ? (
        <header className="panel-head">
          <h2>{title}</h2>
          <div className="row">{right}</div>
        </header>
      ) : null}
      <div className="panel-body">{children}</div>
    </section>
  );
}

export function PageHead({ title, sub, state, right }: { title: ReactNode; sub?: ReactNode; state?: ReactNode; right?: ReactNode }) {
  return (
    <header className="page-head">
      <div className="page-title">
        <h1>{title}</h1>
        {state}
        {sub ? <span className="muted page-sub">{sub}</span> : null}
      </div>
      {right ? <div className="row">{right}</div> : null}
    </header>
  );
}

/** Name and value pairs. */
export function Facts({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {of.map(([name, v]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{v ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}
