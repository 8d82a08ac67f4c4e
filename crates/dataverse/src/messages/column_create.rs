//! `CreateColumn` (`CreateAttribute`): a new column.

use std::collections::HashSet;
use std::sync::Arc;

use base::{Cx, Error, Kind, Result};
use metadata::names::{self, SCHEMA_NAME_CHARS_MAX};
use metadata::{
    Choice, Column, ColumnKind, Relationship, RequiredLevel, Schema, SourceType, Table,
};

use super::definitions::{
    check_label, check_name, require, require_customizable, table, table_component,
};
use crate::{EventData, MessageName, Reply, Session, Stage, formula, rollup};

/// Adds a column to a table. Lookups are made with their relationship.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateColumn {
    /// The table, by logical name.
    pub table: String,
    /// The definition as the maker gave it.
    pub column: Column,
}

impl CreateColumn {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvCreateAttribute")?;
        let table = table(session, &self.table)?;
        require_customizable(session, &table_component(&table), "cancreateattributes").await?;
        let mut column = self.column;
        check(session.schema(), &table.logical_name, &column)?;
        check_free(&table, &column)?;
        derive(session.cx(), session.schema(), &table.logical_name, &mut column);
        if formula::is_formula(&column) {
            formula::bind(session.schema(), &table, &column)?;
        }
        if column.source_type == SourceType::Rollup {
            rollup::check(session.schema(), &table, &column)?;
        }
        let column = add(session, &table, column).await?;
        Ok(Reply::Defined(vec![column.metadata_id]))
    }
}

/// Adds a checked column to a table, with the columns and relationships that come with it.
pub(super) async fn add(
    session: &mut Session<'_>,
    table: &Table,
    column: Column,
) -> Result<Arc<Column>> {
    let column = Arc::new(column);
    let mut after = table.clone();
    after.columns.insert(column.logical_name.clone(), column.clone());
    metadata::system::complete(&mut after);
    let event = |table: &Table| EventData::Column {
        table: Arc::new(table.clone()),
        before: None,
        after: Some(column.clone()),
    };
    session.run_steps(MessageName::CreateColumn, Stage::Before, event(&after)).await?;
    let after = session.put_table(after).await?;
    for one in metadata::system::system_relationships(&after) {
        let is_of_table = one.referencing_table == after.logical_name;
        if is_of_table && session.schema().relationship(&one.schema_name).is_none() {
            session.put_relationship(Relationship::OneToMany(one)).await?;
        }
    }
    session.run_steps(MessageName::CreateColumn, Stage::After, event(&after)).await?;
    Ok(column)
}

/// Refuses a definition that no custom column can have.
pub(super) fn check(schema: &Schema, table: &str, column: &Column) -> Result<()> {
    check_name("column", &column.schema_name, SCHEMA_NAME_CHARS_MAX)?;
    check_label("A column", "DisplayName", &column.display_name)?;
    check_source(column)?;
    check_kind(schema, column)
        .map_err(|error| error.context(format!("Column {} of {table}", column.schema_name)))
}

/// Refuses a source that the column's definition does not fit.
fn check_source(column: &Column) -> Result<()> {
    let name = &column.schema_name;
    let is_text = column.formula.as_deref().is_some_and(|text| !text.trim().is_empty());
    let is_powerfx = is_text && {
        let as_formula = Column { source_type: SourceType::Formula, ..column.clone() };
        formula::is_formula(&as_formula)
    };
    match column.source_type {
        SourceType::Simple if is_text => Err(Error::invalid(format!(
            "The column {name} has a FormulaDefinition, and SourceType 0: only columns of another \
             SourceType are calculated."
        ))),
        SourceType::Simple => Ok(()),
        SourceType::Rollup if is_text => Ok(()),
        _ if !is_text => {
            Err(Error::invalid(format!("The calculated column {name} needs a FormulaDefinition.")))
        }
        _ if !is_powerfx => Err(Error::not_implemented(format!(
            "The definition in XAML of the calculated column {name}"
        ))),
        _ if column.auto_number_format.is_some() => {
            Err(Error::invalid(format!("The calculated column {name} cannot number its rows.")))
        }
        SourceType::Calculated | SourceType::Formula | SourceType::Rollup => Ok(()),
    }
}

/// Refuses formulas that are wrong or not understood, once the table is known with all its columns.
pub(super) fn check_formulas(schema: &Schema, table: &Table) -> Result<()> {
    for column in table.columns.values() {
        if formula::is_formula(column) {
            formula::bind(schema, table, column)?;
        }
        // Nothing leads to a table that is not there yet.
        if column.source_type == SourceType::Rollup {
            rollup::check(schema, table, column)?;
        }
    }
    Ok(())
}

/// Refuses a name that the table has already.
pub(super) fn check_free(table: &Table, column: &Column) -> Result<()> {
    let name = column.schema_name.to_lowercase();
    match table.column(&name) {
        None => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Invalid,
            "0x80047013",
            format!("An attribute with the name {name} already exists on {}.", table.logical_name),
        )),
    }
}

/// Refuses limits that the type does not have, and types that only the platform makes.
pub(super) fn check_kind(schema: &Schema, column: &Column) -> Result<()> {
    let within = |name: &str, value: u64, min: u64, max: u64| match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(Error::invalid(format!("{name} is {value}; it must be from {min} to {max}."))),
    };
    match &column.kind {
        ColumnKind::String { max_length, .. } => {
            within("MaxLength", u64::from(*max_length), 1, 4_000)
        }
        ColumnKind::Memo { max_length, .. } => {
            within("MaxLength", u64::from(*max_length), 1, 1_048_576)
        }
        ColumnKind::Integer { min, max, .. } => check_range(min <= max),
        ColumnKind::Decimal { precision, min, max } => {
            within("Precision", u64::from(*precision), 0, 10)?;
            check_bounds(min, max, 100_000_000_000.0)
        }
        ColumnKind::Double { precision, min, max } => {
            within("Precision", u64::from(*precision), 0, 5)?;
            check_range(min <= max && *min >= -1e11 && *max <= 1e11)
        }
        ColumnKind::Money { precision, min, max, .. } => {
            within("Precision", u64::from(*precision), 0, 4)?;
            check_bounds(min, max, 922_337_203_685_477.0)
        }
        ColumnKind::Boolean { options, .. } => check_boolean(options),
        ColumnKind::BigInt | ColumnKind::DateTime { .. } => Ok(()),
        ColumnKind::Choice { global, options, default } => {
            check_choice(schema, global.as_deref(), options)?;
            check_default(schema, global.as_deref(), options, *default)
        }
        ColumnKind::MultiChoice { global, options } => {
            check_choice(schema, global.as_deref(), options)
        }
        ColumnKind::File { max_size_kb } => {
            within("MaxSizeInKB", u64::from(*max_size_kb), 1, 10_485_760)
        }
        ColumnKind::Image { max_size_kb, .. } => {
            within("MaxSizeInKB", u64::from(*max_size_kb), 1, 30_720)
        }
        ColumnKind::Lookup { .. } | ColumnKind::Customer => Err(Error::new(
            Kind::Invalid,
            "0x80047003",
            "A lookup is created with its relationship (RelationshipDefinitions, \
             CreatePolymorphicLookupAttribute or CreateCustomerRelationships).",
        )),
        ColumnKind::Uuid
        | ColumnKind::State { .. }
        | ColumnKind::Status { .. }
        | ColumnKind::Owner
        | ColumnKind::PartyList
        | ColumnKind::EntityName
        | ColumnKind::ManagedProperty
        | ColumnKind::Virtual => {
            Err(Error::invalid("Only the platform creates columns of this type."))
        }
    }
}

fn check_range(is_ok: bool) -> Result<()> {
    match is_ok {
        true => Ok(()),
        false => Err(Error::invalid("MinValue and MaxValue are not a range within the type.")),
    }
}

fn check_bounds(min: &str, max: &str, limit: f64) -> Result<()> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.abs() <= limit);
    match (number(min), number(max)) {
        (Some(min), Some(max)) => check_range(min <= max),
        _ => check_range(false),
    }
}

fn check_boolean(options: &Choice) -> Result<()> {
    let mut values: Vec<_> = options.options.iter().map(|option| option.value).collect();
    values.sort_unstable();
    match values.as_slice() {
        [0, 1] => Ok(()),
        _ => Err(Error::invalid(
            "A yes/no column has the options 1 (TrueOption) and 0 (FalseOption).",
        )),
    }
}

fn check_choice(schema: &Schema, global: Option<&str>, options: &Choice) -> Result<()> {
    match global {
        Some(name) if schema.choice(name).is_none() => Err(Error::not_found(
            "0x80040217",
            format!("There is no global choice {name} in this environment."),
        )),
        Some(_) => Ok(()),
        None => check_options(options),
    }
}

/// Refuses two options with one value.
pub(super) fn check_options(choice: &Choice) -> Result<()> {
    let mut seen = HashSet::new();
    match choice.options.iter().find(|option| !seen.insert(option.value)) {
        None => Ok(()),
        Some(option) => Err(Error::new(
            Kind::Invalid,
            "0x80044310",
            format!("The value {} of the choice {} is not unique.", option.value, choice.name),
        )),
    }
}

fn check_default(
    schema: &Schema,
    global: Option<&str>,
    options: &Arc<Choice>,
    default: Option<i32>,
) -> Result<()> {
    let options = global.and_then(|name| schema.choice(name)).unwrap_or(options);
    match default {
        Some(value) if options.option(value).is_none() => Err(Error::new(
            Kind::Invalid,
            "0x8004431a",
            format!("The default value {value} is not an option of the choice."),
        )),
        _ => Ok(()),
    }
}

/// Fills in what the maker does not say.
pub(super) fn derive(cx: &Cx, schema: &Schema, table: &str, column: &mut Column) {
    column.logical_name = column.schema_name.to_lowercase();
    if column.metadata_id.is_nil() {
        column.metadata_id = cx.new_id();
    }
    column.is_custom = true;
    column.is_managed = false;
    let is_simple = column.source_type == SourceType::Simple;
    column.valid_for_create = is_simple;
    column.valid_for_update = is_simple;
    column.valid_for_read = true;
    // Only the platform's own columns are required by the server.
    if column.required == RequiredLevel::SystemRequired {
        column.required = RequiredLevel::ApplicationRequired;
    }
    column.introduced_version.get_or_insert_with(|| "1.0.0.0".to_owned());
    let name = names::local_choice(table, &column.logical_name);
    match &mut column.kind {
        ColumnKind::Choice { global, options, .. }
        | ColumnKind::MultiChoice { global, options } => {
            match global.as_deref().and_then(|name| schema.choice(name)) {
                Some(choice) => *options = choice.clone(),
                None => own_choice(cx, options, name),
            }
        }
        ColumnKind::Boolean { options, .. } => own_choice(cx, options, name),
        _ => {}
    }
}

/// The choice that belongs to one column has its name.
fn own_choice(cx: &Cx, options: &mut Arc<Choice>, name: String) {
    let choice = Arc::make_mut(options);
    choice.name = name;
    choice.is_global = false;
    choice.is_custom = true;
    if choice.metadata_id.is_nil() {
        choice.metadata_id = cx.new_id();
    }
}
