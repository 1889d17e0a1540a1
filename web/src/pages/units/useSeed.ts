import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/endpoints";
import { seed } from "../../api/live";
import type { Channel } from "../../api/types";

/** Asks once for the newest value of each channel; the event stream goes on from there. */
export function useSeed(channels: readonly Channel[]): void {
  const tags = channels.map((c) => c.tag);
  useQuery({
    queryKey: ["last", tags],
    queryFn: async ({ signal }) => {
      for (let i = 0; i < tags.length; i += 60) seed(await api.last(tags.slice(i, i + 60), signal));
      return tags.length;
    },
    enabled: tags.length > 0,
    retry: false,
    staleTime: 0,
  });
}
