import { SearchBox } from "@fluentui/react-components";
import { useEffect, useState } from "react";

const PAUSE_MS = 250;

/** Finds in a list while one types; what is found for is view state, so it is given on. */
export function FindBox(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(props.value);
  const { value, onChange } = props;
  // The address changes when the typing pauses, not with every key.
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <SearchBox
      placeholder={props.label}
      aria-label={props.label}
      value={typed}
      onChange={(_, data) => setTyped(data.value)}
      style={{ flex: "1 1 180px", maxWidth: 260 }}
    />
  );
}
