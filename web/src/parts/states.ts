/** The words of every state table, and how abnormal each is. Colour + shape + word, always the three together. */

export type Tone = "alarm" | "warning" | "advisory" | "bad" | "active" | "done" | "waiting" | "plain";

const WORDS: Record<string, Tone> = {
  // abnormal
  alarm: "alarm", critical: "alarm", failed: "alarm", fail: "alarm", out_of_specification: "alarm", oos: "alarm",
  rejected: "alarm", aborted: "alarm", aborting: "alarm", unrecoverable: "alarm", broken: "alarm", expired: "alarm",
  overdue: "alarm", not_heard: "warning", disconnected: "alarm", down: "alarm", quarantined: "alarm", refused: "alarm", journal_full: "alarm",
  warning: "warning", major: "warning", held: "warning", holding: "warning", stopped: "warning", stopping: "warning",
  hold: "warning", on_hold: "warning", degraded: "warning", suspect: "warning", under_investigation: "warning",
  uncertain: "warning", stale: "warning", invalidated: "warning", cannot_evaluate: "warning", dirty: "warning",
  unknown: "warning", not_run: "warning", exception: "warning", open: "warning", reconnecting: "warning",
  not_ready: "warning", never_heard_of: "warning", opened: "warning", unqualified: "warning", suspended: "warning", due_soon: "warning", calibration_due: "warning", quarantine: "warning",
  minor: "advisory", advisory: "advisory", acknowledged: "advisory", info: "advisory", undecided: "advisory",
  out_of_domain: "advisory", frozen: "plain",
  bad: "bad", bad_input: "bad",
  // at work
  running: "active", executing: "active", in_process: "active", in_progress: "active", live: "active", syncing: "active",
  in_use: "active", in_test: "active", connected: "active", investigating: "active", streaming: "active", dispatched: "active",
  restarting: "active", pausing: "active", bound: "active", deployed: "active", phase_1: "active",
  // done
  complete: "done", completed: "done", released: "done", approved: "done", pass: "done", passed: "done", accepted: "done",
  closed: "done", effective: "done", qualified: "done", clean: "done", filled: "done", disposed: "done", verified: "done",
  available: "done", done: "done", holds: "done", in_service: "done", suitability_passed: "done", signed: "done",
  good: "done", trusted: "done", distrusted: "warning", expiring: "warning", not_decided: "waiting", ready: "done", reviewed: "done", witnessed: "done", applied: "done",
  // waiting for somebody
  offered: "waiting", entered: "waiting", submitted: "waiting", checked: "waiting", following: "active", collecting: "active", planned: "waiting", draft: "waiting",
  pending: "waiting", requested: "waiting", in_review: "waiting", qa_review: "waiting", awaiting_review: "waiting",
  under_review: "waiting", received: "waiting", registered: "waiting", raised: "waiting", classified: "waiting",
  waiting: "waiting", collected: "waiting", idle: "plain", expected: "waiting", sampled: "waiting", data_complete: "waiting",
};

export function toneOf(state: string): Tone {
  return WORDS[state.toLowerCase().replace(/[\s-]+/g, "_")] ?? "plain";
}

export function wordOf(state: string): string {
  const words = state.replace(/_/g, " ");
  return /[a-z]/.test(words) ? words : words.toLowerCase();
}
