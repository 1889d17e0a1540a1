import "@mantine/core/styles.css";
import "uplot/dist/uPlot.min.css";
import "./styles.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { ProblemError } from "./api/problem";
import { SessionProvider, useSessionQuery } from "./api/session";
import { ErrorState, LoadingState } from "./parts/States";
import { Zone } from "./parts/zone";
import { router } from "./router";
import { LogIn, LogInAgain } from "./shell/LogIn";
import { StepUp } from "./shell/StepUp";
import { resolver, theme } from "./theme";

const Limited = lazy(() => import("./pages/account/Limited"));

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The event stream says what has changed; the clock does not.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && !(error instanceof ProblemError && error.problem.status >= 400 && error.problem.status < 500),
    },
  },
});

function App() {
  const session = useSessionQuery();
  if (session.isPending) {
    return (
      <main className="login">
        <div style={{ width: 340 }}>
          <LoadingState lines={5} />
        </div>
      </main>
    );
  }
  if (session.error) {
    return (
      <main className="login">
        <ErrorState error={session.error} again={() => void session.refetch()} />
      </main>
    );
  }
  if (!session.data) return <LogIn />;
  return (
    <SessionProvider session={session.data}>
      <Zone value={session.data.installation.time_zone}>
        {session.data.limited_to ? (
          <Suspense fallback={<LoadingState lines={5} />}>
            <Limited to={session.data.limited_to} />
          </Suspense>
        ) : (
          <RouterProvider router={router} />
        )}
        <StepUp />
        <LogInAgain />
      </Zone>
    </SessionProvider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
