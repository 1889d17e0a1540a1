import { Button, Menu, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "../api/endpoints";
import { rights } from "../api/rights";
import { openStream } from "../api/events";
import { useNow, useStream } from "../api/live";
import { acknowledgePolicy, logOut, useSession } from "../api/session";
import { label } from "../format/words";
import { t } from "../i18n";
import { Patterns } from "../parts/AnalogueBar";
import { Shape } from "../parts/Shape";
import { SignHost } from "../parts/SignDialog";
import { ErrorState, LoadingState } from "../parts/States";
import { Banner } from "./Banner";
import { Faults } from "./Faults";
import { Icon } from "./icons";
import { stateOf } from "../pages/links/state";
import { useReady } from "../pages/today/waiting";
import { entriesFor, ENTRIES } from "./nav";

const Palette = lazy(() => import("./Palette").then((m) => ({ default: m.Palette })));

/** Header, rail and page; opens the tab's one event stream. */
export function Shell() {
  const { person, installation } = useSession();
  const client = useQueryClient();
  const [searching, setSearching] = useState(false);
  useHotkeys([["mod+K", () => setSearching(true)]], []);
  useEffect(() => openStream(client), [client]);

  return (
    <div className="shell">
      <a className="skip" href="#page">
        {t("shell.skip")}
      </a>
      <Patterns />
      <div className="head">
      <Banner />
      <header className="top">
        <Link to="/" className="brand">
          titer
        </Link>
        <Crumbs />
        <span className="grow" />
        <button type="button" className="find" onClick={() => setSearching(true)} aria-keyshortcuts="Control+K">
          <Icon name="search" size={16} />
          <span className="words">{t("shell.search")}</span>
          <kbd aria-hidden="true">Ctrl K</kbd>
        </button>
        <Alarms />
        <Mine />
        <LinkState />
        <Person />
      </header>
      <Faults />
      </div>
      <nav className="rail" aria-label={t("nav.main")}>
        <ul>
          {entriesFor(person.roles, installation.layers).map((e) => (
            <li key={e.to}>
              <Link to={e.to as "/today"}>
                <Icon name={e.icon} size={22} />
                {t(e.key)}
                {e.to === "/today" ? <Count /> : null}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main className="main" id="page" tabIndex={-1}>
        <Policy />
        <Suspense fallback={<LoadingState lines={10} />}>
          <Outlet />
        </Suspense>
      </main>
      <SignHost />
      {searching ? (
        <Suspense>
          <Palette onClose={() => setSearching(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

/** Nobody signs before they have said that their electronic signature binds (21 CFR 11.100(c)). */
function Policy() {
  const client = useQueryClient();
  const policy = useQuery({ queryKey: ["policies"], queryFn: ({ signal }) => rights.policies(signal), meta: { types: ["record_policy_text", "record_policy_ack"] }, retry: false });
  const accept = useMutation({ mutationFn: () => acknowledgePolicy(policy.data!.current.digest), onSuccess: () => client.invalidateQueries({ queryKey: ["policies"] }) });
  if (!policy.data || policy.data.acknowledged) return null;
  const { title, text } = policy.data.current;
  return (
    <div className="notice" data-tone="accent" style={{ marginBottom: 14 }}>
      <p>
        <strong>{title}</strong>
      </p>
      <p style={{ whiteSpace: "pre-wrap", maxHeight: "40vh", overflowY: "auto" }} tabIndex={0}>
        {text}
      </p>
      {accept.error ? <ErrorState error={accept.error} /> : null}
      <Button size="xs" mt={8} onClick={() => accept.mutate()} loading={accept.isPending}>
        {t("policy.button")}
      </Button>
    </div>
  );
}

function Crumbs() {
  const { installation } = useSession();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const first = path.split("/")[1] ?? "";
  const known = Object.entries(ENTRIES).find(([name]) => name === first)?.[1];
  return (
    <nav className="crumbs" aria-label={t("shell.crumbs")}>
      <span>{installation.name}</span>
      {known ? (
        <>
          <span aria-hidden="true">›</span>
          <Link to={known.to as "/units"}>{t(known.key)}</Link>
        </>
      ) : null}
    </nav>
  );
}

/** How much waits for this person; on the rail's first entry. */
function Count() {
  const n = useReady();
  if (n === 0) return null;
  return (
    <span className="count" data-testid="waiting-count">
      <span aria-hidden="true">{n > 99 ? "99+" : n}</span>
      <span className="hidden">{t("today.count", { n })}</span>
    </span>
  );
}

function Alarms() {
  const { installation } = useSession();
  const on = installation.layers.includes("insight");
  const alerts = useQuery({ queryKey: ["alerts", "open"], queryFn: ({ signal }) => api.alerts({ state: "undisposed" }, signal), meta: { types: ["insight_alert"] }, retry: false, enabled: on });
  if (!alerts.data) return null;
  const n = alerts.data.length;
  return (
    <Link to="/alerts" className="top-state">
      <Shape tone={n > 0 ? "warning" : "plain"} />
      {n === 0 ? t("shell.noalerts") : n === 1 ? t("shell.alert") : t("shell.alerts", { n })}
    </Link>
  );
}

function Mine() {
  const n = useReady();
  if (n === 0) return null;
  return (
    <Link to="/today" className="top-state">
      {t("shell.tasks", { n })}
    </Link>
  );
}

function LinkState() {
  const state = useStream();
  const links = useQuery({ queryKey: ["links"], queryFn: ({ signal }) => api.connections(signal), meta: { types: ["equipment_connection", "equipment_gap"] }, retry: false, refetchInterval: 5000 });
  const now = useNow();
  const down = (links.data ?? []).filter((c) => !["suspended", "connected"].includes(stateOf(c, now.server))).length;
  return (
    <>
      {links.data ? (
        <Link to="/links" className="top-state">
          <Shape tone={down > 0 ? "alarm" : "done"} />
          {down === 0 ? t("shell.links.ok") : down === 1 ? t("shell.link.bad") : t("shell.links.bad", { n: down })}
        </Link>
      ) : null}
      <Tooltip label={t("shell.stream.lost.why")} disabled={state !== "lost"}>
        <span className="top-state" role="status" tabIndex={state === "lost" ? 0 : undefined}>
          <Shape tone={state === "open" ? "active" : state === "lost" ? "alarm" : "waiting"} size={10} />
          {t(`shell.stream.${state}`)}
        </span>
      </Tooltip>
    </>
  );
}

function Person() {
  const { person } = useSession();
  const client = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <UnstyledButton className="top-state" aria-label={t("shell.person", { name: person.full_name })}>
          <Icon name="person" /> {person.full_name}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {person.username} · {person.roles.map(label).join(", ")}
        </Menu.Label>
        <Menu.Item leftSection={<Icon name="person" />} component={Link} to="/account">
          {t("shell.account")}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name={scheme === "dark" ? "sun" : "moon"} />} onClick={() => setColorScheme(other)}>
          {t("shell.scheme", { scheme: t(`shell.${other}`).toLowerCase() })}
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            void logOut().finally(() => {
              client.clear();
              location.assign("/");
            });
          }}
        >
          {t("shell.logout")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
