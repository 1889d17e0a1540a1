import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { account, type Account as Mine } from "../../api/account";
import { useSession } from "../../api/session";
import { label, noun } from "../../format/words";
import { t, type Message } from "../../i18n";
import { DataTable } from "../../parts/DataTable";
import { PageHead, Panel } from "../../parts/Panel";
import { Asked, EmptyState, ErrorState } from "../../parts/States";
import { TimeStamp } from "../../parts/TimeStamp";
import { addressOf } from "../../shell/nav";
import { Factors } from "./Factors";
import { offersOf, useAccount } from "./own";
import { Password } from "./Password";

/** My account: what I prove with, where I am logged in, what I was trained for and what I signed. */
export default function Account() {
  const { person, terminal } = useSession();
  const mine = useAccount();
  return (
    <>
      <PageHead title={t("account.title")} sub={`${person.full_name}, ${person.username}, ${person.roles.map((r) => label(r).toLowerCase()).join(", ")}`} />
      <Asked query={mine} lines={12}>
        {(a) => (
          <div className="stack-l">
            {terminal ? <p className="notice">{t("account.terminal")}</p> : null}
            <Password of={a} offers={offersOf(a)} />
            <Factors of={a} offers={offersOf(a)} />
            <Sessions of={a} />
            <Trainings of={a} />
            <Signatures of={a} />
          </div>
        )}
      </Asked>
    </>
  );
}

const ways = (factors: string[]): string => factors.map((f) => t((f === "password" ? "account.password" : `account.kind.${f}`) as Message).toLowerCase()).join(", ");

function Sessions({ of: a }: { of: Mine }) {
  const client = useQueryClient();
  const again = () => client.invalidateQueries({ queryKey: ["account"] });
  const others = useMutation({ mutationFn: account.endOthers, onSuccess: again });
  const end = useMutation({ mutationFn: account.end, onSuccess: again });
  const error = others.error ?? end.error;
  return (
    <Panel
      title={t("account.sessions")}
      flush
      right={
        <Button variant="default" size="xs" onClick={() => others.mutate()} loading={others.isPending} disabled={a.sessions.length < 2}>
          {t("account.sessions.others")}
        </Button>
      }
    >
      {error ? <ErrorState error={error} /> : null}
      <table className="table" aria-label={t("account.sessions")}>
        <thead>
          <tr>
            <th scope="col" className="pad">{t("account.session.from")}</th>
            <th scope="col" className="pad">{t("account.session.with")}</th>
            <th scope="col" className="pad">{t("account.session.since")}</th>
            <th scope="col" className="pad">{t("account.session.seen")}</th>
            <th scope="col" className="pad">{t("account.session.until")}</th>
            <th scope="col" className="pad">
              <span className="hidden">{t("account.session.end")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {a.sessions.map((s) => (
            <tr key={s.id}>
              <td>
                {s.terminal ?? s.remote} {s.here ? <strong>({t("account.session.here")})</strong> : null}
              </td>
              <td>{ways(s.factors)}</td>
              <td>
                <TimeStamp at={s.started_at} />
              </td>
              <td>
                <TimeStamp at={s.seen_at} />
              </td>
              <td>
                <TimeStamp at={s.ends_at} />
              </td>
              <td style={{ textAlign: "right" }}>
                {s.here ? null : (
                  <Button variant="subtle" size="compact-xs" onClick={() => end.mutate(s.id)} aria-label={t("account.session.end.of", { remote: s.terminal ?? s.remote })}>
                    {t("account.session.end")}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Trainings({ of: a }: { of: Mine }) {
  return (
    <Panel title={t("account.trainings")} flush>
      {a.trainings.length === 0 ? (
        <EmptyState title={t("account.trainings.none")} />
      ) : (
        <DataTable
          name="my-trainings"
          label={t("account.trainings")}
          rows={a.trainings}
          bare
          id={(r) => r.id}
          columns={[
            { key: "competency", title: t("training.competency"), value: (r) => r.competency, render: (r) => <strong>{r.competency}</strong> },
            { key: "document", title: t("training.document"), value: (r) => r.document },
            { key: "at", title: t("training.at"), value: (r) => r.trained_at, render: (r) => <TimeStamp at={r.trained_at} server={r.recorded_at} /> },
            { key: "until", title: t("account.until"), value: (r) => r.expires_at, render: (r) => <TimeStamp at={r.expires_at} precision="day" /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Signatures({ of: a }: { of: Mine }) {
  return (
    <Panel title={t("account.signatures")} flush>
      {a.signatures.length === 0 ? (
        <EmptyState title={t("account.signatures.none")} />
      ) : (
        <DataTable
          name="my-signatures"
          label={t("account.signatures")}
          rows={a.signatures}
          bare
          id={(r) => r.id}
          columns={[
            { key: "at", title: t("account.signed"), value: (r) => r.signed_at, render: (r) => <TimeStamp at={r.signed_at} /> },
            {
              key: "title",
              title: t("account.what"),
              value: (r) => r.title,
              render: (r) => {
                const to = addressOf(r.record_type, r.record_id);
                return to ? <Link to={to as "/today"}>{r.title}</Link> : r.title;
              },
            },
            { key: "type", title: t("account.record"), value: (r) => label(noun(r.record_type)) },
            { key: "meaning", title: t("sign.meaning"), value: (r) => label(r.meaning) },
            { key: "reason", title: t("sign.reason"), value: (r) => r.reason },
          ]}
        />
      )}
    </Panel>
  );
}
