import { makeStyles, tokens } from "@fluentui/react-components";
import type { Environment } from "../api/environments";

const useStyles = makeStyles({
  root: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalS },
  dot: { width: "8px", height: "8px", borderRadius: "50%", flexShrink: 0 },
});

const DOT: Record<string, string> = {
  Ready: tokens.colorPaletteGreenForeground3,
  Preparing: tokens.colorPaletteMarigoldForeground3,
  Running: tokens.colorPaletteMarigoldForeground3,
  Failed: tokens.colorPaletteRedForeground3,
};

/** The state of an environment as people know it. */
export function stateOf({ properties }: Environment): string {
  const { provisioningState, states } = properties;
  if (states.runtime.id === "AdminMode") return "Administration mode";
  if (states.runtime.id === "Disabled") return "Disabled";
  if (provisioningState !== "Succeeded") {
    return provisioningState === "Failed" ? "Failed" : "Preparing";
  }
  return states.management.id;
}

export function StateText({ environment }: { environment: Environment }) {
  const styles = useStyles();
  const state = stateOf(environment);
  return (
    <span className={styles.root}>
      <span
        className={styles.dot}
        style={{ backgroundColor: DOT[state] ?? tokens.colorNeutralForeground3 }}
      />
      {state}
    </span>
  );
}
