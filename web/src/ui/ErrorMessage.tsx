import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from "@fluentui/react-components";
import { ApiError } from "../api/http";

/** What went wrong, in the server's words, with the code and request id for whoever looks into it. */
export function ErrorMessage({ error, retry }: { error: unknown; retry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const details =
    error instanceof ApiError
      ? [error.code, error.requestId && `Request ${error.requestId}`].filter(Boolean).join(" · ")
      : "";
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>
        <MessageBarTitle>That did not work</MessageBarTitle>
        <span style={{ whiteSpace: "pre-line" }}>{message}</span>
        {details && <div style={{ opacity: 0.75, fontSize: 12, marginTop: 4 }}>{details}</div>}
      </MessageBarBody>
      {retry && (
        <MessageBarActions>
          <Button onClick={retry}>Try again</Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
