import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { Panel } from "../../parts/Panel";
import { ErrorState } from "../../parts/States";

export function Form({ title, why, ready, busy, error, submit, children }: { title: string; why?: string; ready: boolean; busy: boolean; error: unknown; submit: () => void; children: ReactNode }) {
  return (
    <Panel title={title}>
      <form
        className="stack-l"
        style={{ maxWidth: 560 }}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (ready) submit();
        }}
      >
        {why ? <p className="muted">{why}</p> : null}
        {children}
        {error ? <ErrorState error={error} /> : null}
        <div>
          <Button type="submit" disabled={!ready} loading={busy}>
            {title}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
