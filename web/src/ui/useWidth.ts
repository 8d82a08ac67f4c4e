import { useSyncExternalStore } from "react";

const STEPS = [480, 640, 800, 1000, 1200, 1440];

function subscribe(changed: () => void) {
  addEventListener("resize", changed);
  return () => removeEventListener("resize", changed);
}

/** How wide the window is, in steps: the largest one that it reaches, or 0. */
export function useWidth(): number {
  return useSyncExternalStore(subscribe, () => STEPS.findLast((step) => step <= innerWidth) ?? 0);
}
