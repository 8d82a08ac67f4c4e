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
} from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ErrorMessage } from "./ErrorMessage";

/** Asks before something is lost; the name has to be typed where much would be. */
export function ConfirmDialog(props: {
  title: string;
  action: string;
  children: ReactNode;
  typeName?: string;
  run: () => Promise<unknown>;
  close: () => void;
}) {
  const [typed, setTyped] = useState("");
  const mutation = useMutation({ mutationFn: props.run, onSuccess: props.close });
  const isReady = !props.typeName || typed === props.typeName;
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && props.close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{props.title}</DialogTitle>
          <DialogContent>
            <p style={{ marginTop: 0 }}>{props.children}</p>
            {props.typeName && (
              <Field label={`Type ${props.typeName} to confirm`}>
                <Input value={typed} onChange={(_, data) => setTyped(data.value)} />
              </Field>
            )}
            {mutation.error ? <ErrorMessage error={mutation.error} /> : null}
          </DialogContent>
          <DialogActions>
            <Button onClick={props.close}>Cancel</Button>
            <Button
              appearance="primary"
              disabledFocusable={!isReady || mutation.isPending}
              onClick={() => isReady && mutation.mutate()}
            >
              {mutation.isPending ? "Working…" : props.action}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
