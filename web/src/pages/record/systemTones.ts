import type { Tone } from "../../parts/states";

/** How a declaration or a source stands. */
export const STANDS: Record<string, Tone> = { "in force": "done", active: "done", "not yet": "waiting", draft: "waiting", superseded: "plain", withdrawn: "plain", suspended: "warning" };

/** What a comparison found. */
export const OUTCOMES: Record<string, Tone> = { agrees: "done", differs: "warning", "not compared": "bad" };
