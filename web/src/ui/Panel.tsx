import {
  Button,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  ProgressBar,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { ErrorMessage } from "./ErrorMessage";
import { useReturnFocus } from "./focus";

const useStyles = makeStyles({
  surface: { width: "min(480px, 100vw)" },
  form: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: `${tokens.spacingVerticalXS} 0 ${tokens.spacingVerticalXXL}`,
  },
  footer: {
    flexDirection: "column",
    alignItems: "stretch",
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  buttons: { display: "flex", gap: tokens.spacingHorizontalS },
});

/** A form at the side of the page: for making or changing one thing. */
export function Panel(props: {
  title: string;
  action: string;
  /** What the button says while it works. */
  working: string;
  run: () => Promise<unknown>;
  close: () => void;
  /** What there is to fill in is not known yet. */
  pending?: boolean;
  children: ReactNode;
}) {
  const styles = useStyles();
  const form = useRef<HTMLFormElement>(null);
  useReturnFocus();
  // The first thing to fill in, not the button that closes.
  useEffect(() => {
    if (props.pending) return;
    form.current?.querySelector<HTMLElement>("input, textarea, [role=combobox]")?.focus();
  }, [props.pending]);
  const save = useMutation({ mutationFn: props.run, onSuccess: props.close });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!props.pending && !save.isPending) save.mutate();
  };
  return (
    <OverlayDrawer
      open
      position="end"
      className={styles.surface}
      aria-label={props.title}
      onOpenChange={(_, data) => !data.open && props.close()}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label="Close"
              icon={<DismissRegular />}
              onClick={props.close}
            />
          }
        >
          {props.title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <form id="panel" ref={form} className={styles.form} onSubmit={submit}>
          {props.children}
        </form>
      </DrawerBody>
      <DrawerFooter className={styles.footer}>
        {save.error ? <ErrorMessage error={save.error} /> : null}
        {save.isPending && <ProgressBar aria-label={props.working} />}
        <div className={styles.buttons}>
          <Button
            appearance="primary"
            type="submit"
            form="panel"
            disabledFocusable={props.pending || save.isPending}
          >
            {save.isPending ? props.working : props.action}
          </Button>
          <Button onClick={props.close}>Cancel</Button>
        </div>
      </DrawerFooter>
    </OverlayDrawer>
  );
}
