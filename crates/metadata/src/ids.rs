//! Stable ids for what every environment has in common: the same definition has the same id
//! everywhere, so definitions can be compared between environments.

use uuid::{Uuid, uuid};

/// The namespace of these ids (RFC 9562, version 5).
const NAMESPACE: Uuid = uuid!("6f0c1a52-5d0e-5c7b-9a35-3b7e9f6d2c41");

/// The id of a thing with this `kind` and `name`. Names are compared without regard to case.
pub fn stable_id(kind: &str, name: &str) -> Uuid {
    let mut text = String::with_capacity(kind.len() + 1 + name.len());
    text.push_str(kind);
    text.push('/');
    text.extend(name.chars().flat_map(char::to_lowercase));
    Uuid::new_v5(&NAMESPACE, text.as_bytes())
}

/// The id of a table.
pub fn table_id(logical_name: &str) -> Uuid {
    stable_id("table", logical_name)
}

/// The id of a column.
pub fn column_id(table: &str, column: &str) -> Uuid {
    stable_id("column", &format!("{table}/{column}"))
}

/// The id of a choice.
pub fn choice_id(name: &str) -> Uuid {
    stable_id("choice", name)
}

/// The id of an alternate key.
pub fn key_id(table: &str, key: &str) -> Uuid {
    stable_id("key", &format!("{table}/{key}"))
}

/// The id of a relationship.
pub fn relationship_id(schema_name: &str) -> Uuid {
    stable_id("relationship", schema_name)
}

/// The id of the privilege with this name (`prvReadAccount`), known or not.
pub fn privilege_id(name: &str) -> Uuid {
    stable_id("privilege", name)
}
