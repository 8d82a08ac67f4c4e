// Messages that say what has been done, and go away by themselves. They never take the keyboard:
// whoever works with it goes on where he is.

import { MessageBar, MessageBarBody, makeStyles, tokens } from "@fluentui/react-components";
import { useSyncExternalStore } from "react";

interface Notice {
  id: number;
  text: string;
}

const SHOWN_MS = 6000;

let notices: readonly Notice[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: readonly Notice[]) {
  notices = next;
  for (const listener of listeners) listener();
}

/** Says that something has been done; screen readers say it too. */
export function notify(text: string) {
  const id = ++last;
  change([...notices, { id, text }]);
  setTimeout(() => change(notices.filter((notice) => notice.id !== id)), SHOWN_MS);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const useStyles = makeStyles({
  root: {
    position: "fixed",
    right: tokens.spacingHorizontalL,
    bottom: tokens.spacingVerticalL,
    zIndex: 2_000_000,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    width: "min(360px, calc(100vw - 32px))",
    pointerEvents: "none",
  },
  notice: { boxShadow: tokens.shadow16, borderRadius: tokens.borderRadiusMedium },
});

/** Where the messages appear. */
export function Notices() {
  const styles = useStyles();
  const shown = useSyncExternalStore(subscribe, () => notices);
  return (
    <div className={styles.root} aria-live="polite">
      {shown.map((notice) => (
        <MessageBar key={notice.id} intent="success" layout="multiline" className={styles.notice}>
          <MessageBarBody>{notice.text}</MessageBarBody>
        </MessageBar>
      ))}
    </div>
  );
}
