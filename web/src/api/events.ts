/** One multiplexed event stream a tab: records change -> queries that depend on them are asked anew. */
import { QueryClient, type Query } from "@tanstack/react-query";
import { stream, takeClocks, takeValues } from "./live";

export interface RecordEvent {
  topic: string;
  record_type: string;
  record_id: string;
  payload: Record<string, unknown>;
}

/** Does a query that depends on `wanted` (record types or their prefixes; "*" = all) care about this type? */
export function concerns(wanted: readonly string[] | undefined, recordType: string): boolean {
  return (wanted ?? []).some((w) => w === "*" || recordType === w || (w.endsWith("_") && recordType.startsWith(w)));
}

/** Gathers what changed and invalidates once per pause, since a demo's plant makes many events a second. */
export class Invalidator {
  private changed = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly flush: (changed: ReadonlySet<string>) => void,
    private readonly pause = 800,
  ) {}

  take(recordType: string): void {
    this.changed.add(recordType);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const changed = this.changed;
      this.changed = new Set();
      this.flush(changed);
    }, this.pause);
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}

function typesOf(query: Query): readonly string[] | undefined {
  const types = query.meta?.types;
  return Array.isArray(types) ? (types as string[]) : undefined;
}

/** Opens the stream; returns how to close it. The browser reconnects by itself and says so in the header. */
export function openStream(client: QueryClient, onRecord?: (event: RecordEvent) => void): () => void {
  const invalidator = new Invalidator((changed) => {
    void client.invalidateQueries({
      predicate: (query) => [...changed].some((type) => concerns(typesOf(query), type)),
    });
  });
  const source = new EventSource("/api/events");
  let missed = false;
  source.onopen = () => {
    stream.set("open");
    // What happened while the line was cut is not replayed to a page: ask everything anew.
    if (missed) void client.invalidateQueries();
    missed = false;
  };
  source.onerror = () => {
    missed = true;
    stream.set("lost");
  };
  source.addEventListener("record", (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as RecordEvent;
    invalidator.take(event.record_type);
    onRecord?.(event);
  });
  source.addEventListener("changed", (message: MessageEvent<string>) => {
    for (const type of (JSON.parse(message.data) as { record_types: string[] }).record_types) invalidator.take(type);
  });
  source.addEventListener("values", (message: MessageEvent<string>) => takeValues(JSON.parse(message.data)));
  source.addEventListener("clock", (message: MessageEvent<string>) => takeClocks(JSON.parse(message.data)));
  // This tab could not keep up and the server dropped what it had queued: ask everything anew.
  source.addEventListener("reload", () => void client.invalidateQueries());
  return () => {
    invalidator.stop();
    source.close();
  };
}
