import {
  Button,
  Input,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ChevronDownRegular, GlobeRegular, SearchRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { environmentsQuery } from "../api/environments";
import { TypeBadge } from "../ui/TypeBadge";
import { matches } from "../ui/view";

/** From so many environments on, one wants to search. */
const MANY = 8;

const useStyles = makeStyles({
  button: { minWidth: 0, flexShrink: 1, fontWeight: tokens.fontWeightRegular },
  here: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minWidth: 0,
  },
  name: {
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    maxWidth: "220px",
    "@media (max-width: 640px)": { maxWidth: "96px" },
  },
  badge: { display: "contents", "@media (max-width: 480px)": { display: "none" } },
  popover: { maxHeight: "70vh", overflow: "auto", minWidth: "280px" },
  find: { margin: tokens.spacingVerticalXS, display: "flex" },
  none: { padding: tokens.spacingHorizontalM, color: tokens.colorNeutralForeground2 },
});

/** Says in which environment one is, and lets one go to another. */
export function EnvironmentPicker() {
  const styles = useStyles();
  const navigate = useNavigate();
  const { environment: current } = useParams({ strict: false });
  const [find, setFind] = useState("");
  const environments = useQuery(environmentsQuery);
  const all = environments.data ?? [];
  const here = all.find((environment) => environment.name === current);
  const shown = all.filter(({ properties }) => matches(find, properties.displayName));
  const go = (name: string | undefined) =>
    name && navigate({ to: "/environments/$environment", params: { environment: name } });
  return (
    <Menu
      checkedValues={{ environment: current ? [current] : [] }}
      onCheckedValueChange={(_, data) => go(data.checkedItems[0])}
      onOpenChange={() => setFind("")}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          className={styles.button}
          icon={<GlobeRegular />}
          aria-label={
            here
              ? `Environment ${here.properties.displayName}, ${here.properties.environmentSku}`
              : "Choose an environment"
          }
        >
          <span className={styles.here}>
            <span className={styles.name}>{here?.properties.displayName ?? "Environments"}</span>
            {here && (
              <span className={styles.badge}>
                <TypeBadge type={here.properties.environmentSku} />
              </span>
            )}
            <ChevronDownRegular />
          </span>
        </Button>
      </MenuTrigger>
      <MenuPopover className={styles.popover}>
        {all.length > MANY && (
          <Input
            className={styles.find}
            contentBefore={<SearchRegular />}
            placeholder="Find an environment"
            aria-label="Find an environment"
            value={find}
            onChange={(_, data) => setFind(data.value)}
          />
        )}
        {shown.length > 0 ? (
          <MenuList>
            {shown.map(({ name, properties }) => (
              <MenuItemRadio
                key={name}
                name="environment"
                value={name}
                secondaryContent={<TypeBadge type={properties.environmentSku} />}
              >
                {properties.displayName}
              </MenuItemRadio>
            ))}
          </MenuList>
        ) : (
          <Text block className={styles.none}>
            {find ? "No environment has such a name." : "No environment is open to you yet."}
          </Text>
        )}
      </MenuPopover>
    </Menu>
  );
}
