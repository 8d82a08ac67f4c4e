// Where the keyboard is: it comes back to where it was before something opened.

import { useEffect, useRef, useState } from "react";

/** Gives the focus back to what had it when this appeared, or to the page if that is gone. */
export function useReturnFocus() {
  const [before] = useState(() => document.activeElement);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      // After whatever else happens when this goes; not when React only tries it out.
      setTimeout(() => {
        if (!isGone.current) return;
        const wasElsewhere = document.activeElement !== document.body;
        if (wasElsewhere && document.activeElement?.isConnected) return;
        focusOn(before instanceof HTMLElement && before.isConnected ? before : undefined);
      });
    };
  }, [before]);
}

function focusOn(element: HTMLElement | undefined) {
  element?.focus();
  if (document.activeElement === document.body) focusPage();
}

/** Puts the keyboard at the beginning of the page's content. */
export function focusPage() {
  document.getElementById("content")?.focus({ preventScroll: true });
}
