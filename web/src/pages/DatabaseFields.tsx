import { Dropdown, Field, Input, Option } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import {
  type Currency,
  currenciesQuery,
  languagesQuery,
  type NewDatabase,
} from "../api/environments";

export const DEFAULT_DATABASE: NewDatabase = { language: 1033, currency: "USD", domain: "" };

const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** What a Dataverse data store needs to know when it is made. */
export function DatabaseFields(props: {
  location: string;
  value: NewDatabase;
  onChange: (value: NewDatabase) => void;
}) {
  const { value, onChange } = props;
  const languages = useQuery(languagesQuery(props.location));
  const currencies = useQuery(currenciesQuery(props.location));
  const language = languages.data?.find((other) => other.properties.localeId === value.language);
  const currency = currencies.data?.find((other) => other.properties.code === value.currency);
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
          value={currency ? currencyName(currency) : value.currency}
          selectedOptions={[value.currency]}
          onOptionSelect={(_, data) => onChange({ ...value, currency: data.optionValue ?? "USD" })}
        >
          {currencies.data?.map((other) => (
            <Option key={other.name} value={other.properties.code} text={currencyName(other)}>
              {currencyName(other)}
            </Option>
          ))}
        </Dropdown>
      </Field>
      <Field
        label="URL"
        hint="Lower-case letters, digits and hyphens. Left empty, one is made up."
        validationMessage={
          value.domain && !DOMAIN.test(value.domain)
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

function currencyName({ properties: { code, symbol, displayName } }: Currency) {
  return [code, displayName, `(${symbol})`].filter(Boolean).join(" ");
}
