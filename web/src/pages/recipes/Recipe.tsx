import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { TextInput } from "@mantine/core";
import { api } from "../../api/endpoints";
import { useMaySee } from "../../api/session";
import type { RecipeDetail } from "../../api/types";
import { short } from "../../format/words";
import { t } from "../../i18n";
import { ContentView } from "../../parts/ContentView";
import { DownloadButton } from "../../parts/Download";
import { Facts, PageHead, Panel } from "../../parts/Panel";
import { usePeople } from "../../parts/people";
import { SignButton } from "../../parts/SignDialog";
import { Signatures } from "../../parts/Signatures";
import { Asked, ErrorState } from "../../parts/States";
import { StateBadge } from "../../parts/StateBadge";
import { BothTimes, TimeStamp } from "../../parts/TimeStamp";
import { StartBatch } from "./StartBatch";

/** One version of a master recipe: author, second check and quality unit are three people (21 CFR 211.186). */
export default function Recipe() {
  const { id } = useParams({ strict: false }) as { id: string };
  const recipe = useQuery({ queryKey: ["recipe", id], queryFn: ({ signal }) => api.recipe(id, signal), meta: { types: ["mes_recipe", "record_signature"] } });
  return (
    <Asked query={recipe} lines={10}>
      {(found) => <Body recipe={found} />}
    </Asked>
  );
}

function Body({ recipe: r }: { recipe: RecipeDetail }) {
  const name = usePeople();
  const request = (meaning: string) => ({ record_type: "mes_recipe", record_id: r.id, meaning, data: {} });
  const planner = useMaySee("process_owner");
  return (
    <>
      <PageHead
        title={`${r.code} ${t("recipes.v", { n: r.number })}`}
        state={<StateBadge state={r.state} />}
        sub={r.title}
        right={
          <>
            {r.state === "draft" ? <SignButton label={t("recipes.author")} request={request("authored")} /> : null}
            {r.state === "in review" && r.checker_id === null ? <SignButton label={t("recipes.check")} variant="default" request={request("checked")} /> : null}
            {r.state === "in review" && r.checker_id !== null ? <SignButton label={t("recipes.approve")} request={request("approved")} /> : null}
            {r.state === "approved" ? <Effective recipe={r} /> : null}
            <DownloadButton address={`/api/mes/recipes/${encodeURIComponent(r.id)}/source`} name={`${r.code}-v${r.number}.yaml`} label={t("recipes.source")} />
          </>
        }
      />
      <div className="split-2">
        <div className="stack-l">
          <Panel>
            <Facts
              of={[
                [t("recipes.product"), r.product],
                [t("recipes.submitted"), name(r.submitted_by)],
                [t("designs.effective"), <TimeStamp key="e" at={r.effective_at} />],
                [t("sign.digest"), <span key="d" className="mono" title={r.content_digest}>{short(r.content_digest)}</span>],
                [t("time.recorded"), <BothTimes key="t" plant={r.process_at} server={r.recorded_at} />],
              ]}
            />
          </Panel>
          {r.warnings.length > 0 ? (
            <Panel title={t("recipes.findings")}>
              <ul className="stack">
                {r.warnings.map((w, i) => (
                  <li key={i}>
                    <span className="muted tabular">{t("recipes.where", { line: w.line, column: w.column })}</span> {w.message}
                  </li>
                ))}
              </ul>
            </Panel>
          ) : null}
          <Panel title={t("recipes.content")}>
            <ContentView content={r.content} />
          </Panel>
        </div>
        <div className="stack-l">
          {r.state === "effective" && planner ? <StartBatch recipe={r} /> : null}
          <Signatures record_type="mes_recipe" record_id={r.id} />
        </div>
      </div>
    </>
  );
}

function Effective({ recipe: r }: { recipe: RecipeDetail }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const make = useMutation({
    mutationFn: () => api.makeEffective(r.id, { version: r.version, reason: reason.trim() }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["recipe"] }),
  });
  return (
    <form
      className="row"
      onSubmit={(e) => {
        e.preventDefault();
        if (reason.trim()) make.mutate();
      }}
    >
      <TextInput aria-label={t("sign.reason")} placeholder={t("sign.reason")} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      <Button type="submit" disabled={!reason.trim()} loading={make.isPending}>
        {t("recipes.effective")}
      </Button>
      {make.error ? <ErrorState error={make.error} /> : null}
    </form>
  );
}
