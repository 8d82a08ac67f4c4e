import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  makeStyles,
  Skeleton,
  SkeletonItem,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useQueryClient } from "@tanstack/react-query";
import { Fragment, type ReactNode, useEffect } from "react";
import { ErrorMessage } from "./ErrorMessage";

const useStyles = makeStyles({
  root: {
    padding: `${tokens.spacingVerticalXL} ${tokens.spacingHorizontalXXXL} ${tokens.spacingVerticalXXXL}`,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    maxWidth: "1600px",
    width: "100%",
    minWidth: 0,
    boxSizing: "border-box",
    "@media (max-width: 800px)": {
      padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalXXL}`,
    },
  },
  trail: {
    marginBottom: tokens.spacingVerticalXS,
    "@media (max-width: 480px)": { display: "none" },
  },
  head: {
    display: "flex",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXS,
    flexWrap: "wrap",
  },
  title: { margin: 0, overflowWrap: "anywhere" },
  subtitle: {
    display: "block",
    marginTop: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
    overflowWrap: "anywhere",
  },
  waiting: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
});

/** A page: where it is, its title and commands, and its content or why there is none. */
export function Page(props: {
  title: string;
  /** Links to the pages above. */
  trail?: ReactNode[];
  badge?: ReactNode;
  subtitle?: ReactNode;
  commands?: ReactNode;
  pending?: boolean;
  error?: unknown;
  retry?: () => void;
  children?: ReactNode;
}) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${props.title} · Freehold`;
  }, [props.title]);
  return (
    <div className={styles.root}>
      <div>
        {props.trail && <Trail parts={props.trail} />}
        <div className={styles.head}>
          <Text as="h1" size={600} weight="semibold" className={styles.title}>
            {props.title}
          </Text>
          {props.badge}
        </div>
        {props.subtitle && <Text className={styles.subtitle}>{props.subtitle}</Text>}
      </div>
      {props.commands}
      <Content {...props} />
    </div>
  );
}

/** Content, or why there is none yet. */
export function Content(props: {
  error?: unknown;
  /** How to try again; without one, what was asked in vain is asked again. */
  retry?: () => void;
  pending?: boolean;
  children?: ReactNode;
}) {
  const queries = useQueryClient();
  const askAgain = () =>
    queries.resetQueries({ predicate: (query) => query.state.status === "error" });
  if (props.error) return <ErrorMessage error={props.error} retry={props.retry ?? askAgain} />;
  return props.pending ? <Waiting /> : props.children;
}

function Trail({ parts }: { parts: ReactNode[] }) {
  return (
    <Breadcrumb aria-label="Where you are" size="small" className={useStyles().trail}>
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a part is what it is.
        <Fragment key={at}>
          <BreadcrumbItem>{part}</BreadcrumbItem>
          {at < parts.length - 1 && <BreadcrumbDivider />}
        </Fragment>
      ))}
    </Breadcrumb>
  );
}

/** What stands where content will be. */
function Waiting() {
  return (
    <Skeleton aria-label="Loading" className={useStyles().waiting}>
      {[100, 96, 98, 90, 94].map((width) => (
        <SkeletonItem key={width} size={32} style={{ width: `${width}%` }} />
      ))}
    </Skeleton>
  );
}
