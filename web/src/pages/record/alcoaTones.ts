import type { Tone } from "../../parts/states";

/** How a principle's state is shown. */
export const TONES: Record<string, Tone> = { clean: "done", exceptions: "warning", "not evaluated": "bad", "nothing yet": "plain" };
