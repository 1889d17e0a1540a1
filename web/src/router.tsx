import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate, type ErrorComponentProps } from "@tanstack/react-router";
import { EmptyState, ErrorState } from "./parts/States";
import { useState } from "react";
import { afterSignOn } from "./shell/LogIn";
import { Shell } from "./shell/Shell";

const root = createRootRoute({
  component: Shell,
  // Every piece of view state is text in the address.
  validateSearch: (search: Record<string, unknown>): Record<string, string | undefined> =>
    Object.fromEntries(Object.entries(search).map(([k, v]) => [k, v === undefined || v === null ? undefined : String(v)])),
  notFoundComponent: () => <EmptyState title="There is no such page">Search for what you need with Ctrl+K, or choose from the left.</EmptyState>,
  errorComponent: PageError,
});

function PageError({ error, reset }: ErrorComponentProps) {
  return <ErrorState error={error} again={reset} />;
}

function Home() {
  const [kept] = useState(afterSignOn);
  return <Navigate to={(kept === "/" || !kept ? "/today" : kept) as "/today"} replace />;
}

const page = <P extends string>(path: P, load: () => Promise<{ default: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load), errorComponent: PageError });

const tree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/", component: Home }),
  page("/today", () => import("./pages/today/Today")),
  page("/tasks", () => import("./pages/tasks/Tasks")),
  page("/tasks/$id", () => import("./pages/tasks/Task")),
  page("/units", () => import("./pages/units/Units")),
  page("/units/$code", () => import("./pages/units/Unit")),
  page("/batches", () => import("./pages/batches/Batches")),
  page("/batches/$id", () => import("./pages/batches/Batch")),
  page("/lab", () => import("./pages/lab/Lab")),
  page("/lab/samples/$id", () => import("./pages/lab/Sample")),
  page("/lab/results/$id", () => import("./pages/lab/Result")),
  page("/lab/runs/$id", () => import("./pages/lab/Run")),
  page("/lab/files/$id", () => import("./pages/lab/File")),
  page("/lab/certificates/$id", () => import("./pages/lab/Certificate")),
  page("/materials", () => import("./pages/materials/Materials")),
  page("/materials/$id", () => import("./pages/materials/Lot")),
  page("/recipes", () => import("./pages/recipes/Recipes")),
  page("/recipes/$id", () => import("./pages/recipes/Recipe")),
  page("/account", () => import("./pages/account/Account")),
  page("/people", () => import("./pages/people/People")),
  page("/people/$id", () => import("./pages/people/Person")),
  page("/review", () => import("./pages/review/Review")),
  page("/review/trail", () => import("./pages/review/trail/Trails")),
  page("/review/trail/$id", () => import("./pages/review/trail/Trail")),
  page("/alerts", () => import("./pages/alerts/Alerts")),
  page("/alerts/$id", () => import("./pages/alerts/Alert")),
  page("/alarms", () => import("./pages/alarms/Alarms")),
  page("/alarms/$id", () => import("./pages/alarms/Alarm")),
  page("/models", () => import("./pages/models/Models")),
  page("/twin", () => import("./pages/twin/Twin")),
  page("/twin/proposals/$id", () => import("./pages/twin/Proposal")),
  page("/trends", () => import("./pages/trends/Trends")),
  page("/links", () => import("./pages/links/Links")),
  page("/links/certificates", () => import("./pages/links/Certificates")),
  page("/links/add/opcua", () => import("./pages/links/Browse")),
  page("/links/add/sila2", () => import("./pages/links/Sila")),
  page("/links/add/table", () => import("./pages/links/Table")),
  page("/links/$name", () => import("./pages/links/Connection")),
  page("/record", () => import("./pages/record/Ledger")),
  page("/record/past", () => import("./pages/record/Past")),
  page("/record/alcoa", () => import("./pages/record/Alcoa")),
  page("/record/systems", () => import("./pages/record/Systems")),
  page("/record/keeping", () => import("./pages/record/Keeping")),
  page("/record/entries/$id", () => import("./pages/record/Entry")),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  scrollRestoration: true,
  // Plain texts in the address, no JSON quoting.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const params = new URLSearchParams();
    for (const [k, v] of Object.entries(search)) if (v !== undefined && v !== null && v !== "") params.set(k, String(v));
    const out = params.toString();
    return out ? `?${out}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
