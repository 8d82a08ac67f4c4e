//! Which definition a key names.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use metadata::{Choice, Column, Key as TableKey, Relationship, Schema, Table};
use query::{Key, Literal};

use super::managed_properties::{self, ManagedProperty};

/// What a key says: the id, or a name.
enum Name<'k> {
    Id(Uuid),
    Name(&'k str),
}

/// Reads a key that names a definition by its id or by the property `by`.
fn name<'k>(key: &'k Key, by: &str) -> Option<Name<'k>> {
    match key {
        Key::Id(id) => Some(Name::Id(*id)),
        Key::Values(values) => match values.as_slice() {
            [one] => match &one.value {
                Literal::Text(text) if one.name == by => Some(Name::Name(text)),
                Literal::Id(id) if one.name == "MetadataId" => Some(Name::Id(*id)),
                _ => None,
            },
            _ => None,
        },
    }
}

/// The refusal of a key that names nothing.
fn missing(what: &str, key: &Key) -> Error {
    let key = match key {
        Key::Id(id) => format!("id {id}"),
        Key::Values(values) => values
            .iter()
            .map(|value| match &value.value {
                Literal::Text(text) => format!("{} = '{text}'", value.name),
                other => format!("{} = {other:?}", value.name),
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    Error::not_found("0x80040217", format!("Could not find {what} with {key}."))
}

pub(super) fn table<'s>(schema: &'s Schema, key: &Key) -> Result<&'s Arc<Table>> {
    let found = match name(key, "LogicalName") {
        Some(Name::Name(name)) => schema.table(&name.to_lowercase()),
        Some(Name::Id(id)) => schema.tables().find(|table| table.metadata_id == id),
        None => None,
    };
    found.ok_or_else(|| missing("an entity", key))
}

pub(super) fn column<'t>(table: &'t Table, key: &Key) -> Result<&'t Arc<Column>> {
    let found = match name(key, "LogicalName") {
        Some(Name::Name(name)) => table.column(&name.to_lowercase()),
        Some(Name::Id(id)) => table.columns.values().find(|column| column.metadata_id == id),
        None => None,
    };
    found.ok_or_else(|| missing(&format!("an attribute of '{}'", table.logical_name), key))
}

pub(super) fn key<'t>(table: &'t Table, key: &Key) -> Result<&'t Arc<TableKey>> {
    let found = match name(key, "LogicalName") {
        Some(Name::Name(name)) => table.keys.get(&name.to_lowercase()),
        Some(Name::Id(id)) => table.keys.values().find(|key| key.metadata_id == id),
        None => None,
    };
    found.ok_or_else(|| missing(&format!("a key of '{}'", table.logical_name), key))
}

pub(super) fn relationship<'s>(schema: &'s Schema, key: &Key) -> Result<&'s Arc<Relationship>> {
    let found = match name(key, "SchemaName") {
        Some(Name::Name(name)) => schema.relationship(name),
        Some(Name::Id(id)) => schema.relationships().find(|r| r.metadata_id() == id),
        None => None,
    };
    found.ok_or_else(|| missing("a relationship", key))
}

pub(super) fn managed_property(key: &Key) -> Result<&'static ManagedProperty> {
    let found = match name(key, "LogicalName") {
        Some(Name::Name(name)) => managed_properties::ALL.iter().find(|one| one.name == name),
        Some(Name::Id(id)) => managed_properties::ALL.iter().find(|one| one.id() == id),
        None => None,
    };
    found.ok_or_else(|| missing("a managed property", key))
}

/// The global choice that a key names.
pub(super) fn choice<'s>(schema: &'s Schema, key: &Key) -> Option<&'s Arc<Choice>> {
    match name(key, "Name")? {
        Name::Name(name) => schema.choice(name),
        Name::Id(id) => schema.choices().find(|choice| choice.metadata_id == id),
    }
}

pub(super) fn known_choice<'s>(schema: &'s Schema, key: &Key) -> Result<&'s Arc<Choice>> {
    choice(schema, key).ok_or_else(|| missing("an option set", key))
}
