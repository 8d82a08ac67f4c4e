import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { ApiError, Unreachable } from "../api/http";

const useStyles = makeStyles({
  message: { whiteSpace: "pre-line", overflowWrap: "anywhere" },
  details: {
    display: "block",
    marginTop: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    fontFamily: tokens.fontFamilyMonospace,
    overflowWrap: "anywhere",
  },
  body: { paddingTop: tokens.spacingVerticalS, paddingBottom: tokens.spacingVerticalS },
});

/** What went wrong, in the server's words, with the code and request id for whoever looks into it. */
export function ErrorMessage(props: { error: unknown; title?: string; retry?: () => void }) {
  const styles = useStyles();
  const { error, retry } = props;
  const message = error instanceof Error ? error.message : String(error);
  const details = detailsOf(error);
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody className={styles.body}>
        <MessageBarTitle>{props.title ?? titleOf(error)}</MessageBarTitle>{" "}
        <span className={styles.message}>{message}</span>
        {details && <span className={styles.details}>{details}</span>}
      </MessageBarBody>
      {retry && (
        <MessageBarActions>
          <Button onClick={retry}>Try again</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

function titleOf(error: unknown): string {
  if (error instanceof Unreachable) return "No connection";
  if (!(error instanceof ApiError)) return "That did not work";
  if (error.status === 403) return "That is not open to you";
  if (error.status === 404) return "That is not here, or not open to you";
  if (error.status === 412) return "Somebody else was faster";
  return error.status >= 500 ? "The server could not do that" : "That did not work";
}

function detailsOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "";
  const parts = [error.code, error.requestId && `Request ${error.requestId}`];
  return parts.filter(Boolean).join(" · ");
}
