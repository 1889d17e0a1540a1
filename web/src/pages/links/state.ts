import type { Connection } from "../../api/types";
import { ms } from "../../format/time";
import { t } from "../../i18n";

/** How values come: over a network, encrypted or not, or out of a folder. */
export function transportOf(link: Pick<Connection, "insecure" | "from_folder">): string {
  if (link.insecure) return t("links.not_encrypted");
  return t(link.from_folder ? "links.from_folder" : "links.encrypted");
}

/** A connector host says how its connections are every few seconds; a minute of silence is no connection. */
const SILENCE_MS = 60_000;

/** The state in one word; what a host said long ago is not shown as if it were so now. */
export function stateOf(link: Pick<Connection, "state" | "live_state" | "heard_at">, serverNow: number): string {
  if (link.state === "suspended") return "suspended";
  const silent = link.heard_at === null || serverNow - ms(link.heard_at) > SILENCE_MS;
  return silent && link.live_state === "connected" ? "not heard" : link.live_state;
}
