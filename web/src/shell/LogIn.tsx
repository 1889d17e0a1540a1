import { Button, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { http } from "../api/http";
import { toProblem } from "../api/problem";
import { askPasskey, hasPasskeys } from "../api/proof";
import { logIn, logOut, resume, useSession, useSessionEnded, type Session } from "../api/session";
import { t } from "../i18n";
import { givesSecond, NO_SECOND, SecondFactor, secondFields, type Second } from "../parts/SecondFactor";
import { ErrorState } from "../parts/States";

/** The way in. Keeps the address, so a person goes on where the link led. */
export function LogIn() {
  const client = useQueryClient();
  return (
    <main className="login">
      <div className="login-box">
        <div>
          <h1>titer</h1>
          <p className="muted">{t("login.note")}</p>
        </div>
        <Refused />
        <Credentials onIn={(session) => client.setQueryData(["session"], session)} />
        <SignOn />
      </div>
    </main>
  );
}

const AFTER = "titer.after-sign-on";

/** Where the person was going before the provider asked; good once. */
export function afterSignOn(): string {
  const kept = sessionStorage.getItem(AFTER) ?? "";
  sessionStorage.removeItem(AFTER);
  return kept.startsWith("/") && !kept.startsWith("//") ? kept : "";
}

/** The way in by the site's identity provider, where there is one. */
function SignOn() {
  const provider = useQuery({ queryKey: ["provider"], queryFn: () => http.get<{ enabled: boolean; name: string }>("/api/session/provider"), retry: false, staleTime: Number.POSITIVE_INFINITY });
  if (!provider.data?.enabled) return null;
  return (
    <Button component="a" href="/api/session/provider/begin" variant="default" size="md" fullWidth onClick={() => sessionStorage.setItem(AFTER, location.pathname + location.search)}>
      {t("login.provider", { name: provider.data.name })}
    </Button>
  );
}

const REFUSED = "titer_sign_on_refused";

/** Why the provider's answer opened no session; the server leaves it in a cookie for a minute. */
function Refused() {
  const [why] = useState(() => {
    const kept = document.cookie.split("; ").find((one) => one.startsWith(`${REFUSED}=`));
    return kept ? decodeURIComponent(kept.slice(REFUSED.length + 1).replaceAll('"', "")) : "";
  });
  useEffect(() => {
    if (why) document.cookie = `${REFUSED}=; path=/; max-age=0; samesite=lax`;
  }, [why]);
  if (!why) return null;
  return (
    <div role="alert" className="notice" data-tone="warning">
      <strong>{t("login.provider.refused")}.</strong> {why}
    </div>
  );
}

/** The session ended while the page was open: it stays as it is, with all that was typed, until its person is back. */
export function LogInAgain() {
  const { person } = useSession();
  const client = useQueryClient();
  if (!useSessionEnded()) return null;
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={t("login.again")} zIndex={400} transitionProps={{ duration: 0 }} returnFocus>
      <div className="stack-l">
        <p>{t("login.lost")}</p>
        <Credentials known={person.username} onIn={(session) => resume(client, session)} />
        <div>
          <Button variant="subtle" size="compact-sm" onClick={() => void logOut().finally(() => location.assign("/"))}>
            {t("login.leave")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

type Way = "password" | "badge" | "pin";

function Credentials({ known = "", onIn }: { known?: string; onIn: (session: Session) => void }) {
  const terminal = useQuery({ queryKey: ["terminal"], queryFn: () => http.get<{ name: string; place: string } | null>("/api/terminal"), retry: false, staleTime: Number.POSITIVE_INFINITY });
  const [chosen, setChosen] = useState<Way | null>(null);
  const way: Way = chosen ?? (terminal.data ? "badge" : "password");
  return (
    <div className="stack-l">
      {terminal.data ? (
        <>
          <p className="muted">{t("login.terminal", terminal.data)}</p>
          <SegmentedControl
            aria-label={t("login.way")}
            fullWidth
            value={way}
            onChange={(v) => setChosen(v as Way)}
            data={(["badge", "pin", "password"] as const).map((v) => ({ value: v, label: t(`login.way.${v}`) }))}
          />
        </>
      ) : null}
      <Form key={way} way={way} known={known} onIn={onIn} />
    </div>
  );
}

/** One way in: user name and password, and a second factor where one is asked for; at a terminal a badge, or a PIN. */
function Form({ way, known, onIn }: { way: Way; known: string; onIn: (session: Session) => void }) {
  const [username, setUsername] = useState(known);
  const [secret, setSecret] = useState("");
  const [second, setSecond] = useState<Second>(NO_SECOND);
  const [offers, setOffers] = useState<string[] | null>(null);
  /** The PIN beside a badge; null until it is asked for. */
  const [pin, setPin] = useState<string | null>(null);
  const attempt = useMutation({
    mutationFn: () => logIn(way === "badge" ? "" : username.trim(), { [way]: secret, ...(pin ? { pin } : {}), ...secondFields(second) }),
    onSuccess: onIn,
    onError: (error) => {
      const problem = toProblem(error);
      setSecond(NO_SECOND);
      if (problem.needs === "second_factor") setOffers(problem.offers ?? []);
      else if (problem.needs === "pin") setPin("");
      else {
        setSecret("");
        setPin(null);
        setOffers(null);
      }
    },
  });
  const passkey = useMutation({ mutationFn: async () => logIn("", { passkey: await askPasskey("login") }), onSuccess: onIn });
  const asked = attempt.error ? ["second_factor", "pin"].includes(toProblem(attempt.error).needs ?? "") : false;
  const ready = secret !== "" && pin !== "" && (way === "badge" || username !== "") && (offers === null || givesSecond(second));
  return (
    <form
      className="stack-l"
      aria-label={t("login.title")}
      onSubmit={(e) => {
        e.preventDefault();
        if (ready) attempt.mutate();
      }}
    >
      {offers !== null ? (
        <>
          <p>
            <strong>{t("login.second", { user: username })}</strong>{" "}
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => {
                setOffers(null);
                setSecret("");
                attempt.reset();
              }}
            >
              {t("login.back")}
            </Button>
          </p>
          <SecondFactor offers={offers} where="login" value={second} onChange={setSecond} autoFocus />
        </>
      ) : (
        <>
          {way === "badge" ? null : (
            <TextInput label={t("login.user")} value={username} onChange={(e) => setUsername(e.currentTarget.value)} autoComplete="username" autoCapitalize="none" autoFocus={!known} required withAsterisk={false} size="md" />
          )}
          <TextInput
            type="password"
            label={t(`login.way.${way}`)}
            description={way === "badge" ? t("login.badge.hint") : undefined}
            value={secret}
            onChange={(e) => setSecret(e.currentTarget.value)}
            autoComplete={way === "password" ? "current-password" : "off"}
            inputMode={way === "pin" ? "numeric" : undefined}
            autoFocus={Boolean(known) || way === "badge"}
            data-autofocus={known ? true : undefined}
            required
            withAsterisk={false}
            size="md"
          />
          {pin === null ? null : (
            <TextInput type="password" label={t("login.way.pin")} description={t("login.pin.hint")} value={pin} onChange={(e) => setPin(e.currentTarget.value)} autoComplete="off" inputMode="numeric" autoFocus required withAsterisk={false} size="md" />
          )}
        </>
      )}
      {attempt.error && !asked ? <ErrorState error={attempt.error} /> : null}
      <Button type="submit" size="md" loading={attempt.isPending} disabled={!ready}>
        {t(way === "badge" ? "login.badge.button" : "login.button")}
      </Button>
      {way === "password" && offers === null && hasPasskeys() ? (
        <Button variant="default" size="md" onClick={() => passkey.mutate()} loading={passkey.isPending}>
          {t("login.passkey")}
        </Button>
      ) : null}
      {passkey.error ? <ErrorState error={passkey.error} /> : null}
    </form>
  );
}
