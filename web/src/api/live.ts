/**
 * What the event stream keeps current: live values, the two clocks, the state of the stream itself.
 *
 * Stores are plain and outside React; components subscribe to the one value that they show, so a hundred
 * channels at ten updates a second redraw a hundred small parts and no page.
 */
import { useSyncExternalStore } from "react";
import { ms } from "../format/time";

export interface LiveValue {
  us: number;
  value: number | string | null;
  quality: number;
}

export interface Clocks {
  /** Milliseconds of the server's clock at the last message. */
  server: number;
  /** Milliseconds of the process clock at the last message. */
  process: number;
  rate: number;
  simulated: boolean;
  /** performance.now() when that was received. */
  heard: number;
}

export type StreamState = "connecting" | "open" | "lost";

type Listener = () => void;

/** A value outside React, with those who watch it. */
export function store<T>(initial: T) {
  let current = initial;
  const listeners = new Set<Listener>();
  return {
    get: () => current,
    set(next: T) {
      if (Object.is(current, next)) return;
      current = next;
      listeners.forEach((l) => l());
    },
    subscribe(l: Listener) {
      listeners.add(l);
      return () => void listeners.delete(l);
    },
  };
}

export const clocks = store<Clocks | null>(null);
export const stream = store<StreamState>("connecting");

/** Both clocks as the server states them. */
export function takeClocks(c: { server: string; process: string; rate: number | string; simulated: boolean }): void {
  clocks.set({ server: ms(c.server), process: ms(c.process), rate: Number(c.rate), simulated: c.simulated, heard: performance.now() });
}

const values = new Map<string, LiveValue>();
const tagListeners = new Map<string, Set<Listener>>();

/** Takes newer values only: a replayed or backfilled value never overwrites what is later. */
export function takeValues(update: Record<string, [number, number | string | null, number]>): void {
  for (const [tag, [us, value, quality]] of Object.entries(update)) {
    const known = values.get(tag);
    if (known && known.us > us) continue;
    values.set(tag, { us, value, quality });
    tagListeners.get(tag)?.forEach((l) => l());
  }
}

/** The newest values that the historian has, so that a page does not wait for the next one. */
export function seed(last: readonly { tag: string; source_us: number; value: number | null; text: string | null; quality: number }[]): void {
  takeValues(Object.fromEntries(last.map((s) => [s.tag, [s.source_us, s.text ?? s.value, s.quality]])));
}

export function useLive(tag: string): LiveValue | undefined {
  return useSyncExternalStore(
    (l) => {
      const set = tagListeners.get(tag) ?? new Set();
      set.add(l);
      tagListeners.set(tag, set);
      return () => void set.delete(l);
    },
    () => values.get(tag),
  );
}

export function useClocks(): Clocks | null {
  return useSyncExternalStore(clocks.subscribe, clocks.get);
}

export function useStream(): StreamState {
  return useSyncExternalStore(stream.subscribe, stream.get);
}

/** Where both clocks stand now, carried on from the last message at its rate. */
export function carried(c: Clocks, now: number): { server: number; process: number } {
  const elapsed = Math.max(0, now - c.heard);
  return { server: c.server + elapsed, process: c.process + elapsed * (c.simulated ? c.rate : 1) };
}

const ticking = store(0);
let timer: ReturnType<typeof setInterval> | null = null;
let watchers = 0;

/** Both clocks, once a second. Falls back to the browser's clock until the server has spoken. */
export function useNow(): { server: number; process: number; rate: number; simulated: boolean } {
  useSyncExternalStore(
    (l) => {
      watchers += 1;
      timer ??= setInterval(() => ticking.set(ticking.get() + 1), 1000);
      const off = ticking.subscribe(l);
      return () => {
        off();
        watchers -= 1;
        if (watchers === 0 && timer) {
          clearInterval(timer);
          timer = null;
        }
      };
    },
    ticking.get,
  );
  const c = useClocks();
  if (!c) return { server: Date.now(), process: Date.now(), rate: 1, simulated: false };
  return { ...carried(c, performance.now()), rate: c.rate, simulated: c.simulated };
}
