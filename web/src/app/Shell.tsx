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
  Text,
  Tooltip,
  tokens,
} from "@fluentui/react-components";
import { SignOutRegular, WeatherMoonRegular, WeatherSunnyRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { use, useEffect } from "react";
import { portal, signOut } from "../api/auth";
import { focusPage } from "../ui/focus";
import { PageLink } from "../ui/links";
import { TYPE_COLOR } from "../ui/types";
import { EnvironmentPicker } from "./EnvironmentPicker";
import { Navigation, useHere } from "./Navigation";
import { SchemeContext, useUser } from "./session";

const useStyles = makeStyles({
  root: { display: "grid", gridTemplateRows: "auto 1fr", minHeight: "100vh" },
  top: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalL}`,
    height: "52px",
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    position: "sticky",
    top: 0,
    zIndex: 10,
    "@media (max-width: 480px)": { padding: `0 ${tokens.spacingHorizontalS}` },
  },
  // The type of the environment that one is in: nobody should mistake production.
  stripe: { position: "absolute", left: 0, right: 0, bottom: "-1px", height: "2px" },
  home: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    color: tokens.colorNeutralForeground1,
    ":hover": { textDecorationLine: "none", color: tokens.colorNeutralForeground1 },
  },
  mark: { display: "block", width: "28px", height: "28px" },
  product: { "@media (max-width: 480px)": { display: "none" } },
  tenant: {
    color: tokens.colorNeutralForeground2,
    paddingLeft: tokens.spacingHorizontalM,
    marginLeft: tokens.spacingHorizontalXS,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    whiteSpace: "nowrap",
    overflow: "hidden",
    textOverflow: "ellipsis",
    "@media (max-width: 800px)": { display: "none" },
  },
  grow: { flexGrow: 1 },
  body: {
    display: "grid",
    gridTemplateColumns: "232px minmax(0, 1fr)",
    alignItems: "stretch",
    "@media (max-width: 800px)": {
      gridTemplateColumns: "minmax(0, 1fr)",
      gridTemplateRows: "auto 1fr",
    },
  },
  content: { minWidth: 0, ":focus": { outline: "none" } },
  account: { minWidth: "auto" },
  person: { padding: tokens.spacingHorizontalS, display: "flex", gap: tokens.spacingHorizontalM },
  skip: {
    position: "absolute",
    left: "-9999px",
    ":focus": {
      left: tokens.spacingHorizontalM,
      top: tokens.spacingVerticalM,
      padding: tokens.spacingHorizontalS,
      backgroundColor: tokens.colorNeutralBackground1,
      zIndex: 20,
    },
  },
});

/** The frame of every page: top bar, navigation, content. */
export function Shell() {
  const styles = useStyles();
  const here = useHere();
  const info = useQuery({ queryKey: ["portal"], queryFn: portal });
  useFocusOnNewPage();
  const tenant = info.data?.tenantName;
  return (
    <div className={styles.root}>
      <Link href="#content" className={styles.skip}>
        Skip to the content
      </Link>
      <header className={styles.top}>
        <PageLink to="/environments" className={styles.home} aria-label="Freehold, environments">
          <img src="/favicon.svg" alt="" className={styles.mark} />
          <Text weight="semibold" size={400} className={styles.product}>
            Freehold
          </Text>
        </PageLink>
        {tenant && tenant !== "Freehold" && <Text className={styles.tenant}>{tenant}</Text>}
        <div className={styles.grow} />
        <EnvironmentPicker />
        <SchemeButton />
        <AccountMenu />
        {here && (
          <div
            className={styles.stripe}
            style={{ backgroundColor: TYPE_COLOR[here.properties.environmentSku]?.line }}
          />
        )}
      </header>
      <div className={styles.body}>
        <Navigation version={info.data?.version} />
        <main id="content" tabIndex={-1} className={styles.content}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** Whoever goes to another page hears its beginning, not the rest of the old one. */
function useFocusOnNewPage() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onResolved", ({ fromLocation, pathChanged }) => {
        if (fromLocation && pathChanged) focusPage();
      }),
    [router],
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
  const styles = useStyles();
  const user = useUser();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          shape="circular"
          className={styles.account}
          aria-label={`Account of ${user.name}`}
          icon={<Avatar name={user.name} size={28} color="brand" aria-hidden />}
        />
      </MenuTrigger>
      <MenuPopover>
        <div className={styles.person}>
          <Avatar name={user.name} size={40} color="brand" aria-hidden />
          <div>
            <Text weight="semibold" block>
              {user.name}
            </Text>
            <Text size={200}>{user.upn}</Text>
          </div>
        </div>
        <MenuDivider />
        <MenuList>
          <MenuItem icon={<SignOutRegular />} onClick={() => signOut()}>
            Sign out
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
