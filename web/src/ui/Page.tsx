import { makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import { type ReactNode, useEffect } from "react";
import { ErrorMessage } from "./ErrorMessage";

const useStyles = makeStyles({
  root: {
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL}`,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    maxWidth: "1440px",
    width: "100%",
    boxSizing: "border-box",
  },
  head: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalM, flexWrap: "wrap" },
  title: { margin: 0 },
  subtitle: { color: tokens.colorNeutralForeground2 },
});

/** A page: title, what it is about, its commands, and its content or why there is none. */
export function Page(props: {
  title: string;
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
        <div className={styles.head}>
          <Text as="h1" size={700} weight="semibold" className={styles.title}>
            {props.title}
          </Text>
          {props.badge}
        </div>
        {props.subtitle && <Text className={styles.subtitle}>{props.subtitle}</Text>}
      </div>
      {props.commands}
      {props.error ? <ErrorMessage error={props.error} retry={props.retry} /> : null}
      {props.pending ? <Spinner label="Loading" style={{ padding: 48 }} /> : props.children}
    </div>
  );
}
