import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

type Search = Record<string, string | undefined>;

/** One piece of view state that lives in the address, so a link shows what its sender saw. */
export function useView(name: string): [string | undefined, (next: string | undefined) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const raw = search[name];
  const set = useCallback(
    (next: string | undefined) => {
      void navigate({
        to: ".",
        search: ((previous: Search) => ({ ...previous, [name]: next || undefined })) as never,
        replace: true,
        resetScroll: false,
      });
    },
    [name, navigate],
  );
  return [raw === undefined ? undefined : String(raw), set];
}

/** Several at once (setting them one by one would lose all but the last). */
export function useViews(): [Search, (next: Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const set = useCallback(
    (next: Search) => {
      void navigate({ to: ".", search: ((previous: Search) => ({ ...previous, ...next })) as never, replace: true, resetScroll: false });
    },
    [navigate],
  );
  return [search, set];
}
