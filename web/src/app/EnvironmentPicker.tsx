import {
  Button,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ChevronDownRegular, GlobeRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { environmentsQuery } from "../api/environments";
import { TypeBadge } from "../ui/TypeBadge";

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
  none: { padding: tokens.spacingHorizontalM, color: tokens.colorNeutralForeground2 },
});

/** Says in which environment one is, and lets one go to another. */
export function EnvironmentPicker() {
  const styles = useStyles();
  const navigate = useNavigate();
  const { environment: current } = useParams({ strict: false });
  const environments = useQuery(environmentsQuery);
  const all = environments.data ?? [];
  const here = all.find((environment) => environment.name === current);
  const go = (name: string | undefined) =>
    name && navigate({ to: "/environments/$environment", params: { environment: name } });
  return (
    <Menu
      checkedValues={{ environment: current ? [current] : [] }}
      onCheckedValueChange={(_, data) => go(data.checkedItems[0])}
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
        {all.length > 0 ? (
          <MenuList>
            {all.map(({ name, properties }) => (
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
            No environment is open to you yet.
          </Text>
        )}
      </MenuPopover>
    </Menu>
  );
}
