import {
  Button,
  Card,
  makeStyles,
  mergeClasses,
  Text,
  Tooltip,
  tokens,
} from "@fluentui/react-components";
import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { type ReactNode, useState } from "react";

const useStyles = makeStyles({
  section: {
    padding: tokens.spacingHorizontalXL,
    boxShadow: tokens.shadow2,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    gap: tokens.spacingVerticalL,
    minWidth: 0,
  },
  heading: { margin: 0 },
  facts: {
    display: "grid",
    gridTemplateColumns: "minmax(104px, max-content) minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalXL,
    rowGap: tokens.spacingVerticalS,
    alignItems: "baseline",
    margin: 0,
    "@media (max-width: 480px)": { gridTemplateColumns: "minmax(0, 1fr)", rowGap: "2px" },
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: {
    margin: 0,
    overflowWrap: "anywhere",
    "@media (max-width: 480px)": { marginBottom: tokens.spacingVerticalS },
  },
  copied: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** A part of a page with a heading. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <Card className={styles.section}>
      <Text as="h2" weight="semibold" size={400} className={styles.heading}>
        {title}
      </Text>
      {children}
    </Card>
  );
}

/** What is known of something: terms and values. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={useStyles().facts}>{children}</dl>;
}

export function Fact({ term, children }: { term: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.value}>{children}</dd>
    </>
  );
}

/** A text that people take elsewhere, with a button that copies it. */
export function Copied({ what, text }: { what: string; text: string }) {
  const styles = useStyles();
  const [isCopied, setCopied] = useState(false);
  const label = isCopied ? "Copied" : `Copy ${what}`;
  return (
    <span className={styles.copied}>
      <span className={mergeClasses(styles.value, styles.code)} style={{ marginBottom: 0 }}>
        {text}
      </span>
      <Tooltip content={label} relationship="label">
        <Button
          size="small"
          appearance="transparent"
          icon={isCopied ? <CheckmarkRegular /> : <CopyRegular />}
          onBlur={() => setCopied(false)}
          onClick={async () => {
            await navigator.clipboard.writeText(text);
            setCopied(true);
          }}
        />
      </Tooltip>
    </span>
  );
}
