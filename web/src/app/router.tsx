// The pages and their addresses. View state (what is found for, sort, tab) is in the address too.

import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { EnvironmentPage } from "../pages/EnvironmentPage";
import { EnvironmentsPage } from "../pages/EnvironmentsPage";
import { FailedPage } from "../pages/FailedPage";
import { NotFoundPage } from "../pages/NotFoundPage";
import { SolutionPage } from "../pages/SolutionPage";
import { SolutionsPage } from "../pages/SolutionsPage";
import { TablePage } from "../pages/TablePage";
import { TablesPage } from "../pages/TablesPage";
import { Shell } from "./Shell";
import { listView, solutionsView, solutionView, tablesView, tableView } from "./views";

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
  validateSearch: listView,
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
  validateSearch: solutionsView,
  component: SolutionsPage,
});

const solution = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/solutions/$solution",
  validateSearch: solutionView,
  component: SolutionPage,
});

const tables = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/tables",
  validateSearch: tablesView,
  component: TablesPage,
});

const table = createRoute({
  getParentRoute: () => root,
  path: "/environments/$environment/tables/$table",
  validateSearch: tableView,
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
  defaultErrorComponent: FailedPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
