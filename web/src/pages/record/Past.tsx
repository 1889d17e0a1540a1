import { Button, SegmentedControl, Slider, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { past, type Clock, type RecordHistory, type Seen } from "../../api/past";
import { label, noun } from "../../format/words";
import { fromLocal, stamp, toLocal } from "../../format/time";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { PageHead, Panel } from "../../parts/Panel";
import { Signatures } from "../../parts/Signatures";
import { Asked, EmptyState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes } from "../../parts/TimeStamp";
import { useViews } from "../../parts/view";
import { useZone } from "../../parts/zone";
import { addressOf } from "../../shell/nav";

/** Any record as it was at any instant of either clock, out of the ledger alone, beside what it is now. */
export default function Past() {
  const [search, setSearch] = useViews();
  const { type, id } = search;
  return (
    <>
      <PageHead title={t("past.title")} sub={t("past.sub")} right={<Link to="/record">{t("word.record")}</Link>} />
      <div className="stack-l">
        <Panel>
          <form
            className="row"
            style={{ alignItems: "flex-end" }}
            onSubmit={(e) => {
              e.preventDefault();
              const data = new FormData(e.currentTarget);
              setSearch({ type: String(data.get("type") ?? "").trim() || undefined, id: String(data.get("id") ?? "").trim() || undefined, at: undefined, version: undefined });
            }}
          >
            <TextInput key={`t${type}`} name="type" label={t("past.type")} placeholder="lims_sample" defaultValue={type ?? ""} w={220} />
            <TextInput key={`i${id}`} name="id" label={t("past.id")} placeholder="S-2026-0001" defaultValue={id ?? ""} w={340} />
            <Button type="submit">{t("past.look")}</Button>
          </form>
        </Panel>
        {type && id ? <OfRecord key={`${type}/${id}`} type={type} id={id} /> : <EmptyState title={t("past.none")}>{t("past.none.why")}</EmptyState>}
      </div>
    </>
  );
}

function OfRecord({ type, id }: { type: string; id: string }) {
  const history = useQuery({ queryKey: ["past", type, id], queryFn: ({ signal }) => past.history(type, id, signal), meta: { types: [type] } });
  return (
    <Asked query={history} lines={10}>
      {(h) => <Machine history={h} />}
    </Asked>
  );
}

function Machine({ history: h }: { history: RecordHistory }) {
  const [search, setSearch] = useViews();
  const zone = useZone();
  const clock: Clock = search.clock === "process" ? "process" : "server";
  const own = clock === "process" ? zone : "UTC";
  const timeOf = (n: number) => {
    const step = h.steps[Math.min(Math.max(n, 1), h.steps.length) - 1]!;
    return clock === "process" ? step.process_time : step.time;
  };
  const version = search.at ? undefined : Number(search.version) || undefined;
  const at = search.at ?? (version ? timeOf(version) : undefined);
  const seen = useQuery({
    queryKey: ["past", h.record_type, h.record_id, "at", version ?? at ?? "now", clock],
    queryFn: ({ signal }) => past.at(h.record_type, h.record_id, { at, version, clock }, signal),
    meta: { types: [h.record_type] },
    placeholderData: (before) => before,
  });
  const last = h.steps.length;
  const shown = seen.data?.version?.number ?? 0;
  const to = addressOf(h.record_type, h.record_id);
  return (
    <>
      <Panel title={`${noun(h.record_type)} ${h.name || h.record_id.slice(-8)}`} right={to ? <a href={to}>{t("word.open")}</a> : null}>
        <div className="stack-l">
          <div className="row" style={{ gap: 20, alignItems: "flex-end" }}>
            <div>
              <span className="muted" id="past-clock">{t("past.clock")}</span>
              <div>
                <SegmentedControl
                  aria-labelledby="past-clock"
                  value={clock}
                  onChange={(v) => setSearch({ clock: v === "process" ? "process" : undefined })}
                  data={[
                    { value: "server", label: t("time.server") },
                    { value: "process", label: t("time.plant") },
                  ]}
                />
              </div>
            </div>
            <TextInput
              type="datetime-local"
              step={1}
              label={t("past.at", { zone: own })}
              value={at ? toLocal(at, own) : ""}
              onChange={(e) => {
                const next = fromLocal(e.currentTarget.value, own);
                if (next) setSearch({ at: next, version: undefined });
              }}
              w={230}
            />
            <Button variant="default" onClick={() => setSearch({ at: undefined, version: undefined })} disabled={!at}>
              {t("past.now")}
            </Button>
          </div>
          {last > 1 ? (
            <div style={{ padding: "0 8px 18px" }}>
              <Slider
                thumbLabel={t("past.slider")}
                min={1}
                max={last}
                value={shown || 1}
                label={(n) => t("past.version", { n })}
                marks={last <= 24 ? h.steps.map((s) => ({ value: s.version, label: s.version === 1 || s.version === last ? String(s.version) : undefined })) : [{ value: 1, label: "1" }, { value: last, label: String(last) }]}
                onChange={(n) => setSearch({ version: String(n), at: undefined })}
              />
            </div>
          ) : null}
          <Asked query={seen} lines={3}>
            {(s) => <Told seen={s} />}
          </Asked>
        </div>
      </Panel>
      <div className="split-2">
        <Asked query={seen} lines={8}>
          {(s) => <Fields seen={s} />}
        </Asked>
        <Panel title={t("past.versions", { n: last })} flush>
          <ol className="list" aria-label={t("past.versions", { n: last })}>
            {[...h.steps].reverse().map((s) => (
              <li key={s.version}>
                <button type="button" className="pick" aria-current={s.version === shown} onClick={() => setSearch({ version: String(s.version), at: undefined })}>
                  <span className="row" style={{ justifyContent: "space-between" }}>
                    <strong>{t("past.version", { n: s.version })}</strong>
                    <span>{s.actor.name as string}</span>
                  </span>
                  <BothTimes plant={s.process_time} server={s.time} />
                  <span className="muted" style={{ display: "block" }}>
                    {s.deleted ? t("past.deleted") : s.version === 1 ? t("past.entered") : s.changed.map((f) => label(f).toLowerCase()).join(", ") || t("trail.nochange")}
                    {s.reason ? `. ${t("word.reason")}: ${s.reason}` : ""}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </Panel>
      </div>
      <Signatures record_type={h.record_type} record_id={h.record_id} />
    </>
  );
}

function Told({ seen: s }: { seen: Seen }) {
  const zone = useZone();
  const when = s.at ? `${stamp(s.at, s.clock === "process" ? zone : "UTC")} ${s.clock === "process" ? zone : "UTC"}` : "";
  const v = s.version;
  return (
    <div className="stack" role="status" data-testid="past-told">
      <p>
        {s.at ? t("past.then", { when, clock: s.clock === "process" ? t("time.plant") : t("time.server") }) : t("past.today")}{" "}
        <strong>
          {v === null ? t("past.notyet") : v.image === null ? t("past.gone") : t("past.was", { n: v.number, m: s.now.number })}
        </strong>
        {v ? ` ${t("past.made", { who: String(v.actor.name), verb: v.verb })}` : ""}
        {v?.reason ? ` ${t("word.reason")}: ${v.reason}` : ""}
      </p>
      <p>
        {s.agrees ? <StateBadge state="holds" word={t("past.agrees")} /> : <StateBadge state="broken" word={t("past.disagrees")} />}
      </p>
    </div>
  );
}

function Fields({ seen: s }: { seen: Seen }) {
  const then = s.version?.image ?? {};
  const now = s.now.image ?? {};
  const differs = new Set(s.since_then.map((c) => c.field));
  const fields = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort((a, b) => Number(differs.has(b)) - Number(differs.has(a)) || a.localeCompare(b));
  const past_ = s.version === null || s.version.number !== s.now.number;
  return (
    <Panel title={past_ ? t("past.fields", { n: differs.size }) : t("past.fields.now")} flush>
      {fields.length === 0 ? (
        <EmptyState title={t("past.nofields")} />
      ) : (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t("past.fields.now")}>
          <table className="table" data-compact>
            <thead>
              <tr>
                <th scope="col" className="pad">{t("trail.field")}</th>
                <th scope="col" className="pad">{past_ ? t("past.col.then") : t("past.col.now")}</th>
                {past_ ? <th scope="col" className="pad">{t("past.col.now")}</th> : null}
              </tr>
            </thead>
            <tbody className="diff">
              {fields.map((f) => (
                <tr key={f}>
                  <td className="nowrap">
                    <span className="muted">{label(f)}</span>
                    {past_ && differs.has(f) ? <> <StateBadge state="differs" tone="advisory" word={t("past.differs")} /></> : null}
                  </td>
                  <td>
                    <ContentView content={then[f]} names={s.names} />
                  </td>
                  {past_ ? <td>{differs.has(f) ? <ins><ContentView content={now[f]} names={s.names} /></ins> : <ContentView content={now[f]} names={s.names} />}</td> : null}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
