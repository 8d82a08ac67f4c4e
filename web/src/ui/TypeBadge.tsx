import { Badge, makeStyles } from "@fluentui/react-components";
import type { EnvironmentType } from "../api/environments";
import { TYPE_COLOR } from "./types";

const useStyles = makeStyles({ root: { flexShrink: 0, "::after": { display: "none" } } });

/** The type of an environment, in its colour. */
export function TypeBadge({ type }: { type: EnvironmentType }) {
  const { fill, text } = TYPE_COLOR[type] ?? TYPE_COLOR.Default;
  return (
    <Badge
      appearance="filled"
      shape="rounded"
      className={useStyles().root}
      style={{ backgroundColor: fill, color: text }}
    >
      {type}
    </Badge>
  );
}
