// The look: Fluent UI with our own green, light and dark.

import {
  type BrandVariants,
  createDarkTheme,
  createLightTheme,
  type Theme,
} from "@fluentui/react-components";
import { useState, useSyncExternalStore } from "react";

const brand: BrandVariants = {
  10: "#01100d",
  20: "#041f1a",
  30: "#06312a",
  40: "#083f36",
  50: "#094d43",
  60: "#0b5c52",
  70: "#0e6b5f",
  80: "#127a6c",
  90: "#218a7b",
  100: "#3c9a8b",
  110: "#56a99b",
  120: "#70b8ac",
  130: "#8bc7bd",
  140: "#a7d6ce",
  150: "#c4e5df",
  160: "#e2f3f0",
};

/** What every machine has that comes nearest to the platform's own type. */
const fonts = {
  fontFamilyBase:
    "'Segoe UI', 'Segoe UI Variable Text', Inter, system-ui, -apple-system, Roboto, 'Helvetica Neue', sans-serif",
};

export const light: Theme = { ...createLightTheme(brand), ...fonts };
export const dark: Theme = {
  ...createDarkTheme(brand),
  ...fonts,
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[120],
  colorBrandForegroundLinkHover: brand[130],
  colorBrandForegroundLinkPressed: brand[140],
};

export type Scheme = "light" | "dark";

const KEY = "freehold.scheme";

const system = matchMedia("(prefers-color-scheme: dark)");

/** The scheme that the person chose, else the one of the system, now and when it changes. */
export function useScheme(): [Scheme, (chosen: Scheme) => void] {
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEY));
  const isDark = useSyncExternalStore(
    (changed) => {
      system.addEventListener("change", changed);
      return () => system.removeEventListener("change", changed);
    },
    () => system.matches,
  );
  const choose = (scheme: Scheme) => {
    localStorage.setItem(KEY, scheme);
    setChosen(scheme);
  };
  const scheme = chosen === "light" || chosen === "dark" ? chosen : isDark ? "dark" : "light";
  return [scheme, choose];
}
