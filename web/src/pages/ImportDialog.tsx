import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Spinner,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowUploadRegular } from "@fluentui/react-icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import {
  type ImportOptions,
  type ImportProgress,
  importSolution,
  type Staged,
  stageSolution,
} from "../api/solutions";
import { ErrorMessage } from "../ui/ErrorMessage";
import { Fact, Facts } from "../ui/Facts";
import { useReturnFocus } from "../ui/focus";
import { PageButton } from "../ui/links";
import { PackageType } from "./SolutionsPage";

const useStyles = makeStyles({
  content: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    paddingBottom: tokens.spacingVerticalS,
  },
  drop: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingVerticalXXL,
    textAlign: "center",
    cursor: "pointer",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
    backgroundColor: tokens.colorNeutralBackground2,
    ":hover": { backgroundColor: tokens.colorNeutralBackground2Hover },
    ":focus-within": {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: "-1px",
    },
  },
  over: { backgroundColor: tokens.colorBrandBackground2 },
  icon: { fontSize: "28px", lineHeight: 0, color: tokens.colorBrandForeground1 },
  file: { position: "absolute", opacity: 0, width: "1px", height: "1px", overflow: "hidden" },
  soft: { color: tokens.colorNeutralForeground2 },
  missing: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    paddingLeft: tokens.spacingHorizontalL,
    maxHeight: "160px",
    overflow: "auto",
  },
});

/** Imports a package from a file: shows what is in it, how far the import is, what was wrong. */
export function ImportDialog(props: { environment: string; base: string; close: () => void }) {
  const { environment, base, close } = props;
  const styles = useStyles();
  useReturnFocus();
  const queries = useQueryClient();
  const [file, setFile] = useState<File>();
  const [options, setOptions] = useState<ImportOptions>(DEFAULTS);
  const [progress, setProgress] = useState<ImportProgress>(START);
  const stage = useMutation({ mutationFn: (chosen: File) => stageSolution(base, chosen) });
  const run = useMutation({
    mutationFn: (staged: Staged) => importSolution(base, staged, options, setProgress),
    // Everything in the environment may be different now.
    onSuccess: () => queries.invalidateQueries(),
  });
  const actions = useRef<HTMLDivElement>(null);
  // The button that had the keyboard has gone.
  useEffect(() => {
    if (run.isSuccess) actions.current?.querySelector("a")?.focus();
  }, [run.isSuccess]);
  const staged = stage.data;
  const isBlocked = Boolean(staged && staged.missing.length > 0);
  const choose = (chosen: File) => {
    run.reset();
    setFile(chosen);
    setProgress(START);
    stage.mutate(chosen);
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && !run.isPending && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Import a solution</DialogTitle>
          <DialogContent className={styles.content}>
            {!run.isPending && !run.isSuccess && <FileChoice file={file} choose={choose} />}
            {stage.isPending && <Spinner size="small" label="Reading the package" />}
            {stage.error ? (
              <ErrorMessage title="This file cannot be imported" error={stage.error} />
            ) : null}
            {staged && <Found staged={staged} />}
            {staged && !isBlocked && run.isIdle && (
              <Choices staged={staged} options={options} onChange={setOptions} />
            )}
            {run.isPending && <Progress progress={progress} />}
            {run.error ? <ErrorMessage title="The import failed" error={run.error} /> : null}
            {run.isSuccess && (
              <MessageBar intent="success" role="status">
                <MessageBarBody>
                  <MessageBarTitle>{staged?.name}</MessageBarTitle> was imported.
                </MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions ref={actions}>
            {run.isSuccess && staged ? (
              <PageButton
                to="/environments/$environment/solutions/$solution"
                params={{ environment, solution: staged.uniqueName }}
              >
                Open the solution
              </PageButton>
            ) : (
              <Button
                appearance="primary"
                disabledFocusable={!staged || isBlocked || run.isPending}
                onClick={() => staged && !isBlocked && !run.isPending && run.mutate(staged)}
              >
                {run.isPending ? "Importing…" : "Import"}
              </Button>
            )}
            <Button onClick={() => !run.isPending && close()} disabledFocusable={run.isPending}>
              {run.isSuccess ? "Done" : "Cancel"}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

const DEFAULTS: ImportOptions = { overwrite: false, activate: true, variables: {} };
const START: ImportProgress = { percent: 0, step: "Waiting to begin" };

function FileChoice({ file, choose }: { file: File | undefined; choose: (file: File) => void }) {
  const styles = useStyles();
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const chosen = files?.[0];
    if (chosen) choose(chosen);
  };
  return (
    <label
      className={mergeClasses(styles.drop, isOver && styles.over)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <input
        type="file"
        accept=".zip,application/zip"
        aria-label="Package"
        className={styles.file}
        onChange={(event) => {
          take(event.target.files);
          // The same file can be chosen again after it was changed.
          event.target.value = "";
        }}
      />
      <span className={styles.icon}>
        <ArrowUploadRegular />
      </span>
      <Text weight="semibold">{file ? file.name : "Choose a package, or drop it here"}</Text>
      <Text size={200} className={styles.soft}>
        {file
          ? "Choose another one"
          : "A .zip file that was exported from an environment, managed or unmanaged."}
      </Text>
    </label>
  );
}

/** What the package is, and what it lacks. */
function Found({ staged }: { staged: Staged }) {
  const styles = useStyles();
  return (
    <>
      <Facts>
        <Fact term="Solution">{staged.name}</Fact>
        <Fact term="Publisher">{staged.publisher}</Fact>
        <Fact term="Version">
          {staged.version}
          {staged.installed && `, in place of ${staged.installed}`}
        </Fact>
        <Fact term="Package type">
          <PackageType isManaged={staged.isManaged} />
        </Fact>
      </Facts>
      {staged.missing.length > 0 && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            <MessageBarTitle>Something has to be there first</MessageBarTitle>
            <ul className={styles.missing}>
              {staged.missing.map((missing) => (
                <li key={`${missing.name}/${missing.neededBy}`}>
                  {missing.name} ({missing.kind}
                  {missing.solution && `, of ${missing.solution}`}), for {missing.neededBy}
                </li>
              ))}
            </ul>
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

function Choices(props: {
  staged: Staged;
  options: ImportOptions;
  onChange: (options: ImportOptions) => void;
}) {
  const { staged, options, onChange } = props;
  return (
    <>
      {staged.variables.map((name) => (
        <Field key={name} label={name} hint="An environment variable. It can be set later, too.">
          <Input
            value={options.variables[name] ?? ""}
            onChange={(_, { value }) =>
              onChange({ ...options, variables: { ...options.variables, [name]: value } })
            }
          />
        </Field>
      ))}
      <div>
        <Checkbox
          label="Turn on flows and plug-in steps"
          checked={options.activate}
          onChange={(_, data) => onChange({ ...options, activate: data.checked === true })}
        />
        {staged.isManaged && (
          <Checkbox
            label="Overwrite changes that were made here"
            checked={options.overwrite}
            onChange={(_, data) => onChange({ ...options, overwrite: data.checked === true })}
          />
        )}
      </div>
    </>
  );
}

function Progress({ progress }: { progress: ImportProgress }) {
  return (
    <Field label={progress.step} validationState="none">
      <ProgressBar aria-label="Import" value={progress.percent / 100} thickness="large" />
    </Field>
  );
}
