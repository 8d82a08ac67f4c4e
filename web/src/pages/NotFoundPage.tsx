import { Link } from "@fluentui/react-components";
import { Page } from "../ui/Page";

/** There is no such page. */
export function NotFoundPage() {
  return (
    <Page title="There is no such page" subtitle="The address may be old, or mistyped.">
      <Link href="/environments">Go to your environments</Link>
    </Page>
  );
}
