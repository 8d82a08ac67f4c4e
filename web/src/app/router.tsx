// The pages and their addresses. View state (sort, search, page) is in the address too.

import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { EnvironmentPage } from "../pages/EnvironmentPage";
import { EnvironmentsPage } from "../pages/EnvironmentsPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { SolutionPage } from "../pages/SolutionPage";
import { SolutionsPage } from "../pages/SolutionsPage";
import { TablePage } from "../pages/TablePage";
import { TablesPage } from "../pages/TablesPage";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/environments" });
  },
});

const environments = createRoute({
  getParentRoute: () => root,
  path: "/environments",
  component: EnvironmentsPage,
});

const environment = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment",
  component: EnvironmentPage,
});

const solutions = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/solutions",
  component: SolutionsPage,
});

const solution = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/solutions/$solution",
  component: SolutionPage,
});

const tables = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/tables",
  validateSearch: (search) => ({
    show: search.show === "all" ? ("all" as const) : ("custom" as const),
    find: typeof search.find === "string" ? search.find : "",
  }),
  component: TablesPage,
});

const table = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/tables/$table",
  validateSearch: (search) => ({
    sort: typeof search.sort === "string" ? search.sort : "",
    descending: search.descending === true,
    find: typeof search.find === "string" ? search.find : "",
  }),
  component: TablePage,
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    environments,
    environment,
    solutions,
    solution,
    tables,
    table,
  ]),
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
