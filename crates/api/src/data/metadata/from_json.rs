//! Definitions from the protocol's JSON.
//!
//! What a definition may say and we have no place for is left out only where the platform itself
//! gives it no effect on data (menus of old navigation panes, input methods).

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::{
    Cascade, CascadeAction, Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, DateTimeBehavior,
    ENGLISH, Key, Label, ManagedProperties, ManyToMany, OneToMany, Ownership, Relationship,
    RequiredLevel, Schema, SourceType, StringFormat, Table, TableType,
};
use query::odata::{RowReference, parse_reference, unqualified};
use serde_json::Value;

use super::super::body::wrong;
use super::entity_members::{self, Member};

/// The largest value of a 32-bit number column, and of `Decimal` and `Money`.
const DECIMAL_MAX: &str = "100000000000";
const MONEY_MAX: &str = "922337203685477";

/// A member of an object; nothing if it is null.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).filter(|value| !value.is_null())
}

fn text<'v>(value: &'v Value, name: &str) -> Result<Option<&'v str>> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(format!("'{name}' must be a text."))),
    }
}

fn flag(value: &Value, name: &str) -> Result<Option<bool>> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        // A managed property: its value.
        Some(Value::Object(_)) => flag(&value[name], "Value"),
        Some(_) => Err(wrong(format!("'{name}' must be true or false."))),
    }
}

fn int<T: TryFrom<i64>>(value: &Value, name: &str) -> Result<Option<T>> {
    let Some(found) = member(value, name) else { return Ok(None) };
    // Clients of loosely typed languages send whole numbers with a point.
    let number =
        found.as_i64().or_else(|| found.as_f64().filter(|f| f.fract() == 0.0).map(|f| f as i64));
    let number = number.and_then(|number| T::try_from(number).ok());
    number.map(Some).ok_or_else(|| wrong(format!("'{name}' must be a whole number in range.")))
}

/// A number as text, exact where it is written so.
fn decimal(value: &Value, name: &str) -> Result<Option<String>> {
    match member(value, name) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(Some(match number.as_f64() {
            Some(float) if number.is_f64() => format!("{float}"),
            _ => number.to_string(),
        })),
        Some(_) => Err(wrong(format!("'{name}' must be a number."))),
    }
}

fn float(value: &Value, name: &str) -> Result<Option<f64>> {
    match member(value, name) {
        None => Ok(None),
        Some(found) => {
            found.as_f64().map(Some).ok_or_else(|| wrong(format!("'{name}' must be a number.")))
        }
    }
}

/// `{"Value": "x"}`, or `x` itself.
fn value_of<'v>(value: &'v Value, name: &str) -> Result<Option<&'v str>> {
    match member(value, name) {
        Some(inner @ Value::Object(_)) => text(inner, "Value"),
        _ => text(value, name),
    }
}

/// The number or the name of a member of an enumeration.
fn choice<T: Copy>(value: &Value, name: &str, members: &[(&str, T)]) -> Result<Option<T>> {
    let Some(found) = value_of(value, name)? else { return Ok(None) };
    let member = members.iter().find(|(known, _)| *known == found);
    let unknown = || {
        let known: Vec<&str> = members.iter().map(|(known, _)| *known).collect();
        wrong(format!("'{name}' is '{found}'; it must be one of {}.", known.join(", ")))
    };
    member.map(|(_, value)| Some(*value)).ok_or_else(unknown)
}

fn label(value: &Value, name: &str) -> Result<Option<Label>> {
    let Some(found) = member(value, name) else { return Ok(None) };
    let mut label = Label::default();
    let texts = found.get("LocalizedLabels").and_then(Value::as_array);
    for item in texts.into_iter().flatten().chain(found.get("UserLocalizedLabel")) {
        let Some(text) = text(item, "Label")? else { continue };
        let language = int(item, "LanguageCode")?.unwrap_or(ENGLISH);
        if !label.0.iter().any(|(known, _)| *known == language) {
            label.0.push((language, text.to_owned()));
        }
    }
    Ok(Some(label))
}

fn schema_name(value: &Value) -> Result<String> {
    text(value, "SchemaName")?.map(str::to_owned).ok_or_else(|| missing("SchemaName"))
}

fn missing(name: &str) -> Error {
    Error::new(Kind::Invalid, "0x80040200", format!("The member '{name}' is missing."))
}

fn id(value: &Value) -> Result<Uuid> {
    match text(value, "MetadataId")? {
        None => Ok(Uuid::nil()),
        Some(text) => text.parse().map_err(|_| wrong("'MetadataId' must be an id.")),
    }
}

/// The class of a definition: `StringAttributeMetadata`, also with `Complex` before it.
fn class(value: &Value) -> Option<&str> {
    let name = value.get("@odata.type").and_then(Value::as_str).and_then(unqualified)?;
    Some(name.strip_prefix("Complex").unwrap_or(name))
}

/// A table: a new one, or `base` with what the payload says.
pub(super) fn table(schema: &Schema, value: &Value, base: Option<&Table>) -> Result<Table> {
    let ownership = choice(value, "OwnershipType", OWNERSHIPS)?;
    let mut table = match base {
        Some(base) => base.clone(),
        None => Table::custom(
            id(value)?,
            &schema_name(value)?,
            ownership.unwrap_or(Ownership::UserOwned),
        ),
    };
    set(&mut table.display_name, label(value, "DisplayName")?);
    set(&mut table.display_collection_name, label(value, "DisplayCollectionName")?);
    set(&mut table.description, label(value, "Description")?);
    set(&mut table.table_type, choice(value, "TableType", TABLE_TYPES)?);
    if base.is_none() {
        set(&mut table.is_activity, flag(value, "IsActivity")?);
        set(&mut table.set_name, text(value, "EntitySetName")?.map(str::to_owned));
        columns(schema, value, &mut table)?;
    }
    for (name, value_of_member) in value.as_object().into_iter().flatten() {
        if let Some(kind) = entity_members::find(name)
            && !value_of_member.is_null()
        {
            entity_member(&mut table, value, name, kind)?;
        }
    }
    Ok(table)
}

/// The columns that come with a new table; one of them is its primary name.
fn columns(schema: &Schema, value: &Value, table: &mut Table) -> Result<()> {
    let items = member(value, "Attributes").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        let column = column(schema, item, None)?;
        if flag(item, "IsPrimaryName")? == Some(true) {
            table.primary_name = Some(column.logical_name.clone());
        }
        table.columns.insert(column.logical_name.clone(), Arc::new(column));
    }
    if table.primary_name.is_none() {
        table.primary_name = text(value, "PrimaryNameAttribute")?.map(str::to_lowercase);
    }
    Ok(())
}

fn entity_member(table: &mut Table, value: &Value, name: &str, kind: Member) -> Result<()> {
    let found = match kind {
        Member::Flag(_) => flag(value, name)?.map(Value::Bool),
        Member::Number(_) => int::<i32>(value, name)?.map(Value::from),
        Member::Text => text(value, name)?.map(Value::from),
        Member::Managed(_, property) => {
            let found = flag(value, name)?;
            if property.eq_ignore_ascii_case(name) {
                guard(&mut table.managed_properties, property, found);
                return Ok(());
            }
            let can_be_changed = flag(&value[name], "CanBeChanged")?;
            guard(&mut table.managed_properties, property, can_be_changed);
            found.map(Value::Bool)
        }
    };
    if let Some(found) = found {
        table.flags.insert(name.to_owned(), found);
    }
    Ok(())
}

/// What is allowed is not noted: it is the rule.
fn guard(properties: &mut ManagedProperties, name: &str, is_allowed: Option<bool>) {
    match is_allowed {
        Some(false) => drop(properties.0.insert(name.to_owned(), false)),
        Some(true) => drop(properties.0.remove(name)),
        None => {}
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A column: a new one, or `base` with what the payload says. Lookups are made with their
/// relationship; see [`lookup`].
pub(super) fn column(schema: &Schema, value: &Value, base: Option<&Column>) -> Result<Column> {
    let class = class(value).ok_or_else(|| missing("@odata.type"))?;
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

fn named_column(value: &Value, kind: ColumnKind, base: Option<&Column>) -> Result<Column> {
    let mut column = match base {
        Some(base) => Column { kind, ..base.clone() },
        None => new_column(id(value)?, schema_name(value)?, kind),
    };
    set(&mut column.display_name, label(value, "DisplayName")?);
    set(&mut column.description, label(value, "Description")?);
    set(&mut column.required, choice(value, "RequiredLevel", REQUIRED_LEVELS)?);
    set(&mut column.is_secured, flag(value, "IsSecured")?);
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

fn new_column(metadata_id: Uuid, schema_name: String, kind: ColumnKind) -> Column {
    Column {
        metadata_id,
        logical_name: schema_name.to_lowercase(),
        schema_name,
        kind,
        display_name: Label::default(),
        description: Label::default(),
        required: RequiredLevel::None,
        source_type: SourceType::Simple,
        is_custom: true,
        is_managed: false,
        valid_for_create: true,
        valid_for_update: true,
        valid_for_read: true,
        is_secured: false,
        auto_number_format: None,
        formula: None,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
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
        "State" | "Status" | "UniqueIdentifier" | "EntityName" | "ManagedProperty" | "Lookup" => {
            match base {
                Some(kind) => kind.clone(),
                None => return Err(not_creatable(class)),
            }
        }
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

fn new_choice(kind: ChoiceKind) -> Choice {
    Choice {
        metadata_id: Uuid::nil(),
        name: String::new(),
        kind,
        is_global: false,
        is_custom: true,
        is_managed: false,
        display_name: Label::default(),
        description: Label::default(),
        options: Vec::new(),
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

/// A choice: a new one, or `base` with what the payload says.
pub(super) fn choice_of(value: &Value, base: Option<&Choice>) -> Result<Choice> {
    let kind = match class(value) {
        Some("BooleanOptionSetMetadata") => ChoiceKind::Boolean,
        _ => ChoiceKind::Picklist,
    };
    let mut found = match base {
        Some(base) => base.clone(),
        None => Choice { metadata_id: id(value)?, ..new_choice(kind) },
    };
    set(&mut found.display_name, label(value, "DisplayName")?);
    set(&mut found.description, label(value, "Description")?);
    if base.is_none() {
        set(&mut found.is_global, flag(value, "IsGlobal")?);
        set(&mut found.name, text(value, "Name")?.map(str::to_owned));
    }
    if let Some(items) = member(value, "Options") {
        let items = items.as_array().ok_or_else(|| wrong("'Options' must be a list."))?;
        found.options = items.iter().map(option).collect::<Result<_>>()?;
    }
    let is_customizable = flag(value, "IsCustomizable")?;
    guard(&mut found.managed_properties, "iscustomizable", is_customizable);
    Ok(found)
}

/// The number of an option that came without one, until it is given one.
pub(super) const NO_NUMBER: i32 = i32::MIN;

/// `option` with what the payload says; with `merge_labels` labels in other languages stay.
pub(super) fn change_option(
    option: &mut ChoiceOption,
    value: &Value,
    merge_labels: bool,
) -> Result<()> {
    for (place, name) in [(&mut option.label, "Label"), (&mut option.description, "Description")] {
        let Some(new) = label(value, name)? else { continue };
        if !merge_labels {
            *place = Label::default();
        }
        new.0.into_iter().for_each(|(language, text)| place.set(language, text));
    }
    if let Some(color) = text(value, "Color")? {
        option.color = Some(color.to_owned());
    }
    if let Some(external) = text(value, "ExternalValue")? {
        option.external_value = Some(external.to_owned());
    }
    Ok(())
}

/// An option of a choice.
pub(super) fn option(value: &Value) -> Result<ChoiceOption> {
    Ok(ChoiceOption {
        value: int(value, "Value")?.unwrap_or(NO_NUMBER),
        label: label(value, "Label")?.unwrap_or_default(),
        description: label(value, "Description")?.unwrap_or_default(),
        color: text(value, "Color")?.map(str::to_owned),
        external_value: text(value, "ExternalValue")?.map(str::to_owned),
        state: int(value, "State")?,
        default_status: int(value, "DefaultStatus")?,
        invariant_name: text(value, "InvariantName")?.map(str::to_owned),
        transition_data: text(value, "TransitionData")?.map(str::to_owned),
        is_hidden: flag(value, "IsHidden")?.unwrap_or_default(),
    })
}

fn string_format(value: &Value) -> Result<Option<StringFormat>> {
    match choice(value, "FormatName", STRING_FORMATS)? {
        Some(format) => Ok(Some(format)),
        None => choice(value, "Format", STRING_FORMATS),
    }
}

/// The lookup that comes with a relationship; its tables follow from the relationships.
pub(in super::super) fn lookup(value: &Value) -> Result<Column> {
    named_column(value, ColumnKind::Lookup { targets: Vec::new() }, None)
}

/// A new relationship for `lookup`.
pub(in super::super) fn one_to_many(value: &Value, lookup: &Column) -> Result<OneToMany> {
    let table = |name: &str| text(value, name)?.map(str::to_lowercase).ok_or_else(|| missing(name));
    let schema_name = schema_name(value)?;
    Ok(OneToMany {
        metadata_id: id(value)?,
        referenced_table: table("ReferencedEntity")?,
        referenced_column: text(value, "ReferencedAttribute")?.unwrap_or_default().to_lowercase(),
        referencing_table: table("ReferencingEntity")?,
        referencing_column: lookup.logical_name.clone(),
        // Empty navigation names follow from the lookup and the relationship.
        referencing_navigation: text(value, "ReferencingEntityNavigationPropertyName")?
            .unwrap_or_default()
            .to_owned(),
        referenced_navigation: text(value, "ReferencedEntityNavigationPropertyName")?
            .unwrap_or(&schema_name)
            .to_owned(),
        cascade: cascade(value, Cascade::default())?,
        is_hierarchical: flag(value, "IsHierarchical")?.unwrap_or_default(),
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
        schema_name,
    })
}

/// A new relationship of either kind; the lookup of a 1:N stands in it.
pub(super) enum NewRelationship {
    OneToMany(Column, OneToMany),
    ManyToMany(ManyToMany),
}

pub(super) fn relationship(value: &Value) -> Result<NewRelationship> {
    match class(value) {
        Some("OneToManyRelationshipMetadata") => {
            let lookup = lookup(member(value, "Lookup").ok_or_else(|| missing("Lookup"))?)?;
            let one = one_to_many(value, &lookup)?;
            Ok(NewRelationship::OneToMany(lookup, one))
        }
        Some("ManyToManyRelationshipMetadata") => {
            many_to_many(value).map(NewRelationship::ManyToMany)
        }
        Some(other) => Err(wrong(format!("'{other}' is no kind of relationship."))),
        None => Err(missing("@odata.type")),
    }
}

fn many_to_many(value: &Value) -> Result<ManyToMany> {
    let name = |member: &str| text(value, member).map(|name| name.unwrap_or_default().to_owned());
    let table = |name: &str| text(value, name)?.map(str::to_lowercase).ok_or_else(|| missing(name));
    Ok(ManyToMany {
        metadata_id: id(value)?,
        schema_name: schema_name(value)?,
        intersect_table: name("IntersectEntityName")?.to_lowercase(),
        table1: table("Entity1LogicalName")?,
        column1: name("Entity1IntersectAttribute")?.to_lowercase(),
        navigation1: name("Entity1NavigationPropertyName")?,
        table2: table("Entity2LogicalName")?,
        column2: name("Entity2IntersectAttribute")?.to_lowercase(),
        navigation2: name("Entity2NavigationPropertyName")?,
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    })
}

/// `base` with what the payload says.
pub(super) fn changed_relationship(value: &Value, base: &Relationship) -> Result<Relationship> {
    let is_customizable = flag(value, "IsCustomizable")?;
    Ok(match base {
        Relationship::OneToMany(one) => {
            let mut one = one.clone();
            one.cascade = cascade(value, one.cascade)?;
            set(&mut one.is_hierarchical, flag(value, "IsHierarchical")?);
            guard(&mut one.managed_properties, "iscustomizable", is_customizable);
            Relationship::OneToMany(one)
        }
        Relationship::ManyToMany(many) => {
            let mut many = many.clone();
            guard(&mut many.managed_properties, "iscustomizable", is_customizable);
            Relationship::ManyToMany(many)
        }
    })
}

fn cascade(value: &Value, base: Cascade) -> Result<Cascade> {
    let Some(value) = member(value, "CascadeConfiguration") else { return Ok(base) };
    let action = |name, old| Ok::<_, Error>(choice(value, name, CASCADES)?.unwrap_or(old));
    Ok(Cascade {
        assign: action("Assign", base.assign)?,
        delete: action("Delete", base.delete)?,
        merge: action("Merge", base.merge)?,
        reparent: action("Reparent", base.reparent)?,
        share: action("Share", base.share)?,
        unshare: action("Unshare", base.unshare)?,
    })
}

/// A new alternate key.
pub(super) fn key(value: &Value) -> Result<Key> {
    let schema_name = schema_name(value)?;
    let columns = member(value, "KeyAttributes").and_then(Value::as_array);
    let columns = columns.ok_or_else(|| missing("KeyAttributes"))?.iter().map(|name| {
        let name =
            name.as_str().ok_or_else(|| wrong("The items of 'KeyAttributes' must be texts."))?;
        Ok(name.to_lowercase())
    });
    Ok(Key {
        metadata_id: id(value)?,
        logical_name: schema_name.to_lowercase(),
        schema_name,
        display_name: label(value, "DisplayName")?.unwrap_or_default(),
        columns: columns.collect::<Result<_>>()?,
        introduced_version: None,
        is_managed: false,
    })
}

const OWNERSHIPS: &[(&str, Ownership)] = &[
    ("UserOwned", Ownership::UserOwned),
    ("OrganizationOwned", Ownership::OrganizationOwned),
    ("TeamOwned", Ownership::UserOwned),
    ("BusinessOwned", Ownership::BusinessOwned),
    ("None", Ownership::None),
];

const TABLE_TYPES: &[(&str, TableType)] = &[
    ("Standard", TableType::Standard),
    ("Elastic", TableType::Elastic),
    ("Virtual", TableType::Virtual),
];

const REQUIRED_LEVELS: &[(&str, RequiredLevel)] = &[
    ("None", RequiredLevel::None),
    ("SystemRequired", RequiredLevel::SystemRequired),
    ("ApplicationRequired", RequiredLevel::ApplicationRequired),
    ("Recommended", RequiredLevel::Recommended),
];

const BEHAVIORS: &[(&str, DateTimeBehavior)] = &[
    ("UserLocal", DateTimeBehavior::UserLocal),
    ("DateOnly", DateTimeBehavior::DateOnly),
    ("TimeZoneIndependent", DateTimeBehavior::TimeZoneIndependent),
];

const STRING_FORMATS: &[(&str, StringFormat)] = &[
    ("Text", StringFormat::Text),
    ("TextArea", StringFormat::TextArea),
    ("Email", StringFormat::Email),
    ("Url", StringFormat::Url),
    ("TickerSymbol", StringFormat::TickerSymbol),
    ("PhoneticGuide", StringFormat::PhoneticGuide),
    ("VersionNumber", StringFormat::VersionNumber),
    ("Phone", StringFormat::Phone),
    ("Json", StringFormat::Json),
    ("RichText", StringFormat::RichText),
];

const CASCADES: &[(&str, CascadeAction)] = &[
    ("NoCascade", CascadeAction::NoCascade),
    ("Cascade", CascadeAction::Cascade),
    ("Active", CascadeAction::Active),
    ("UserOwned", CascadeAction::UserOwned),
    ("RemoveLink", CascadeAction::RemoveLink),
    ("Restrict", CascadeAction::Restrict),
];

/// The guards of a column, by member.
const COLUMN_GUARDS: &[(&str, &str)] = &[
    ("CanModifyAdditionalSettings", "canmodifyadditionalsettings"),
    ("IsCustomizable", "iscustomizable"),
    ("IsRenameable", "isrenameable"),
];
