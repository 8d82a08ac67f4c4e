import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import {
  BoxMultipleFilled,
  BoxMultipleRegular,
  bundleIcon,
  DatabaseFilled,
  DatabaseRegular,
  GlobeFilled,
  GlobeRegular,
  HomeFilled,
  HomeRegular,
} from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { createLink, useParams } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { environmentsQuery } from "../api/environments";

const icons = {
  environments: bundleIcon(GlobeFilled, GlobeRegular),
  overview: bundleIcon(HomeFilled, HomeRegular),
  solutions: bundleIcon(BoxMultipleFilled, BoxMultipleRegular),
  tables: bundleIcon(DatabaseFilled, DatabaseRegular),
};

const useStyles = makeStyles({
  side: {
    position: "sticky",
    top: "52px",
    maxHeight: "calc(100vh - 52px)",
    minHeight: "calc(100vh - 52px)",
    boxSizing: "border-box",
    overflowY: "auto",
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalS}`,
    display: "flex",
    flexDirection: "column",
    gap: "2px",
    backgroundColor: tokens.colorNeutralBackground2,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    "@media (max-width: 800px)": {
      flexDirection: "row",
      padding: tokens.spacingVerticalXS,
      overflowX: "auto",
      minHeight: 0,
      zIndex: 9,
      borderRight: "none",
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  section: {
    color: tokens.colorNeutralForeground2,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS}`,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    "@media (max-width: 800px)": { display: "none" },
  },
  foot: {
    marginTop: "auto",
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM} 0`,
    color: tokens.colorNeutralForeground3,
    "@media (max-width: 800px)": { display: "none" },
  },
  item: {
    position: "relative",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    height: "36px",
    padding: `0 ${tokens.spacingHorizontalM}`,
    flexShrink: 0,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    ":hover": { backgroundColor: tokens.colorNeutralBackground2Hover },
    "@media (max-width: 480px)": {
      padding: `0 ${tokens.spacingHorizontalS}`,
      fontSize: tokens.fontSizeBase200,
    },
    ":focus-visible": {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: "-2px",
    },
  },
  icon: {
    fontSize: "20px",
    display: "flex",
    "@media (max-width: 480px)": { display: "none" },
  },
  current: {
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorNeutralBackground1Selected,
    "& [data-icon]": { color: tokens.colorBrandForeground1 },
    "::before": {
      content: '""',
      position: "absolute",
      left: 0,
      top: "9px",
      bottom: "9px",
      width: "3px",
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorBrandBackground,
      "@media (max-width: 800px)": {
        left: tokens.spacingHorizontalS,
        right: tokens.spacingHorizontalS,
        top: "auto",
        bottom: 0,
        width: "auto",
        height: "3px",
      },
    },
  },
});

/** The environment that the address names, if it is in the list. */
export function useHere() {
  const { environment } = useParams({ strict: false });
  const environments = useQuery(environmentsQuery);
  return environments.data?.find((other) => other.name === environment);
}

export function Navigation({ version }: { version: string | undefined }) {
  const styles = useStyles();
  const here = useHere();
  const environment = here?.name ?? "";
  return (
    <nav className={styles.side} aria-label="Main">
      <Item icon="environments" to="/environments" activeOptions={{ exact: true }}>
        Environments
      </Item>
      {here && (
        <>
          <Text size={200} weight="semibold" className={styles.section}>
            {here.properties.displayName}
          </Text>
          <Item
            icon="overview"
            to="/environments/$environment"
            params={{ environment }}
            activeOptions={{ exact: true }}
          >
            Overview
          </Item>
          {here.properties.linkedEnvironmentMetadata && (
            <>
              <Item
                icon="solutions"
                to="/environments/$environment/solutions"
                params={{ environment }}
              >
                Solutions
              </Item>
              <Item icon="tables" to="/environments/$environment/tables" params={{ environment }}>
                Tables
              </Item>
            </>
          )}
        </>
      )}
      {version && (
        <Text size={200} className={styles.foot}>
          Version {version}
        </Text>
      )}
    </nav>
  );
}

function Anchor({
  icon,
  children,
  ...props
}: ComponentProps<"a"> & { icon: keyof typeof icons; "data-status"?: string }) {
  const styles = useStyles();
  const isCurrent = props["data-status"] === "active";
  const Icon = icons[icon];
  return (
    <a {...props} className={mergeClasses(styles.item, isCurrent && styles.current)}>
      <span data-icon className={styles.icon}>
        <Icon filled={isCurrent} />
      </span>
      {children}
    </a>
  );
}

const Item = createLink(Anchor);
