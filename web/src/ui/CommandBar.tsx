import {
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Toolbar,
  ToolbarButton,
  Tooltip,
  tokens,
} from "@fluentui/react-components";
import type { JSX, ReactNode } from "react";

const useStyles = makeStyles({
  root: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    columnGap: tokens.spacingHorizontalL,
    rowGap: tokens.spacingVerticalS,
    flexWrap: "wrap",
  },
  tools: { padding: 0, gap: tokens.spacingHorizontalXS, flexWrap: "wrap" },
  button: { whiteSpace: "nowrap", fontWeight: tokens.fontWeightRegular },
  end: {
    display: "flex",
    flexGrow: 1,
    justifyContent: "flex-end",
    "@media (max-width: 800px)": { justifyContent: "flex-start" },
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    flexWrap: "wrap",
  },
});

export interface Command {
  label: string;
  icon: JSX.Element;
  primary?: boolean;
  /** Why it cannot be done now; without one, it can. */
  reason?: string;
  run?: () => void;
  /** What to choose from, instead of running at once. */
  menu?: { label: string; run: () => void }[];
}

/** What can be done on a page; at its end, what changes the view. */
export function CommandBar(props: { commands: Command[]; children?: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      {props.commands.length > 0 && (
        <Toolbar aria-label="Commands" className={styles.tools}>
          {props.commands.map((command) => (
            <CommandButton key={command.label} command={command} />
          ))}
        </Toolbar>
      )}
      <div className={styles.end}>{props.children}</div>
    </div>
  );
}

function CommandButton({ command }: { command: Command }) {
  const styles = useStyles();
  const button = (
    <ToolbarButton
      className={styles.button}
      appearance={command.primary ? "primary" : "subtle"}
      icon={command.icon}
      disabledFocusable={Boolean(command.reason)}
      onClick={command.reason ? undefined : command.run}
    >
      {command.label}
    </ToolbarButton>
  );
  if (command.reason) {
    return (
      <Tooltip content={command.reason} relationship="description" withArrow>
        {button}
      </Tooltip>
    );
  }
  if (!command.menu) return button;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>{button}</MenuTrigger>
      <MenuPopover>
        <MenuList>
          {command.menu.map((item) => (
            <MenuItem key={item.label} onClick={item.run}>
              {item.label}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
