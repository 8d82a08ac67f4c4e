import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

const useStyles = makeStyles({
  root: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    textAlign: "center",
    gap: tokens.spacingVerticalM,
    padding: `56px ${tokens.spacingHorizontalXXL}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  icon: {
    display: "grid",
    placeItems: "center",
    width: "64px",
    height: "64px",
    borderRadius: tokens.borderRadiusCircular,
    fontSize: "32px",
    color: tokens.colorBrandForeground1,
    backgroundColor: tokens.colorBrandBackground2,
  },
  text: { color: tokens.colorNeutralForeground2, maxWidth: "52ch" },
});

/** Nothing here yet: says what belongs here and what to do next. */
export function EmptyState(props: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <div className={styles.icon} aria-hidden>
        {props.icon}
      </div>
      <Text as="h2" size={500} weight="semibold" style={{ margin: 0 }}>
        {props.title}
      </Text>
      <Text className={styles.text}>{props.children}</Text>
      {props.action}
    </div>
  );
}
