import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { logIn } from "../api/session";
import { t } from "../i18n";
import { ErrorState } from "../parts/States";

/** The way in. Keeps the address, so a person goes on where the link led. */
export function LogIn() {
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({
    mutationFn: () => logIn(username.trim(), password),
    onSuccess: (session) => client.setQueryData(["session"], session),
    onSettled: () => setPassword(""),
  });
  return (
    <main className="login">
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (username && password) attempt.mutate();
        }}
      >
        <div>
          <h1>titer</h1>
          <p className="muted">{t("login.note")}</p>
        </div>
        <TextInput label={t("login.user")} value={username} onChange={(e) => setUsername(e.currentTarget.value)} autoComplete="username" autoCapitalize="none" autoFocus required withAsterisk={false} size="md" />
        <TextInput type="password" label={t("login.password")} value={password} onChange={(e) => setPassword(e.currentTarget.value)} autoComplete="current-password" required withAsterisk={false} size="md" />
        {attempt.error ? <ErrorState error={attempt.error} /> : null}
        <Button type="submit" size="md" loading={attempt.isPending} disabled={!username || !password}>
          {t("login.button")}
        </Button>
      </form>
    </main>
  );
}
