import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  MessageBar,
  MessageBarBody,
  ProgressBar,
} from "@fluentui/react-components";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ImportProgress, importSolution } from "../api/dataverse";
import { ErrorMessage } from "../ui/ErrorMessage";

/** Imports a package from a file, and says how far it is and what was wrong. */
export function ImportDialog({ base, close }: { base: string; close: () => void }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<ImportProgress>();
  const run = useMutation({
    mutationFn: (chosen: File) => importSolution(base, chosen, setProgress),
    // Everything in the environment may be different now.
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !run.isPending && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Import a solution</DialogTitle>
          <DialogContent>
            <div style={{ display: "flex", flexDirection: "column", gap: 16 }}>
              <Field
                label="Package"
                hint="A .zip file that was exported from an environment, managed or unmanaged."
              >
                <input
                  type="file"
                  accept=".zip,application/zip"
                  aria-label="Package"
                  disabled={run.isPending}
                  onChange={(event) => {
                    run.reset();
                    setFile(event.target.files?.[0]);
                  }}
                />
              </Field>
              {run.isPending && (
                <Field label={progress?.step ?? "Starting"}>
                  <ProgressBar
                    aria-label="Import"
                    value={(progress?.percent ?? 0) / 100}
                    thickness="large"
                  />
                </Field>
              )}
              {run.error ? <ErrorMessage error={run.error} /> : null}
              {run.isSuccess && (
                <MessageBar intent="success" role="status">
                  <MessageBarBody>{file?.name} was imported.</MessageBarBody>
                </MessageBar>
              )}
            </div>
          </DialogContent>
          <DialogActions>
            <Button onClick={close} disabledFocusable={run.isPending}>
              {run.isSuccess ? "Done" : "Cancel"}
            </Button>
            {!run.isSuccess && (
              <Button
                appearance="primary"
                disabledFocusable={!file || run.isPending}
                onClick={() => file && !run.isPending && run.mutate(file)}
              >
                Import
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
