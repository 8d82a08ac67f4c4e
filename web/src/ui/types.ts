// The colours of environment types: the same everywhere, so that nobody mistakes production.

import type { EnvironmentType } from "../api/environments";

export const TYPE_COLOR = {
  Production: "danger",
  Default: "informative",
  Sandbox: "warning",
  Trial: "subtle",
  Developer: "success",
} as const satisfies Record<EnvironmentType, string>;
