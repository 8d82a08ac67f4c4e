// The colours of environment types: the same everywhere, so that nobody mistakes production.

import { tokens } from "@fluentui/react-components";
import type { EnvironmentType } from "../api/environments";

export const TYPE_COLOR: Record<EnvironmentType, { fill: string; text: string; line: string }> = {
  Production: {
    fill: tokens.colorPaletteCranberryBackground2,
    text: tokens.colorPaletteCranberryForeground2,
    line: tokens.colorPaletteCranberryBorderActive,
  },
  Default: {
    fill: tokens.colorPaletteBlueBackground2,
    text: tokens.colorPaletteBlueForeground2,
    line: tokens.colorPaletteBlueBorderActive,
  },
  Sandbox: {
    fill: tokens.colorPaletteGoldBackground2,
    text: tokens.colorPaletteGoldForeground2,
    line: tokens.colorPaletteGoldBorderActive,
  },
  Trial: {
    fill: tokens.colorPaletteGrapeBackground2,
    text: tokens.colorPaletteGrapeForeground2,
    line: tokens.colorPaletteGrapeBorderActive,
  },
  Developer: {
    fill: tokens.colorPaletteTealBackground2,
    text: tokens.colorPaletteTealForeground2,
    line: tokens.colorPaletteTealBorderActive,
  },
};
