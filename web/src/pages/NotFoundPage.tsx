import { CompassNorthwestRegular } from "@fluentui/react-icons";
import { EmptyState } from "../ui/EmptyState";
import { PageButton } from "../ui/links";
import { Page } from "../ui/Page";

/** There is no such page. */
export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <EmptyState
        icon={<CompassNorthwestRegular />}
        title="Nothing is at this address"
        action={<PageButton to="/environments">Go to your environments</PageButton>}
      >
        It may be old, or mistyped.
      </EmptyState>
    </Page>
  );
}
