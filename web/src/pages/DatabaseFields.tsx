import { Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { currenciesQuery, languagesQuery } from "../api/environments";

export interface Database {
  language: number;
  currency: string;
  domain: string;
}

export const DEFAULT_DATABASE: Database = { language: 1033, currency: "USD", domain: "" };

/** What a Dataverse data store needs to know when it is made. */
export function DatabaseFields(props: {
  location: string;
  value: Database;
  onChange: (value: Database) => void;
}) {
  const { value, onChange } = props;
  const languages = useQuery({
    ...languagesQuery(props.location),
    enabled: Boolean(props.location),
  });
  const currencies = useQuery({
    ...currenciesQuery(props.location),
    enabled: Boolean(props.location),
  });
  const language = languages.data?.find((other) => other.properties.localeId === value.language);
  return (
    <>
      <Field label="Language" hint="Cannot be changed later.">
        <Dropdown
          value={language?.properties.displayName ?? ""}
          selectedOptions={[String(value.language)]}
          onOptionSelect={(_, data) => onChange({ ...value, language: Number(data.optionValue) })}
        >
          {languages.data?.map((other) => (
            <Option key={other.name} value={String(other.properties.localeId)}>
              {other.properties.displayName}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Field label="Currency" hint="Cannot be changed later.">
        <Dropdown
          value={value.currency}
          selectedOptions={[value.currency]}
          onOptionSelect={(_, data) => onChange({ ...value, currency: data.optionValue ?? "USD" })}
        >
          {currencies.data?.map((other) => (
            <Option
              key={other.name}
              value={other.properties.code}
              text={`${other.properties.code} (${other.properties.symbol})`}
            >
              {other.properties.code} ({other.properties.symbol})
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Field
        label="URL"
        hint="Lower-case letters, digits and hyphens. Left empty, one is made up."
        validationMessage={
          value.domain && !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(value.domain)
            ? "Use lower-case letters, digits and hyphens; start and end with a letter or digit."
            : undefined
        }
      >
        <Input
          value={value.domain}
          contentBefore="/orgs/"
          onChange={(_, data) => onChange({ ...value, domain: data.value })}
        />
      </Field>
    </>
  );
}
