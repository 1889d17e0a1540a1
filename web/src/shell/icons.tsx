/** Our own few icons, drawn as strokes on a 20 x 20 grid; a word always stands beside them or in their label. */
const PATHS = {
  today: "M4 11l6-7 6 7M6 9v8h8V9M8.500 17v-4h3v4",
  recipes: "M5 3h8l3 3v11H5zM8 8h5M8 11h5M8 14h3",
  tasks: "M4 5h2M4 10h2M4 15h2M9 5h8M9 10h8M9 15h8",
  units: "M6 3h8M7 3v3l-2 3v7a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9l-2-3V3M5 12h10",
  batches: "M4 4h12v12H4zM4 8h12M8 8v8",
  materials: "M3 6l7-3 7 3v8l-7 3-7-3zM3 6l7 3 7-3M10 9v8",
  lab: "M8 3v5l-4 7a1.4 1.4 0 0 0 1.2 2h9.6a1.4 1.4 0 0 0 1.2-2l-4-7V3M7 3h6M6 13h8",
  review: "M5 3h7l4 4v10H5zM12 3v4h4M8 12l2 2 4-4",
  alerts: "M10 3 18 17H2zM10 8v4M10 14.5v.5",
  models: "M3 16V4M3 16h14M6 13l3-5 3 3 4-6",
  twin: "M7 7m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0M13 13m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
  links: "M8 12l4-4M9 6l1.5-1.5a3.5 3.5 0 0 1 5 5L14 11M11 14l-1.5 1.5a3.5 3.5 0 0 1-5-5L6 9",
  record: "M5 3h10v14H5zM8 7h4M8 10h4M8 13h2",
  search: "M9 9m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0M13 13l4 4",
  download: "M10 3v9M6 9l4 4 4-4M4 16h12",
  density: "M4 5h12M4 10h12M4 15h12",
  link: "M8 12l4-4M9 6l1.5-1.5a3.5 3.5 0 0 1 5 5L14 11M11 14l-1.5 1.5a3.5 3.5 0 0 1-5-5L6 9",
  table: "M3 4h14v12H3zM3 8h14M3 12h14M8 4v12",
  chart: "M3 16V4M3 16h14M6 13l3-5 3 3 4-6",
  person: "M10 7m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0M4 17c.5-3.500 3-5 6-5s5.500 1.500 6 5",
  sun: "M10 10m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0M10 2v2M10 16v2M2 10h2M16 10h2M4.500 4.500l1.400 1.400M14.100 14.100l1.400 1.400M4.500 15.500l1.400-1.400M14.100 5.900l1.400-1.400",
  moon: "M16 12A7 7 0 0 1 8 4a6.500 6.500 0 1 0 8 8z",
  reset: "M4 10a6 6 0 1 1 2 4.500M4 16v-4h4",
  right: "M8 5l5 5-5 5",
  pulse: "M2 10h4l2-5 4 10 2-5h4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" style={{ flex: "none" }}>
      <path d={PATHS[name]} />
    </svg>
  );
}
