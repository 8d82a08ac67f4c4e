import {
  Avatar,
  Button,
  Link,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Text,
  Tooltip,
  tokens,
} from "@fluentui/react-components";
import {
  AppsListDetailRegular,
  BoxMultipleRegular,
  DatabaseRegular,
  HomeRegular,
  WeatherMoonRegular,
  WeatherSunnyRegular,
} from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { type JSX, type ReactNode, use } from "react";
import { portal, signOut } from "../api/auth";
import { environmentsQuery } from "../api/environments";
import { EnvironmentPicker } from "./EnvironmentPicker";
import { SchemeContext, useUser } from "./session";

const useStyles = makeStyles({
  root: { display: "grid", gridTemplateRows: "auto 1fr", minHeight: "100vh" },
  top: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    padding: `0 ${tokens.spacingHorizontalL}`,
    height: "52px",
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    position: "sticky",
    top: 0,
    zIndex: 10,
  },
  mark: {
    width: "26px",
    height: "26px",
    borderRadius: "7px",
    display: "grid",
    placeItems: "center",
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    fontWeight: tokens.fontWeightBold,
  },
  grow: { flexGrow: 1 },
  tenant: { color: tokens.colorNeutralForeground2 },
  body: {
    display: "grid",
    gridTemplateColumns: "224px 1fr",
    backgroundColor: tokens.colorNeutralBackground2,
    "@media (max-width: 800px)": { gridTemplateColumns: "1fr" },
  },
  side: {
    padding: tokens.spacingVerticalL,
    display: "flex",
    flexDirection: "column",
    gap: "2px",
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    "@media (max-width: 800px)": {
      flexDirection: "row",
      padding: tokens.spacingVerticalXS,
      overflowX: "auto",
      borderRight: "none",
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  section: {
    color: tokens.colorNeutralForeground3,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS}`,
    "@media (max-width: 800px)": { display: "none" },
  },
  item: {
    justifyContent: "flex-start",
    fontWeight: tokens.fontWeightRegular,
    minWidth: "max-content",
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
  },
  skip: {
    position: "absolute",
    left: "-9999px",
    ":focus": { left: tokens.spacingHorizontalM, top: tokens.spacingVerticalM, zIndex: 20 },
  },
});

/** The frame of every page: top bar, navigation, content. */
export function Shell() {
  const styles = useStyles();
  const navigate = useNavigate();
  const { environment } = useParams({ strict: false });
  const info = useQuery({ queryKey: ["portal"], queryFn: portal });
  return (
    <div className={styles.root}>
      <Link href="#content" className={styles.skip}>
        Skip to the content
      </Link>
      <header className={styles.top}>
        <div className={styles.mark} aria-hidden>
          F
        </div>
        <Text weight="semibold" size={400}>
          Freehold
        </Text>
        <Text className={styles.tenant}>{info.data?.tenantName}</Text>
        <div className={styles.grow} />
        <EnvironmentPicker
          current={environment}
          onPick={(name) =>
            navigate({ to: "/environments/$environment", params: { environment: name } })
          }
        />
        <SchemeButton />
        <AccountMenu />
      </header>
      <div className={styles.body}>
        <Navigation environment={environment} />
        <main id="content">
          <Outlet />
        </main>
      </div>
    </div>
  );
}

function Navigation({ environment }: { environment: string | undefined }) {
  const styles = useStyles();
  const environments = useQuery(environmentsQuery);
  const here = environments.data?.find((other) => other.name === environment);
  const base = `/environments/${environment}`;
  return (
    <nav className={styles.side} aria-label="Main">
      <NavItem icon={<AppsListDetailRegular />} to="/environments" exact>
        Environments
      </NavItem>
      {environment && (
        <>
          <Text size={200} weight="semibold" className={styles.section}>
            {here?.properties.displayName ?? "Environment"}
          </Text>
          <NavItem icon={<HomeRegular />} to={base} exact>
            Overview
          </NavItem>
          {here?.properties.linkedEnvironmentMetadata && (
            <>
              <NavItem icon={<BoxMultipleRegular />} to={`${base}/solutions`}>
                Solutions
              </NavItem>
              <NavItem icon={<DatabaseRegular />} to={`${base}/tables`}>
                Tables
              </NavItem>
            </>
          )}
        </>
      )}
    </nav>
  );
}

function NavItem(props: { icon: JSX.Element; to: string; exact?: boolean; children: ReactNode }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isCurrent = props.exact ? path === props.to : path.startsWith(props.to);
  return (
    <Button
      as="a"
      appearance="subtle"
      icon={props.icon}
      href={props.to}
      aria-current={isCurrent ? "page" : undefined}
      className={mergeClasses(styles.item, isCurrent && styles.current)}
      onClick={(event) => {
        event.preventDefault();
        navigate({ to: props.to });
      }}
    >
      {props.children}
    </Button>
  );
}

function SchemeButton() {
  const { scheme, choose } = use(SchemeContext);
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip content={`Switch to ${other}`} relationship="label">
      <Button
        appearance="subtle"
        icon={scheme === "dark" ? <WeatherSunnyRegular /> : <WeatherMoonRegular />}
        onClick={() => choose(other)}
      />
    </Tooltip>
  );
}

function AccountMenu() {
  const user = useUser();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" shape="circular" aria-label={`Account of ${user.name}`}>
          <Avatar name={user.name} size={28} color="brand" />
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <div style={{ padding: 8 }}>
          <Text weight="semibold" block>
            {user.name}
          </Text>
          <Text size={200}>{user.upn}</Text>
        </div>
        <MenuDivider />
        <MenuList>
          <MenuItem onClick={() => signOut()}>Sign out</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
