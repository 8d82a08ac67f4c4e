// Links of the look that know the router: a plain click stays in the portal, others open a tab.

import { Button, Link } from "@fluentui/react-components";
import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";

function Anchor(props: ComponentProps<"a">) {
  return <Link {...props} appearance="default" as="a" />;
}

function AnchorButton({
  look = "primary",
  ...props
}: ComponentProps<"a"> & { look?: "primary" | "secondary" }) {
  return <Button {...props} as="a" appearance={look} />;
}

/** A link to a page of the portal. */
export const PageLink = createLink(Anchor);

/** A link to a page of the portal that looks like a button. */
export const PageButton = createLink(AnchorButton);
