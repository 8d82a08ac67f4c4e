//! Whole definitions of tables in one answer, as `RetrieveEntity`, `RetrieveAllEntities` and
//! `RetrieveMetadataChanges` give them: `ComplexEntityMetadata`.

use metadata::{Column, ColumnKind, Relationship, Table};
use serde_json::{Map, Value};

use super::to_json::Style;

/// Which parts of a table are wanted (`EntityFilters`). Its own properties always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Parts {
    /// Columns and keys.
    pub attributes: bool,
    /// Privileges.
    pub privileges: bool,
    /// Relationships.
    pub relationships: bool,
}

impl Parts {
    /// Reads names of `EntityFilters`; gives the one that is none of them, if there is one.
    pub fn of<'n>(names: &[&'n str]) -> Result<Self, &'n str> {
        let mut parts = Self::default();
        for name in names {
            match *name {
                "Default" | "Entity" => {}
                "Attributes" => parts.attributes = true,
                "Privileges" => parts.privileges = true,
                "Relationships" => parts.relationships = true,
                "All" => {
                    parts = Self { attributes: true, privileges: true, relationships: true };
                }
                other => return Err(other),
            }
        }
        Ok(parts)
    }
}

/// The collections below a table.
pub(super) const COLLECTIONS: &[&str] = &[
    "Attributes",
    "Keys",
    "ManyToManyRelationships",
    "ManyToOneRelationships",
    "OneToManyRelationships",
];

/// A table with the parts that are wanted; the others are null.
pub(super) fn table(style: Style<'_>, table: &Table, parts: Parts) -> Map<String, Value> {
    let mut members = style.table(table);
    if !parts.privileges {
        members.insert("Privileges".to_owned(), Value::Null);
    }
    for name in COLLECTIONS {
        let is_wanted = match *name {
            "Attributes" | "Keys" => parts.attributes,
            _ => parts.relationships,
        };
        let items = is_wanted
            .then(|| items(style, table, name).into_iter().map(Value::Object).collect::<Vec<_>>());
        members.insert((*name).to_owned(), items.into());
    }
    members
}

/// What stands in a collection below a table.
pub(super) fn items(style: Style<'_>, table: &Table, name: &str) -> Vec<Map<String, Value>> {
    match name {
        "Attributes" => table.columns.values().map(|one| column(style, table, one)).collect(),
        "Keys" => table.keys.values().map(|key| style.key(table, key)).collect(),
        _ => {
            let is_wanted = |relationship: &&std::sync::Arc<Relationship>| {
                let logical_name = &table.logical_name;
                match (&***relationship, name) {
                    (Relationship::OneToMany(one), "OneToManyRelationships") => {
                        one.referenced_table == *logical_name
                    }
                    (Relationship::OneToMany(one), "ManyToOneRelationships") => {
                        one.referencing_table == *logical_name
                    }
                    (Relationship::ManyToMany(many), "ManyToManyRelationships") => {
                        many.table1 == *logical_name || many.table2 == *logical_name
                    }
                    _ => false,
                }
            };
            let mut found: Vec<_> = style.schema.relationships().filter(is_wanted).collect();
            found.sort_by_key(|relationship| relationship.schema_name());
            found.into_iter().map(|one| complex(style.relationship(one))).collect()
        }
    }
}

/// A column with its options.
fn column(style: Style<'_>, table: &Table, column: &Column) -> Map<String, Value> {
    let mut members = complex(style.column(table, column));
    if let Some(choice) = column.options() {
        let mut set = complex(style.choice(choice));
        let global = match &column.kind {
            ColumnKind::Choice { global, .. } | ColumnKind::MultiChoice { global, .. } => {
                global.is_some()
            }
            _ => false,
        };
        set.shift_remove("@odata.type");
        members.insert("OptionSet".to_owned(), Value::Object(set.clone()));
        let global = if global { Value::Object(set) } else { Value::Null };
        members.insert("GlobalOptionSet".to_owned(), global);
    }
    members
}

/// A definition as a value: its class has `Complex` before its name.
fn complex(mut members: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::String(class)) = members.get_mut("@odata.type") {
        *class = class.replace("#Microsoft.Dynamics.CRM.", "#Microsoft.Dynamics.CRM.Complex");
    }
    members
}
