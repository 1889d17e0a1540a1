import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { useView } from "../../parts/view";

export const DAY_US = 86_400e6;
export const WINDOWS = [
  ["1h", DAY_US / 24],
  ["8h", DAY_US / 3],
  ["1d", DAY_US],
  ["7d", 7 * DAY_US],
  ["30d", 30 * DAY_US],
] as const;

/** A list of names that lives in the address. */
export function useList(name: string): [string[], (next: string[]) => void] {
  const [text, set] = useView(name);
  return [text ? text.split(",") : [], (next) => set(next.join(",") || undefined)];
}

/** Every channel of the plant. */
export function useChannels() {
  return useQuery({ queryKey: ["channels"], queryFn: ({ signal }) => api.channels(signal), meta: { types: ["equipment_channel"] } });
}
