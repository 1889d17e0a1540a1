import { createContext, useContext } from "react";

/** The plant's time zone (IANA), given by the installation. */
export const Zone = createContext("UTC");

export function useZone(): string {
  return useContext(Zone);
}
