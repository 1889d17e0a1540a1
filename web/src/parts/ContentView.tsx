import { label } from "../format/words";
import { stamp } from "../format/time";
import { useZone } from "./zone";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Canonical content as names and values; nested as deep as it is, nothing left out. */
export function ContentView({ content }: { content: unknown }) {
  return (
    <div className="content-view">
      <Value of={content} />
    </div>
  );
}

function Value({ of }: { of: unknown }) {
  const zone = useZone();
  if (of === null || of === undefined || of === "") return <span className="muted">–</span>;
  if (typeof of === "boolean") return <>{of ? "yes" : "no"}</>;
  if (typeof of === "string" && INSTANT.test(of)) {
    return (
      <span className="tabular" title={of}>
        {stamp(of, zone)} {zone}
      </span>
    );
  }
  if (typeof of === "string" || typeof of === "number") return <span className={/^[0-9a-f]{32,}$/.test(String(of)) ? "mono" : "tabular"}>{String(of)}</span>;
  if (Array.isArray(of)) {
    if (of.length === 0) return <span className="muted">none</span>;
    if (of.every((v) => typeof v !== "object" || v === null)) return <>{of.map(String).join(", ")}</>;
    return (
      <ol>
        {of.map((v, i) => (
          <li key={i}>
            <Value of={v} />
          </li>
        ))}
      </ol>
    );
  }
  const pairs = Object.entries(of as Record<string, unknown>);
  if (pairs.length === 0) return <span className="muted">none</span>;
  return (
    <dl>
      {pairs.map(([key, v]) => (
        <Pair key={key} name={key} of={v} />
      ))}
    </dl>
  );
}

function Pair({ name, of }: { name: string; of: unknown }) {
  return (
    <>
      <dt>{label(name)}</dt>
      <dd>
        <Value of={of} />
      </dd>
    </>
  );
}
