//! Tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Column, ColumnKind, Label, ManagedProperties, ManyToMany, RequiredLevel, names};

/// A table with its columns and keys. Relationships are beside it in the schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The stable id of the definition.
    pub metadata_id: Uuid,
    /// The name in lower case, by which data knows it.
    pub logical_name: String,
    /// The name as its maker spelt it.
    pub schema_name: String,
    /// The name of its rows in URLs (`accounts`).
    pub set_name: String,
    /// `ObjectTypeCode`: below 10,000 for the platform's own.
    pub type_code: i32,
    /// Its primary key.
    pub primary_id: String,
    /// The column that people read as the name of a row.
    pub primary_name: Option<String>,
    /// Who owns its rows.
    pub ownership: Ownership,
    /// What stands behind it.
    #[serde(default)]
    pub table_type: TableType,
    /// What people read for one row.
    pub display_name: Label,
    /// What people read for many.
    pub display_collection_name: Label,
    /// What it is for.
    #[serde(default)]
    pub description: Label,
    /// Its columns by logical name, in the order in which they were made.
    pub columns: IndexMap<String, Arc<Column>>,
    /// Its alternate keys by logical name.
    #[serde(default)]
    pub keys: IndexMap<String, Arc<Key>>,
    /// Whether it is an activity.
    #[serde(default)]
    pub is_activity: bool,
    /// Whether it is the table between two others.
    #[serde(default)]
    pub is_intersect: bool,
    /// Whether its rows are components of solutions.
    #[serde(default)]
    pub is_solution_aware: bool,
    /// Whether a person or a solution made it.
    #[serde(default)]
    pub is_custom: bool,
    /// Whether its base layer is a managed solution.
    #[serde(default)]
    pub is_managed: bool,
    /// The stem of its privileges (`prvRead<stem>`): its schema name, unless another table's
    /// privileges cover it. Empty: no privilege guards it (intersect and internal tables).
    pub privilege_stem: String,
    /// The other properties of `EntityMetadata`, by the protocol's name (`IsAuditEnabled`,
    /// `HasNotes`, …), as they came.
    #[serde(default)]
    pub flags: BTreeMap<String, serde_json::Value>,
    /// The solution version that introduced it.
    #[serde(default)]
    pub introduced_version: Option<String>,
    /// What may be changed above the base layer.
    #[serde(default)]
    pub managed_properties: ManagedProperties,
}

/// What stands behind a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableType {
    /// Rows in the database.
    #[default]
    Standard,
    /// Computed rows.
    Virtual,
    /// Rows in a document store; kept like standard ones here.
    Elastic,
}

/// Who owns the rows of a table (`OwnershipTypes`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// Nobody: intersect and internal tables.
    #[default]
    None,
    /// A user or a team.
    UserOwned,
    /// The organisation.
    OrganizationOwned,
    /// A business unit.
    BusinessOwned,
}

/// An alternate key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// The stable id of the definition.
    pub metadata_id: Uuid,
    /// The name in lower case.
    pub logical_name: String,
    /// The name as its maker spelt it.
    pub schema_name: String,
    /// What people read.
    pub display_name: Label,
    /// Its columns, by logical name.
    pub columns: Vec<String>,
    /// The solution version that introduced it.
    #[serde(default)]
    pub introduced_version: Option<String>,
    /// Whether its base layer is a managed solution.
    #[serde(default)]
    pub is_managed: bool,
}

impl Table {
    /// The table between the two of a many-to-many relationship: a key of its own, and the keys of
    /// both.
    pub fn intersect(many: &ManyToMany, mut new_id: impl FnMut() -> Uuid) -> Self {
        let mut table = Self::custom(new_id(), &many.intersect_table, Ownership::None);
        table.set_name = format!("{}set", table.logical_name);
        table.is_intersect = true;
        table.is_managed = many.is_managed;
        table.privilege_stem.clear();
        table.introduced_version.clone_from(&many.introduced_version);
        crate::system::complete(&mut table);
        for name in [&many.column1, &many.column2] {
            let mut column = Column::custom(new_id(), name, ColumnKind::Uuid);
            column.required = RequiredLevel::SystemRequired;
            column.is_custom = false;
            column.valid_for_update = false;
            column.introduced_version.clone_from(&many.introduced_version);
            table.columns.insert(name.clone(), Arc::new(column));
        }
        table
    }

    /// A custom table with what follows from its name: [`crate::system::complete`] adds the system
    /// columns. `type_code` is the environment's to give, from 10,000.
    pub fn custom(metadata_id: Uuid, schema_name: &str, ownership: Ownership) -> Self {
        let logical_name = schema_name.to_lowercase();
        Self {
            metadata_id,
            schema_name: schema_name.to_owned(),
            set_name: names::set_name(&logical_name),
            type_code: 0,
            primary_id: names::primary_id(&logical_name),
            primary_name: None,
            ownership,
            table_type: TableType::Standard,
            display_name: Label::default(),
            display_collection_name: Label::default(),
            description: Label::default(),
            columns: IndexMap::new(),
            keys: IndexMap::new(),
            is_activity: false,
            is_intersect: false,
            is_solution_aware: false,
            is_custom: true,
            is_managed: false,
            privilege_stem: schema_name.to_owned(),
            flags: BTreeMap::new(),
            introduced_version: None,
            managed_properties: ManagedProperties::default(),
            logical_name,
        }
    }

    /// The column with this logical name.
    pub fn column(&self, logical_name: &str) -> Option<&Arc<Column>> {
        self.columns.get(logical_name)
    }

    /// Whether the flag of this name (`HasNotes`, …) is set. A managed property counts by its value.
    pub fn has_flag(&self, name: &str) -> bool {
        match self.flags.get(name) {
            Some(serde_json::Value::Object(object)) => {
                object.get("Value").is_some_and(|value| value == true)
            }
            Some(value) => value == true || value == 1,
            None => false,
        }
    }

    /// Whether rows have an owner.
    pub fn is_owned(&self) -> bool {
        self.ownership == Ownership::UserOwned
    }
}
