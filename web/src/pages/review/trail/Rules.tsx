import { Button, NumberInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { past, type Ruleset } from "../../../api/past";
import { useMaySee } from "../../../api/session";
import { t } from "../../../i18n";
import { Kept, type Form } from "../../../parts/Kept";
import { Panel } from "../../../parts/Panel";
import { Asked, ErrorState } from "../../../parts/States";
import { TimeStamp } from "../../../parts/TimeStamp";

/** How the site sets the rules of review: samples, days until overdue, how late is late; and who changed them when. */
export function Rules() {
  const rules = useQuery({ queryKey: ["trails", "rules"], queryFn: ({ signal }) => past.rules(signal), meta: { types: ["quality_trail_settings"] } });
  return (
    <Asked query={rules} lines={6}>
      {(found) => <Kept of={found}>{(rules, form) => <Settings rules={rules} form={form} />}</Kept>}
    </Asked>
  );
}

function Settings({ rules, form }: { rules: Ruleset; form: Form }) {
  const may = useMaySee("quality");
  const [values, setValues] = useState(() => Object.fromEntries(rules.settings.map((s) => [s.name, s.value])));
  const [reason, setReason] = useState("");
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: () => past.setRules({ version: rules.version, settings: values, reason: reason.trim() }),
    onSuccess: () => {
      form.keep();
      void client.invalidateQueries({ queryKey: ["trails"] });
    },
  });
  const changed = rules.settings.some((s) => values[s.name] !== s.value);
  return (
    <Panel title={t("trail.settings", { n: rules.version })}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate();
        }}
      >
        <p className="muted">{t("trail.settings.sub")}</p>
        <div className="split-2">
          {rules.settings.map((s) => (
            <NumberInput
              key={s.name}
              label={s.words}
              description={t("trail.settings.bounds", { a: s.least, b: s.most })}
              min={s.least}
              max={s.most}
              allowDecimal={false}
              disabled={!may}
              value={values[s.name]}
              onChange={(v) => {
                form.edited();
                setValues({ ...values, [s.name]: typeof v === "number" ? v : s.value });
              }}
            />
          ))}
        </div>
        {may ? (
          <div className="row">
            <TextInput
              aria-label={t("trail.settings.reason")}
              placeholder={t("trail.settings.reason")}
              value={reason}
              onChange={(e) => {
                form.edited();
                setReason(e.currentTarget.value);
              }}
              w={320}
              maxLength={200}
            />
            <Button type="submit" disabled={!changed || !reason.trim()} loading={set.isPending}>
              {t("trail.settings.change")}
            </Button>
          </div>
        ) : null}
        {set.error ? <ErrorState error={set.error} /> : null}
        {form.saved ? <p role="status">{t("trail.settings.saved")}</p> : null}
        <h3>{t("trail.settings.history")}</h3>
        {rules.history.length === 0 ? <p className="muted">{t("trail.settings.never")}</p> : null}
        <ul className="stack">
          {rules.history.map((h) => (
            <li key={h.version}>
              {t("trail.settings.by", { n: h.version, who: h.by })} <TimeStamp at={h.at} />
            </li>
          ))}
        </ul>
      </form>
    </Panel>
  );
}
