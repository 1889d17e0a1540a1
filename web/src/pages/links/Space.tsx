import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { browsing, type FoundNode, type Whose } from "../../api/browsing";
import { unit } from "../../format/number";
import { t } from "../../i18n";
import { ErrorState, LoadingState } from "../../parts/States";
import type { Draft } from "./drafts";

interface Choosing {
  whose: Whose;
  chosen: ReadonlyMap<string, Draft>;
  recorded: ReadonlySet<string>;
  take: (nodes: readonly FoundNode[]) => void;
  leave: (node: string) => void;
}

/** An address space, opened level by level; variables are ticked one by one or all below a node. */
export function Space({ recorded, ...choosing }: Omit<Choosing, "recorded"> & { recorded: ReadonlySet<string> }) {
  return (
    <div className="space">
      <Level node="" path={[]} {...choosing} recorded={recorded} />
    </div>
  );
}

function Level({ node, path, ...choosing }: { node: string; path: readonly string[] } & Choosing) {
  const found = useQuery({ queryKey: ["browse", choosing.whose, node], queryFn: ({ signal }) => browsing.below(choosing.whose, node, signal), staleTime: Number.POSITIVE_INFINITY, retry: false, refetchOnWindowFocus: false });
  const nodes = useMemo(() => (found.data?.nodes ?? []).map((one) => within(one, path)), [found.data, path]);
  if (found.isPending) return <LoadingState lines={2} />;
  if (found.error) return <ErrorState error={found.error} again={() => void found.refetch()} />;
  if (nodes.length === 0) return <p className="muted">{t("browse.empty")}</p>;
  return (
    <>
      <ul>
        {nodes.map((one) => (
          <Row key={one.node} one={one} {...choosing} />
        ))}
      </ul>
      {found.data?.more ? <p className="notice">{t("browse.more")}</p> : null}
    </>
  );
}

function Row({ one, ...choosing }: { one: FoundNode } & Choosing) {
  const [open, setOpen] = useState(false);
  const { whose, chosen, recorded, take, leave } = choosing;
  const all = useMutation({ mutationFn: () => browsing.variables(whose, one.node), onSuccess: (found) => take(found.nodes.filter((n) => !recorded.has(n.node)).map((n) => within(n, one.path))) });
  const held = recorded.has(one.node);
  return (
    <li>
      <div className="space-row">
        <button type="button" className="space-open" aria-expanded={open} aria-label={t(open ? "browse.close" : "browse.open", { name: one.name })} onClick={() => setOpen(!open)}>
          <span aria-hidden="true">{open ? "▾" : "▸"}</span>
        </button>
        {one.recordable && !held ? (
          <Checkbox size="xs" label={one.name} checked={chosen.has(one.node)} onChange={(e) => (e.currentTarget.checked ? take([one]) : leave(one.node))} />
        ) : (
          <span className={one.variable ? "muted" : undefined}>{one.name}</span>
        )}
        <span className="muted space-facts">{held ? t("browse.recorded") : one.variable ? facts(one) : one.kind === "FolderType" || one.kind === "BaseObjectType" ? "" : one.kind}</span>
        {one.value && one.variable ? <span className="tabular space-value">{one.value}</span> : null}
        {one.variable ? null : (
          <Button size="compact-xs" variant="subtle" loading={all.isPending} aria-label={t("browse.all_below_of", { name: one.name })} onClick={() => all.mutate()}>
            {t("browse.all_below")}
          </Button>
        )}
      </div>
      {all.error ? <ErrorState error={all.error} /> : null}
      {all.data?.more ? <p className="notice">{t("browse.more")}</p> : null}
      {open ? <Level node={one.node} path={one.path} {...choosing} /> : null}
    </li>
  );
}

/** A node's path and tag from the Objects folder on, wherever the walk began that found it. */
function within(one: FoundNode, path: readonly string[]): FoundNode {
  if (path.length === 0) return one;
  const before = path.map((name) => name.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^_+|_+$/g, "") || "_");
  return { ...one, path: [...path, ...one.path], tag: [...before, one.tag].join(".") };
}

function facts(one: FoundNode): string {
  if (!one.scalar && one.recordable) return [t("browse.spectrum"), one.unit ? unit(one.unit) : one.unit_text].filter(Boolean).join(" · ");
  if (!one.scalar) return t("browse.not_scalar");
  if (!one.readable) return t("browse.not_readable");
  if (one.holds === "other") return t("browse.no_value");
  const states = Object.values(one.states);
  const span = one.low ? `${one.low} – ${one.high}` : "";
  return [one.holds, span, one.unit ? unit(one.unit) : one.unit_text, states.length > 0 ? states.join(" / ") : ""].filter(Boolean).join(" · ");
}
