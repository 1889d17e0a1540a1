import { useState } from "react";
import { draftsOf, type Draft, type Takeable } from "./drafts";

/** What somebody ticked of what a server offers: taken, edited, left out again. */
export function useDrafts() {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Draft>>(new Map());
  function change(node: string, next: Partial<Draft> | null) {
    setChosen((before) => {
      const after = new Map(before);
      const held = after.get(node);
      if (next === null) after.delete(node);
      else if (held) after.set(node, { ...held, ...next });
      return after;
    });
  }
  return {
    chosen,
    change,
    take: (offered: readonly Takeable[]) => setChosen((before) => draftsOf(before, offered)),
    leave: (node: string) => change(node, null),
    clear: () => setChosen(new Map()),
  };
}
