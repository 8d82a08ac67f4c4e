import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { ErrorMessage } from "./ErrorMessage";
import { useReturnFocus } from "./focus";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL },
  text: { margin: 0 },
});

/** Asks before something is lost; the name has to be typed where much would be. */
export function ConfirmDialog(props: {
  title: string;
  action: string;
  /** What the button says while it works. */
  working: string;
  children: ReactNode;
  typeName?: string;
  run: () => Promise<unknown>;
  close: () => void;
}) {
  const styles = useStyles();
  useReturnFocus();
  const [typed, setTyped] = useState("");
  const confirm = useMutation({ mutationFn: props.run, onSuccess: props.close });
  const isReady = !props.typeName || typed === props.typeName;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !confirm.isPending) confirm.mutate();
  };
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && props.close()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent className={styles.content}>
              <p className={styles.text}>{props.children}</p>
              {props.typeName && (
                <Field label={`Type ${props.typeName} to confirm`}>
                  <Input value={typed} onChange={(_, data) => setTyped(data.value)} />
                </Field>
              )}
              {confirm.error ? <ErrorMessage error={confirm.error} /> : null}
            </DialogContent>
            <DialogActions>
              <Button
                appearance="primary"
                type="submit"
                disabledFocusable={!isReady || confirm.isPending}
              >
                {confirm.isPending ? props.working : props.action}
              </Button>
              <Button onClick={props.close}>Cancel</Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
