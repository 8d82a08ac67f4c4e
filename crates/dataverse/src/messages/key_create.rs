//! `CreateKey` (`CreateEntityKey`) and `DeleteKey`: alternate keys.

use std::sync::Arc;

use base::{Error, Kind, Result};
use metadata::names::SCHEMA_NAME_CHARS_MAX;
use metadata::{ColumnKind, Key, SourceType, Table};

use super::definitions::{
    Component, check_label, check_name, require, require_customizable, require_deletable, table,
    table_component,
};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Adds an alternate key to a table.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateKey {
    /// The table, by logical name.
    pub table: String,
    /// The definition as the maker gave it.
    pub key: Key,
}

/// Removes an alternate key.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteKey {
    /// The table, by logical name.
    pub table: String,
    /// The key, by logical name.
    pub key: String,
}

/// Alternate keys of one table (protocol).
const KEYS_MAX: usize = 10;
/// Columns of one key (protocol).
const KEY_COLUMNS_MAX: usize = 16;
/// The longest text column of a key (protocol).
const KEY_TEXT_CHARS_MAX: u32 = 450;

impl CreateKey {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteEntity")?;
        let table = table(session, &self.table)?;
        require_customizable(session, &table_component(&table), "iscustomizable").await?;
        let mut key = self.key;
        key.logical_name = key.schema_name.to_lowercase();
        key.columns.iter_mut().for_each(|column| *column = column.to_lowercase());
        check(&table, &key)?;
        if key.metadata_id.is_nil() {
            key.metadata_id = session.cx().new_id();
        }
        key.introduced_version.get_or_insert_with(|| "1.0.0.0".to_owned());
        let key = Arc::new(key);
        let mut after = Table::clone(&table);
        after.keys.insert(key.logical_name.clone(), key.clone());
        let event = |table: &Table| EventData::Key {
            table: Arc::new(table.clone()),
            before: None,
            after: Some(key.clone()),
        };
        session.run_steps(MessageName::CreateKey, Stage::Before, event(&after)).await?;
        let after = session.put_table(after).await.map_err(|error| duplicates(error, &key))?;
        session.run_steps(MessageName::CreateKey, Stage::After, event(&after)).await?;
        Ok(Reply::Defined(vec![key.metadata_id]))
    }
}

impl DeleteKey {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteEntity")?;
        let table = table(session, &self.table)?;
        let Some(key) = table.keys.get(&self.key.to_lowercase()).cloned() else {
            let message = format!("Could not find the key {} of {}.", self.key, table.logical_name);
            return Err(Error::not_found("0x80040217", message));
        };
        let component = Component {
            label: format!("key {} of table {}", key.logical_name, table.logical_name),
            id: key.metadata_id,
            is_managed: key.is_managed,
            properties: &table.managed_properties,
        };
        require_deletable(session, &component).await?;
        let mut after = Table::clone(&table);
        after.keys.shift_remove(&key.logical_name);
        let event = |table: &Table| EventData::Key {
            table: Arc::new(table.clone()),
            before: Some(key.clone()),
            after: None,
        };
        session.run_steps(MessageName::DeleteKey, Stage::Before, event(&after)).await?;
        let after = session.put_table(after).await?;
        session.run_steps(MessageName::DeleteKey, Stage::After, event(&after)).await?;
        Ok(Reply::Done)
    }
}

fn check(table: &Table, key: &Key) -> Result<()> {
    check_name("key", &key.schema_name, SCHEMA_NAME_CHARS_MAX)?;
    check_label("A key", "DisplayName", &key.display_name)?;
    check_free(table, key)?;
    if key.columns.is_empty() || key.columns.len() > KEY_COLUMNS_MAX {
        let message = format!("A key has from 1 to {KEY_COLUMNS_MAX} KeyAttributes.");
        return Err(Error::invalid(message));
    }
    if table.keys.len() >= KEYS_MAX {
        let message = format!("A table has at most {KEYS_MAX} keys; delete one first.");
        return Err(Error::invalid(message));
    }
    key.columns.iter().try_for_each(|name| check_column(table, name))
}

fn check_free(table: &Table, key: &Key) -> Result<()> {
    let sorted = |key: &Key| {
        let mut columns = key.columns.clone();
        columns.sort();
        columns
    };
    let refuse = |code, message| Err(Error::new(Kind::Invalid, code, message));
    if table.keys.contains_key(&key.logical_name) {
        let name = &key.logical_name;
        return refuse(
            "0x80060893",
            format!("A key with the name {name} already exists on {}.", table.logical_name),
        );
    }
    match table.keys.values().find(|old| sorted(old) == sorted(key)) {
        None => Ok(()),
        Some(old) => refuse(
            "0x80060894",
            format!("The key {} of {} has the same columns.", old.logical_name, table.logical_name),
        ),
    }
}

fn check_column(table: &Table, name: &str) -> Result<()> {
    let Some(column) = table.column(name) else {
        let message = format!("Could not find the column {name} of table {}.", table.logical_name);
        return Err(Error::not_found("0x80040217", message));
    };
    let fits = match &column.kind {
        ColumnKind::String { max_length, .. } => *max_length <= KEY_TEXT_CHARS_MAX,
        ColumnKind::Integer { .. }
        | ColumnKind::Decimal { .. }
        | ColumnKind::DateTime { .. }
        | ColumnKind::Lookup { .. }
        | ColumnKind::Choice { .. } => true,
        _ => false,
    };
    match fits && !column.is_secured && column.source_type == SourceType::Simple {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "The column {name} cannot be part of a key: keys are made of texts up to \
             {KEY_TEXT_CHARS_MAX} characters, whole and decimal numbers, dates, lookups and choices \
             that are neither secured nor calculated."
        ))),
    }
}

/// Rows that are equal in the columns of a new key keep it from being made.
fn duplicates(error: Error, key: &Key) -> Error {
    if error.code != "db.unique" {
        return error;
    }
    Error::new(
        Kind::Precondition,
        "0x80060892",
        format!(
            "The key {} cannot be made: some rows have the same values in {}. Change or delete \
             them first.",
            key.logical_name,
            key.columns.join(", ")
        ),
    )
    .with_source(error)
}
