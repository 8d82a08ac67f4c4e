import {
  Button,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  tokens,
} from "@fluentui/react-components";
import { GlobeRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { environmentsQuery } from "../api/environments";
import { TypeBadge } from "../ui/TypeBadge";

/** Says in which environment one is, and lets one go to another. */
export function EnvironmentPicker(props: {
  current: string | undefined;
  onPick: (name: string) => void;
}) {
  const environments = useQuery(environmentsQuery);
  const here = environments.data?.find((environment) => environment.name === props.current);
  return (
    <Menu
      checkedValues={{ environment: props.current ? [props.current] : [] }}
      onCheckedValueChange={(_, data) => data.checkedItems[0] && props.onPick(data.checkedItems[0])}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<GlobeRegular />}>
          <span style={{ display: "flex", alignItems: "center", gap: 8 }}>
            {here?.properties.displayName ?? "Environments"}
            {here && <TypeBadge type={here.properties.environmentSku} />}
          </span>
        </Button>
      </MenuTrigger>
      <MenuPopover style={{ maxHeight: "70vh", overflow: "auto" }}>
        <MenuList>
          {environments.data?.map((environment) => (
            <MenuItemRadio
              key={environment.name}
              name="environment"
              value={environment.name}
              secondaryContent={<TypeBadge type={environment.properties.environmentSku} />}
            >
              {environment.properties.displayName}
            </MenuItemRadio>
          ))}
          {environments.data?.length === 0 && (
            <div style={{ padding: 12, color: tokens.colorNeutralForeground2 }}>
              No environment is open to you yet.
            </div>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
