import { QueryClient } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/http";
import { App } from "./app/App";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the caller did wrong does not get better by asking again.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

const root = document.getElementById("root");
if (root) createRoot(root).render(<App queries={queries} />);
