import { Badge } from "@fluentui/react-components";
import type { EnvironmentType } from "../api/environments";
import { TYPE_COLOR } from "./types";

/** The type of an environment, in its colour. */
export function TypeBadge({ type }: { type: EnvironmentType }) {
  return (
    <Badge appearance="tint" color={TYPE_COLOR[type] ?? "informative"} shape="rounded">
      {type}
    </Badge>
  );
}
