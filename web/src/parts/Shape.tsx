import type { Tone } from "./states";

/** The shape that goes with a tone; the word always stands beside it, so the shape itself is hidden from readers. */
export function Shape({ tone, size = 12 }: { tone: Tone; size?: number }) {
  const color = `var(--t-shape-${tone})`;
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" style={{ flex: "none", display: "block" }}>
      {tone === "alarm" && <rect x="1" y="1" width="10" height="10" fill={color} />}
      {tone === "warning" && <path d="M6 .8 11.6 11H.4z" fill={color} />}
      {tone === "advisory" && <path d="M6 .3 11.7 6 6 11.7.3 6z" fill={color} />}
      {tone === "bad" && (
        <g stroke={color} strokeWidth="1.6">
          <path d="M1 1h10v10H1z" fill="none" />
          <path d="M1 6 6 1M1 11 11 1M6 11l5-5" />
        </g>
      )}
      {tone === "active" && <circle cx="6" cy="6" r="4.6" fill={color} />}
      {tone === "done" && <path d="M1.8 6.4 4.8 9.4 10.4 2.8" fill="none" stroke={color} strokeWidth="2" />}
      {tone === "waiting" && <circle cx="6" cy="6" r="4" fill="none" stroke={color} strokeWidth="1.8" />}
      {tone === "plain" && <path d="M2 6h8" stroke={color} strokeWidth="2" />}
    </svg>
  );
}
