/**
 * The tokens of every page, in one place (high-performance HMI, ISA-101).
 *
 * Three greys, two inks, one calm accent for what can be acted on. Saturated colour means abnormal and
 * nothing else, and never stands without a shape and a word.
 */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

export interface Tokens {
  page: string;
  panel: string;
  inset: string;
  line: string;
  ink: string;
  muted: string;
  accent: string;
  accentSoft: string;
  onAccent: string;
  alarm: string;
  warning: string;
  warningInk: string;
  advisory: string;
  bad: string;
  gap: string;
  range: string;
  trace: string[];
}

export const light: Tokens = {
  page: "#eef0f1",
  panel: "#fafbfb",
  inset: "#e3e6e8",
  line: "#c6cbcf",
  ink: "#1b1f23",
  muted: "#525a61",
  accent: "#1f5fae",
  accentSoft: "#dde7f3",
  onAccent: "#ffffff",
  alarm: "#c0121f",
  warning: "#d98200",
  warningInk: "#855000",
  advisory: "#5448c4",
  bad: "#a5127c",
  gap: "#7c858d",
  range: "#cfd6dc",
  trace: ["#23415f", "#6d5a38", "#3d5c52", "#574a66", "#4a5157"],
};

export const dark: Tokens = {
  page: "#15181a",
  panel: "#1e2225",
  inset: "#2a2f33",
  line: "#434a50",
  ink: "#e6e9eb",
  muted: "#a9b2ba",
  accent: "#84b6f4",
  accentSoft: "#24384f",
  onAccent: "#0f1a26",
  alarm: "#ff7b7b",
  warning: "#f0a83a",
  warningInk: "#f3b860",
  advisory: "#b0a6ff",
  bad: "#ff86d6",
  gap: "#8d969e",
  range: "#3a4249",
  trace: ["#a8c7e6", "#d3bd94", "#a0cabb", "#c4b3d6", "#c1c7cc"],
};

const blue: MantineColorsTuple = [
  "#eef4fb", "#dde7f3", "#b8cfea", "#90b5e1", "#6d9fd9", "#3f7fc7", "#1f5fae", "#1a5196", "#15437d", "#0f3462",
];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 3 },
  colors: { accent: blue },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", "Liberation Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "18px", xl: "22px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  defaultRadius: "3px",
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "20px" }, h2: { fontSize: "16px" }, h3: { fontSize: "14px" } } },
  components: {
    Button: { defaultProps: { size: "sm", variant: "filled" } },
    SegmentedControl: { defaultProps: { transitionDuration: 0 } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 250, multiline: true, maw: 360 } },
  },
});

function variables(tokens: Tokens): Record<string, string> {
  const plain = Object.entries(tokens).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return {
    ...Object.fromEntries(plain.map(([name, value]) => [`--t-${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, value])),
    ...Object.fromEntries(tokens.trace.map((value, i) => [`--t-trace-${i}`, value])),
    "--mantine-color-body": tokens.page,
    "--mantine-color-text": tokens.ink,
    "--mantine-color-dimmed": tokens.muted,
    "--mantine-color-placeholder": tokens.muted,
    "--mantine-color-default": tokens.panel,
    "--mantine-color-default-border": tokens.line,
    "--mantine-color-default-color": tokens.ink,
    "--mantine-color-default-hover": tokens.inset,
    "--mantine-color-anchor": tokens.accent,
    "--mantine-color-error": tokens.alarm,
  };
}

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: variables(light),
  dark: variables(dark),
});
