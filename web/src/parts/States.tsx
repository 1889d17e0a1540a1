import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { toProblem } from "../api/problem";
import { t } from "../i18n";
import { Shape } from "./Shape";

/** What will be here, and how to get it there. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children ? <p className="muted">{children}</p> : null}
      {action}
    </div>
  );
}

/** A problem in people's words, with a way on. */
export function ErrorState({ error, again }: { error: unknown; again?: () => void }) {
  const p = toProblem(error);
  return (
    <div className="error" role="alert">
      <p className="error-title">
        <Shape tone="alarm" size={14} /> {p.title}
      </p>
      <p>
        {p.where ? `${p.where}: ` : ""}
        {p.what}
        {p.why ? ` ${p.why}` : ""}
      </p>
      {p.next ? <p className="muted">{p.next}</p> : null}
      {again ? (
        <Button variant="default" size="xs" onClick={again}>
          {t("error.again")}
        </Button>
      ) : null}
    </div>
  );
}

/** Keeps the layout while an answer is on its way. */
export function LoadingState({ lines = 6, height = 18 }: { lines?: number; height?: number }) {
  return (
    <div role="status" aria-label={t("loading")} className="stack">
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} height={height} radius="sm" animate={false} width={`${96 - ((i * 17) % 30)}%`} />
      ))}
    </div>
  );
}

interface AskedOf<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Loading, error, empty or the thing itself: every part of a page that asks the server goes through here. */
export function Asked<T>({
  query,
  lines,
  empty,
  isEmpty,
  children,
}: {
  query: AskedOf<T>;
  lines?: number;
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ReactNode;
}) {
  if (query.data === undefined) {
    if (query.error) return <ErrorState error={query.error} again={() => void query.refetch()} />;
    return <LoadingState lines={lines} />;
  }
  const none = isEmpty ? isEmpty(query.data) : Array.isArray(query.data) && query.data.length === 0;
  return (
    <>
      {query.error ? <ErrorState error={query.error} again={() => void query.refetch()} /> : null}
      {none && empty ? empty : children(query.data)}
    </>
  );
}
