import { Button } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { t } from "../i18n";

/** What a form tells of itself: `edited` when something was typed, `saved` when the record took it. */
export interface Form {
  saved: boolean;
  edited: () => void;
  keep: () => void;
}

/**
 * A form over the newest version of a record. It begins anew with each version that comes in, and the word of success
 * outlives that; but what somebody has begun to type stays when another person's version comes in between, and the page
 * says so: it cannot be saved over the other's.
 */
export function Kept<T extends { version: number }>({ of, children }: { of: T; children: (of: T, form: Form) => ReactNode }) {
  const [base, setBase] = useState(of);
  const [state, setState] = useState<"fresh" | "edited" | "saved">("fresh");
  if (state !== "edited" && of !== base) setBase(of);
  const shown = state === "edited" ? base : of;
  const form = { saved: state === "saved", edited: () => setState("edited"), keep: () => setState("saved") };
  return (
    <div className="stack">
      {shown.version !== of.version ? (
        <div className="notice" data-tone="warning" role="alert">
          <p>{t("kept.meanwhile", { n: of.version, of: shown.version })}</p>
          <div style={{ marginTop: 10 }}>
            <Button variant="default" onClick={() => setState("fresh")}>
              {t("kept.anew", { n: of.version })}
            </Button>
          </div>
        </div>
      ) : null}
      <Anew key={shown.version}>{children(shown, form)}</Anew>
    </div>
  );
}

function Anew({ children }: { children: ReactNode }) {
  return children;
}
