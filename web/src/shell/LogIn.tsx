import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { logIn, logOut, resume, useSession, useSessionEnded, type Session } from "../api/session";
import { t } from "../i18n";
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
        <Credentials onIn={(session) => client.setQueryData(["session"], session)} />
      </div>
    </main>
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

function Credentials({ known = "", onIn }: { known?: string; onIn: (session: Session) => void }) {
  const [username, setUsername] = useState(known);
  const [password, setPassword] = useState("");
  const attempt = useMutation({
    mutationFn: () => logIn(username.trim(), password),
    onSuccess: onIn,
    onSettled: () => setPassword(""),
  });
  return (
    <form
      className="stack-l"
      aria-label={t("login.title")}
      onSubmit={(e) => {
        e.preventDefault();
        if (username && password) attempt.mutate();
      }}
    >
      <TextInput label={t("login.user")} value={username} onChange={(e) => setUsername(e.currentTarget.value)} autoComplete="username" autoCapitalize="none" autoFocus={!known} required withAsterisk={false} size="md" />
      <TextInput type="password" label={t("login.password")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="current-password" autoFocus={Boolean(known)} data-autofocus={known ? true : undefined} required withAsterisk={false} size="md" />
      {attempt.error ? <ErrorState error={attempt.error} /> : null}
      <Button type="submit" size="md" loading={attempt.isPending} disabled={!username || !password}>
        {t("login.button")}
      </Button>
    </form>
  );
}
