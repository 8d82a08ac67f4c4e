import { Page } from "../ui/Page";

/** A page that could not be drawn: a fault of the portal. */
export function FailedPage({ error, reset }: { error: unknown; reset: () => void }) {
  return <Page title="This page failed" error={error} retry={reset} />;
}
