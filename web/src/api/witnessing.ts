/** What the pages ask about those who vouch for the ledger. */
import { http } from "./http";
import type { components } from "./schema";

type S = components["schemas"];
export type Witness = S["WitnessOut"];
export type WitnessList = S["WitnessesOut"];

export const witnessing = {
  witnesses: (signal?: AbortSignal) => http.get<WitnessList>("/api/ledger/witnesses", undefined, signal),
};
