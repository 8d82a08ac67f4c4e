//! Makes columns of the lines of `data/`.

use std::sync::Arc;

use super::area::{ColumnLine, LookupLine, Type, Value};
use crate::{
    Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, DateTimeBehavior, Label,
    ManagedProperties, RequiredLevel, SourceType, ids, names,
};

/// The largest amount of money, as the platform gives it.
pub const MONEY_MAX: &str = "922337203685477";
/// The largest decimal number.
pub const DECIMAL_MAX: &str = "100000000000";

/// Where columns of global choices find them.
pub type Choices = std::collections::HashMap<String, Arc<Choice>>;

/// The column that `line` describes, in the table `table`. Global choices must be in `choices`;
/// the caller has checked it.
pub fn make(table: &str, line: &ColumnLine, choices: &Choices) -> Column {
    let logical_name = line.schema_name.to_lowercase();
    let display_name = match &line.display_name {
        Some(text) => text.clone(),
        None => spaced(&line.schema_name),
    };
    Column {
        metadata_id: ids::column_id(table, &logical_name),
        kind: kind(table, &logical_name, line, &display_name, choices),
        logical_name,
        schema_name: line.schema_name.clone(),
        display_name: Label::english(display_name),
        description: Label::default(),
        required: line.required,
        source_type: SourceType::Simple,
        is_custom: false,
        is_managed: true,
        valid_for_create: line.valid_for_create,
        valid_for_update: line.valid_for_update,
        valid_for_read: line.valid_for_read,
        is_secured: false,
        is_audited: true,
        auto_number_format: None,
        formula: None,
        bound: Default::default(),
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

fn kind(
    table: &str,
    column: &str,
    line: &ColumnLine,
    display_name: &str,
    choices: &Choices,
) -> ColumnKind {
    let local = |kind, values: &[Value]| local_choice(table, column, kind, display_name, values);
    let pick = |global: &Option<String>, values: &[Value]| match global {
        Some(name) => choices.get(name).cloned().unwrap_or_else(|| {
            unreachable!("{table}.{column} uses the choice {name}, which no data file defines")
        }),
        None => local(ChoiceKind::Picklist, values),
    };
    match &line.kind {
        Type::Id => ColumnKind::Uuid,
        Type::Text { length, format } => {
            ColumnKind::String { max_length: *length, format: *format }
        }
        Type::Memo { length, format } => ColumnKind::Memo { max_length: *length, format: *format },
        Type::Int { min, max, format } => {
            ColumnKind::Integer { min: *min, max: *max, format: (*format).to_owned() }
        }
        Type::BigInt => ColumnKind::BigInt,
        Type::Decimal { precision } => decimal(*precision),
        Type::Double { precision, min, max } => {
            ColumnKind::Double { precision: *precision, min: *min as f64, max: *max as f64 }
        }
        Type::Money => money(None),
        Type::Bool { default, options } => {
            let yes_no = || vec![option(0, "No"), option(1, "Yes")];
            let values = options.clone().unwrap_or_else(yes_no);
            ColumnKind::Boolean { options: local(ChoiceKind::Boolean, &values), default: *default }
        }
        Type::Time => date_time(DateTimeBehavior::UserLocal, false),
        Type::Date => date_time(DateTimeBehavior::UserLocal, true),
        Type::Day => date_time(DateTimeBehavior::DateOnly, true),
        Type::Zoneless => date_time(DateTimeBehavior::TimeZoneIndependent, false),
        Type::Choice { global, values, default } => ColumnKind::Choice {
            global: global.clone(),
            options: pick(global, values),
            default: *default,
        },
        Type::Choices { global, values } => {
            ColumnKind::MultiChoice { global: global.clone(), options: pick(global, values) }
        }
        Type::State(values) => ColumnKind::State { options: local(ChoiceKind::State, values) },
        Type::Status(values) => ColumnKind::Status { options: local(ChoiceKind::Status, values) },
        Type::Lookup(LookupLine { targets, .. }) => {
            let targets = targets.iter().filter(|target| *target != "-").cloned().collect();
            ColumnKind::Lookup { targets }
        }
        Type::Customer(_) => ColumnKind::Customer,
        Type::Owner => ColumnKind::Owner,
        Type::Party => ColumnKind::PartyList,
        Type::TableName => ColumnKind::EntityName,
        Type::File { max_size_kb } => ColumnKind::File { max_size_kb: *max_size_kb },
        Type::Image => {
            ColumnKind::Image { max_size_kb: 10_240, is_primary: true, can_store_full: false }
        }
        Type::Managed => ColumnKind::ManagedProperty,
    }
}

/// One option without a partner.
pub fn option(value: i32, label: &str) -> Value {
    Value { value, label: label.to_owned(), partner: None }
}

fn decimal(precision: u8) -> ColumnKind {
    ColumnKind::Decimal { precision, min: format!("-{DECIMAL_MAX}"), max: DECIMAL_MAX.to_owned() }
}

/// An amount, or with `base_of` the companion that has it in base currency.
pub fn money(base_of: Option<&str>) -> ColumnKind {
    ColumnKind::Money {
        precision: if base_of.is_some() { 4 } else { 2 },
        precision_source: 2,
        min: format!("-{MONEY_MAX}"),
        max: MONEY_MAX.to_owned(),
        base_of: base_of.map(str::to_owned),
    }
}

fn date_time(behavior: DateTimeBehavior, date_only_format: bool) -> ColumnKind {
    ColumnKind::DateTime { behavior, date_only_format }
}

fn local_choice(
    table: &str,
    column: &str,
    kind: ChoiceKind,
    display_name: &str,
    values: &[Value],
) -> Arc<Choice> {
    let name = names::local_choice(table, column);
    Arc::new(choice(&name, kind, false, display_name, values))
}

/// A choice with these options.
pub fn choice(
    name: &str,
    kind: ChoiceKind,
    is_global: bool,
    display_name: &str,
    values: &[Value],
) -> Choice {
    let option = |value: &Value| ChoiceOption {
        value: value.value,
        label: Label::english(&value.label),
        state: value.partner.filter(|_| kind == ChoiceKind::Status),
        default_status: value.partner.filter(|_| kind == ChoiceKind::State),
        invariant_name: (kind == ChoiceKind::State).then(|| value.label.clone()),
        ..ChoiceOption::default()
    };
    Choice {
        metadata_id: ids::choice_id(name),
        name: name.to_owned(),
        kind,
        is_global,
        is_custom: false,
        is_managed: true,
        display_name: Label::english(display_name),
        description: Label::default(),
        options: values.iter().map(option).collect(),
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

/// The companion of a money column that has the amount in base currency.
pub fn base_amount(table: &str, column: &Column) -> Column {
    let logical_name = format!("{}_base", column.logical_name);
    let display = column.display_name.text(crate::ENGLISH).unwrap_or(&column.schema_name);
    Column {
        metadata_id: ids::column_id(table, &logical_name),
        kind: money(Some(&column.logical_name)),
        logical_name,
        schema_name: format!("{}_Base", column.schema_name),
        display_name: Label::english(format!("{display} (Base)")),
        required: RequiredLevel::None,
        valid_for_create: false,
        valid_for_update: false,
        auto_number_format: None,
        formula: None,
        bound: Default::default(),
        source_type: SourceType::Simple,
        ..column.clone()
    }
}

/// `PrimaryContactId` → `Primary Contact`, `Address1_City` → `Address 1: City`,
/// `isdefault` → `isdefault`.
pub fn spaced(schema_name: &str) -> String {
    let name = schema_name.strip_suffix("Id").filter(|name| !name.is_empty());
    let name = name.unwrap_or(schema_name);
    let mut text = String::with_capacity(name.len() + 8);
    let mut before = ' ';
    for (index, c) in name.char_indices() {
        let next_is_lower = name[index + c.len_utf8()..].starts_with(|c: char| c.is_lowercase());
        let starts_word = (c.is_uppercase() && (!before.is_uppercase() || next_is_lower))
            || (c.is_ascii_digit() && before.is_alphabetic());
        if starts_word && index > 0 && before != '_' {
            text.push(' ');
        }
        if c == '_' {
            text.push_str(": ");
        } else {
            text.push(c);
        }
        before = c;
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn display_names_come_from_schema_names() {
        for (name, expected) in [
            ("PrimaryContactId", "Primary Contact"),
            ("Address1_City", "Address 1: City"),
            ("EMailAddress1", "E Mail Address 1"),
            ("UTCOffset", "UTC Offset"),
            ("name", "name"),
            ("Id", "Id"),
        ] {
            assert_eq!(super::spaced(name), expected);
        }
    }
}
