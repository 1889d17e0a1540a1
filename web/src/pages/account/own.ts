import { useQuery } from "@tanstack/react-query";
import { account, type Account as Mine } from "../../api/account";

const TYPES = ["record_person", "record_factor", "record_session", "record_training", "record_signature"];

/** One's own account, asked anew when the event stream says so. */
export function useAccount() {
  return useQuery({ queryKey: ["account"], queryFn: ({ signal }) => account.read(signal), meta: { types: TYPES } });
}

/** The second factors that a change of the account takes: those that the person has. */
export const offersOf = (a: Mine): string[] => ["totp", "passkey"].filter((kind) => a.factors.some((f) => f.kind === kind));
