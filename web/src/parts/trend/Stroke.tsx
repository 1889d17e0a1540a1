/** Lines that lie over each other differ by their strokes as well as by their colours. */
export const STROKES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [14, 5]];

export function strokeOf(index: number): number[] {
  return [...STROKES[index % STROKES.length]!];
}

/** The stroke of a line, in a legend. */
export function Stroke({ index }: { index: number }) {
  return (
    <svg width="30" height="8" aria-hidden="true">
      <line x1="0" x2="30" y1="4" y2="4" strokeWidth="2" stroke={`var(--t-trace-${index % STROKES.length})`} strokeDasharray={strokeOf(index).join(" ")} />
    </svg>
  );
}
