import { Shape } from "./Shape";
import { toneOf, wordOf, type Tone } from "./states";

/** A state: colour + shape + word. Normal states are grey; colour is kept for what is abnormal. */
export function StateBadge({ state, word, tone }: { state: string; word?: string; tone?: Tone }) {
  const as = tone ?? toneOf(state);
  return (
    <span className="badge" data-tone={as}>
      <Shape tone={as} />
      <span>{word ?? wordOf(state)}</span>
    </span>
  );
}
