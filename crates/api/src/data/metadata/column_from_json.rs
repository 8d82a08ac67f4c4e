//! Columns from the protocol's JSON.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{
    Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, DateTimeBehavior, Label, Schema,
    SourceType, StringFormat,
};
use query::odata::{RowReference, parse_reference};
use serde_json::Value;

use super::super::body::wrong;
use super::from_json::{choice_of, new_choice, option};
use super::members::{
    choice, class, decimal, flag, float, guard, id, int, label, member, missing, schema_name, set,
    text,
};
use super::names::{BEHAVIORS, REQUIRED_LEVELS, STRING_FORMATS};

/// The largest value of a 32-bit number column, and of `Decimal` and `Money`.
const DECIMAL_MAX: &str = "100000000000";
const MONEY_MAX: &str = "922337203685477";

/// A column: a new one, or `base` with what the payload says. Lookups are made with their
/// relationship; see [`lookup`].
pub(super) fn column(schema: &Schema, value: &Value, base: Option<&Column>) -> Result<Column> {
    // What was read at an address with a type does not say the type again when it comes back.
    let known = base.map(|base| super::to_json::kind(&base.kind).class);
    let class = class(value).or(known).ok_or_else(|| missing("@odata.type"))?;
    let class = class.strip_suffix("AttributeMetadata").unwrap_or(class);
    if let Some(base) = base
        && super::to_json::kind(&base.kind).class != class
    {
        let message = format!("The type of the column '{}' cannot be changed.", base.logical_name);
        return Err(Error::invalid(message));
    }
    let kind = column_kind(schema, value, class, base.map(|base| &base.kind))?;
    named_column(value, kind, base)
}

pub(super) fn named_column(
    value: &Value,
    kind: ColumnKind,
    base: Option<&Column>,
) -> Result<Column> {
    let mut column = match base {
        Some(base) => Column { kind, ..base.clone() },
        None => Column::custom(id(value)?, &schema_name(value)?, kind),
    };
    set(&mut column.display_name, label(value, "DisplayName")?);
    set(&mut column.description, label(value, "Description")?);
    set(&mut column.required, choice(value, "RequiredLevel", REQUIRED_LEVELS)?);
    set(&mut column.is_secured, flag(value, "IsSecured")?);
    set(&mut column.is_audited, flag(value, "IsAuditEnabled")?);
    if let Some(format) = text(value, "AutoNumberFormat")? {
        column.auto_number_format = Some(format.to_owned()).filter(|format| !format.is_empty());
    }
    if let Some(formula) = text(value, "FormulaDefinition")? {
        column.formula = Some(formula.to_owned()).filter(|formula| !formula.is_empty());
    }
    set(&mut column.source_type, source_type(value)?);
    for (name, property) in COLUMN_GUARDS {
        let found = flag(value, name)?;
        guard(&mut column.managed_properties, property, found);
    }
    Ok(column)
}

fn source_type(value: &Value) -> Result<Option<SourceType>> {
    Ok(match int::<i32>(value, "SourceType")? {
        None => None,
        Some(0) => Some(SourceType::Simple),
        Some(1) => Some(SourceType::Calculated),
        Some(2) => Some(SourceType::Rollup),
        Some(3) => Some(SourceType::Formula),
        Some(other) => return Err(wrong(format!("'SourceType' is {other}; it must be 0 to 3."))),
    })
}

/// The type of a column with what belongs to it. What the payload does not say stays as in `base`,
/// or is what the platform gives a new column.
fn column_kind(
    schema: &Schema,
    value: &Value,
    class: &str,
    base: Option<&ColumnKind>,
) -> Result<ColumnKind> {
    Ok(match class {
        "String" => {
            let (old_length, old_format) = match base {
                Some(ColumnKind::String { max_length, format }) => (*max_length, *format),
                _ => (100, StringFormat::Text),
            };
            ColumnKind::String {
                max_length: int(value, "MaxLength")?.unwrap_or(old_length),
                format: string_format(value)?.unwrap_or(old_format),
            }
        }
        "Memo" => {
            let (old_length, old_format) = match base {
                Some(ColumnKind::Memo { max_length, format }) => (*max_length, *format),
                _ => (2000, StringFormat::TextArea),
            };
            ColumnKind::Memo {
                max_length: int(value, "MaxLength")?.unwrap_or(old_length),
                format: string_format(value)?.unwrap_or(old_format),
            }
        }
        "Integer" => {
            let (old_min, old_max, old_format) = match base {
                Some(ColumnKind::Integer { min, max, format }) => (*min, *max, format.as_str()),
                _ => (i32::MIN, i32::MAX, "None"),
            };
            ColumnKind::Integer {
                min: int(value, "MinValue")?.unwrap_or(old_min),
                max: int(value, "MaxValue")?.unwrap_or(old_max),
                format: text(value, "Format")?.unwrap_or(old_format).to_owned(),
            }
        }
        "BigInt" => ColumnKind::BigInt,
        "Decimal" => {
            let (old_precision, old_min, old_max) = match base {
                Some(ColumnKind::Decimal { precision, min, max }) => {
                    (*precision, min.clone(), max.clone())
                }
                _ => (2, format!("-{DECIMAL_MAX}"), DECIMAL_MAX.to_owned()),
            };
            ColumnKind::Decimal {
                precision: int(value, "Precision")?.unwrap_or(old_precision),
                min: decimal(value, "MinValue")?.unwrap_or(old_min),
                max: decimal(value, "MaxValue")?.unwrap_or(old_max),
            }
        }
        "Double" => {
            let (old_precision, old_min, old_max) = match base {
                Some(ColumnKind::Double { precision, min, max }) => (*precision, *min, *max),
                _ => (2, -1e11, 1e11),
            };
            ColumnKind::Double {
                precision: int(value, "Precision")?.unwrap_or(old_precision),
                min: float(value, "MinValue")?.unwrap_or(old_min),
                max: float(value, "MaxValue")?.unwrap_or(old_max),
            }
        }
        "Money" => money(value, base)?,
        "Boolean" => boolean(value, base)?,
        "DateTime" => {
            let (old_behavior, old_date_only) = match base {
                Some(ColumnKind::DateTime { behavior, date_only_format }) => {
                    (*behavior, *date_only_format)
                }
                _ => (DateTimeBehavior::UserLocal, true),
            };
            let behavior = choice(value, "DateTimeBehavior", BEHAVIORS)?.unwrap_or(old_behavior);
            let format = choice(value, "Format", &[("DateOnly", true), ("DateAndTime", false)])?;
            ColumnKind::DateTime { behavior, date_only_format: format.unwrap_or(old_date_only) }
        }
        "Picklist" => {
            let (global, options) = options(schema, value, base)?;
            let default = int::<i32>(value, "DefaultFormValue")?;
            let old_default = match base {
                Some(ColumnKind::Choice { default, .. }) => *default,
                _ => None,
            };
            let default = default.map_or(old_default, |option| Some(option).filter(|o| *o != -1));
            ColumnKind::Choice { global, options, default }
        }
        "MultiSelectPicklist" => {
            let (global, options) = options(schema, value, base)?;
            ColumnKind::MultiChoice { global, options }
        }
        "File" => {
            let old = if let Some(ColumnKind::File { max_size_kb }) = base {
                *max_size_kb
            } else {
                32_768
            };
            ColumnKind::File { max_size_kb: int(value, "MaxSizeInKB")?.unwrap_or(old) }
        }
        "Image" => {
            let (old_size, old_primary, old_full) = match base {
                Some(ColumnKind::Image { max_size_kb, is_primary, can_store_full }) => {
                    (*max_size_kb, *is_primary, *can_store_full)
                }
                _ => (10_240, false, false),
            };
            ColumnKind::Image {
                max_size_kb: int(value, "MaxSizeInKB")?.unwrap_or(old_size),
                is_primary: flag(value, "IsPrimaryImage")?.unwrap_or(old_primary),
                can_store_full: flag(value, "CanStoreFullImage")?.unwrap_or(old_full),
            }
        }
        "State" | "Status" => match base {
            Some(ColumnKind::State { options }) => {
                ColumnKind::State { options: standing(value, options)? }
            }
            Some(ColumnKind::Status { options }) => {
                ColumnKind::Status { options: standing(value, options)? }
            }
            _ => return Err(not_creatable(class)),
        },
        "UniqueIdentifier" | "EntityName" | "ManagedProperty" | "Lookup" => match base {
            Some(kind) => kind.clone(),
            None => return Err(not_creatable(class)),
        },
        other => return Err(not_creatable(other)),
    })
}

fn not_creatable(class: &str) -> Error {
    let message = match class {
        "Lookup" => {
            "A lookup is created with its relationship: POST RelationshipDefinitions.".to_owned()
        }
        _ => format!("A column of the type '{class}AttributeMetadata' cannot be created."),
    };
    Error::invalid(message)
}

/// The options of a state or status column as they become: an option that says nothing of its
/// state, its default status or its moves keeps them.
fn standing(value: &Value, old: &Arc<Choice>) -> Result<Arc<Choice>> {
    let Some(set) = member(value, "OptionSet") else { return Ok(old.clone()) };
    let mut found = choice_of(set, Some(old))?;
    for option in &mut found.options {
        let Some(known) = old.option(option.value) else { continue };
        option.state = option.state.or(known.state);
        option.default_status = option.default_status.or(known.default_status);
        option.invariant_name = option.invariant_name.take().or(known.invariant_name.clone());
        option.transition_data = option.transition_data.take().or(known.transition_data.clone());
    }
    Ok(Arc::new(found))
}

fn money(value: &Value, base: Option<&ColumnKind>) -> Result<ColumnKind> {
    let old = match base {
        Some(ColumnKind::Money { precision, precision_source, min, max, base_of }) => {
            (*precision, *precision_source, min.clone(), max.clone(), base_of.clone())
        }
        _ => (2, 2, format!("-{MONEY_MAX}"), MONEY_MAX.to_owned(), None),
    };
    Ok(ColumnKind::Money {
        precision: int(value, "Precision")?.unwrap_or(old.0),
        precision_source: int(value, "PrecisionSource")?.unwrap_or(old.1),
        min: decimal(value, "MinValue")?.unwrap_or(old.2),
        max: decimal(value, "MaxValue")?.unwrap_or(old.3),
        base_of: old.4,
    })
}

fn boolean(value: &Value, base: Option<&ColumnKind>) -> Result<ColumnKind> {
    let (old_options, old_default) = match base {
        Some(ColumnKind::Boolean { options, default }) => (Some(options), *default),
        _ => (None, false),
    };
    let mut found = match old_options {
        Some(options) => (**options).clone(),
        None => Choice { options: yes_and_no(), ..new_choice(ChoiceKind::Boolean) },
    };
    if let Some(set) = member(value, "OptionSet") {
        for (name, number) in [("TrueOption", 1), ("FalseOption", 0)] {
            if let Some(item) = member(set, name) {
                let new = ChoiceOption { value: number, ..option(item)? };
                found.options.retain(|known| known.value != number);
                found.options.push(new);
            }
        }
    }
    found.options.sort_by_key(|option| option.value);
    let default = flag(value, "DefaultValue")?.unwrap_or(old_default);
    Ok(ColumnKind::Boolean { options: Arc::new(found), default })
}

fn yes_and_no() -> Vec<ChoiceOption> {
    let option = |value, label: &str| ChoiceOption {
        value,
        label: Label::english(label),
        ..ChoiceOption::default()
    };
    vec![option(0, "No"), option(1, "Yes")]
}

/// The options of a choice column: its own, or those of a global choice.
fn options(
    schema: &Schema,
    value: &Value,
    base: Option<&ColumnKind>,
) -> Result<(Option<String>, Arc<Choice>)> {
    if let Some(name) = global_choice(schema, value)? {
        let found = schema.choice(&name).ok_or_else(|| {
            Error::invalid(format!("There is no global choice with the name '{name}'."))
        })?;
        return Ok((Some(found.name.clone()), found.clone()));
    }
    match (member(value, "OptionSet"), base) {
        (Some(set), _) => Ok((None, Arc::new(choice_of(set, None)?))),
        (None, Some(ColumnKind::Choice { global, options, .. }))
        | (None, Some(ColumnKind::MultiChoice { global, options })) => {
            Ok((global.clone(), options.clone()))
        }
        (None, _) => Err(missing("OptionSet")),
    }
}

/// The name of the global choice that a column uses: bound by reference, or named.
fn global_choice(schema: &Schema, value: &Value) -> Result<Option<String>> {
    if let Some(Value::String(url)) = member(value, "GlobalOptionSet@odata.bind") {
        return bound_choice(schema, url).map(Some);
    }
    let Some(set) = member(value, "OptionSet").or_else(|| member(value, "GlobalOptionSet")) else {
        return Ok(None);
    };
    if flag(set, "IsGlobal")? == Some(true) {
        return text(set, "Name").map(|name| name.map(str::to_owned));
    }
    Ok(None)
}

fn bound_choice(schema: &Schema, url: &str) -> Result<String> {
    let unknown = || Error::invalid(format!("'{url}' is not the address of a global choice."));
    let RowReference::Row { set, key } = parse_reference(url)? else { return Err(unknown()) };
    if set != "GlobalOptionSetDefinitions" {
        return Err(unknown());
    }
    let found = super::address::choice(schema, &key).ok_or_else(unknown)?;
    Ok(found.name.clone())
}

fn string_format(value: &Value) -> Result<Option<StringFormat>> {
    match choice(value, "FormatName", STRING_FORMATS)? {
        Some(format) => Ok(Some(format)),
        None => choice(value, "Format", STRING_FORMATS),
    }
}

/// The guards of a column, by member.
const COLUMN_GUARDS: &[(&str, &str)] = &[
    ("CanModifyAdditionalSettings", "canmodifyadditionalsettings"),
    ("IsCustomizable", "iscustomizable"),
    ("IsRenameable", "isrenameable"),
];
