//! What one file of `data/` says, before tables are made of it.

use std::collections::HashMap;

use crate::{Cascade, CascadeAction, Ownership, RequiredLevel, StringFormat};

/// The definitions of one file.
#[derive(Default)]
pub struct Area {
    pub tables: Vec<TableLine>,
    pub links: Vec<LinkLine>,
    pub choices: Vec<ChoiceLine>,
}

/// A `table` with its lines.
#[derive(Default)]
pub struct TableLine {
    pub schema_name: String,
    pub set_name: Option<String>,
    pub type_code: i32,
    pub ownership: Ownership,
    pub display_name: Option<String>,
    pub display_collection_name: Option<String>,
    pub primary_id: Option<String>,
    pub privilege_stem: Option<String>,
    /// The column that stays the same over the layers of a component, if it has an unusual name.
    pub unique_id: Option<String>,
    pub is_virtual: bool,
    pub is_component: bool,
    pub is_activity: bool,
    /// Its definition cannot be customised.
    pub is_fixed: bool,
    /// Its lookups' navigation properties are schema names, as on custom tables.
    pub is_modern: bool,
    /// Without the relationships to logs and jobs that every other table has.
    pub is_internal: bool,
    pub groups: Vec<(Group, bool)>,
    pub flags: Vec<&'static str>,
    pub columns: Vec<ColumnLine>,
    pub keys: Vec<(String, Vec<String>)>,
    pub relationship_names: HashMap<String, String>,
}

/// A `link`: an intersect table and its N:N relationship.
#[derive(Default)]
pub struct LinkLine {
    pub schema_name: String,
    pub set_name: Option<String>,
    pub type_code: i32,
    pub table1: String,
    pub table2: String,
    pub display_name: Option<String>,
    pub primary_id: Option<String>,
    pub relationship: Option<String>,
    pub link_columns: Option<(String, String)>,
    pub is_component: bool,
    pub columns: Vec<ColumnLine>,
}

/// A global `choice`.
pub struct ChoiceLine {
    pub name: String,
    pub display_name: String,
    pub values: Vec<Value>,
}

/// One option of a choice. `partner` is the default status of a state, or the state of a status.
#[derive(Clone)]
pub struct Value {
    pub value: i32,
    pub label: String,
    pub partner: Option<i32>,
}

/// A column.
#[derive(Clone)]
pub struct ColumnLine {
    pub schema_name: String,
    pub kind: Type,
    pub display_name: Option<String>,
    pub required: RequiredLevel,
    pub is_primary_name: bool,
    pub valid_for_create: bool,
    pub valid_for_update: bool,
    pub valid_for_read: bool,
}

impl ColumnLine {
    /// An optional column that can be read and written.
    pub fn new(schema_name: impl Into<String>, kind: Type) -> Self {
        Self {
            schema_name: schema_name.into(),
            kind,
            display_name: None,
            required: RequiredLevel::None,
            is_primary_name: false,
            valid_for_create: true,
            valid_for_update: true,
            valid_for_read: true,
        }
    }

    pub fn required(mut self) -> Self {
        self.required = RequiredLevel::SystemRequired;
        self
    }

    pub fn readonly(mut self) -> Self {
        (self.valid_for_create, self.valid_for_update) = (false, false);
        self
    }

    pub fn createonly(mut self) -> Self {
        self.valid_for_update = false;
        self
    }

    pub fn named(mut self, display_name: &str) -> Self {
        self.display_name = Some(display_name.to_owned());
        self
    }
}

/// The type of a column.
#[derive(Clone)]
pub enum Type {
    Id,
    Text { length: u32, format: StringFormat },
    Memo { length: u32, format: StringFormat },
    Int { min: i32, max: i32, format: &'static str },
    BigInt,
    Decimal { precision: u8 },
    Double { precision: u8, min: i64, max: i64 },
    Money,
    Bool { default: bool, options: Option<Vec<Value>> },
    Time,
    Date,
    Day,
    Zoneless,
    Choice { global: Option<String>, values: Vec<Value>, default: Option<i32> },
    Choices { global: Option<String>, values: Vec<Value> },
    State(Vec<Value>),
    Status(Vec<Value>),
    Lookup(LookupLine),
    Customer(LookupLine),
    Owner,
    Party,
    TableName,
    File { max_size_kb: u32 },
    Image,
    Managed,
}

/// Where a lookup points, and the relationships behind it.
#[derive(Clone, Default)]
pub struct LookupLine {
    pub targets: Vec<String>,
    /// One for each target; empty when they follow from the names of tables and column.
    pub names: Vec<String>,
    pub cascade: Option<Cascade>,
    pub is_hierarchical: bool,
}

/// System columns that come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// `createdon`, `createdby`, `modifiedon`, …
    Audit,
    /// `importsequencenumber`, `overriddencreatedon`.
    Import,
    /// `statecode`, `statuscode`.
    State,
    /// `versionnumber`.
    Version,
    /// `timezoneruleversionnumber`, `utcconversiontimezonecode`.
    Zone,
    /// The owner's columns, or the organisation's.
    Owner,
}

pub fn group(word: &str) -> Result<Group, String> {
    Ok(match word {
        "audit" => Group::Audit,
        "import" => Group::Import,
        "owner" => Group::Owner,
        "state" => Group::State,
        "version" => Group::Version,
        "zone" => Group::Zone,
        _ => return Err(format!("{word:?} is no group of system columns")),
    })
}

/// The property of `EntityMetadata` behind a word.
pub fn flag(word: &str) -> Result<&'static str, String> {
    Ok(match word {
        "activities" => "HasActivities",
        "audited" => "IsAuditEnabled",
        "connections" => "IsConnectionsEnabled",
        "duplicates" => "IsDuplicateDetectionEnabled",
        "email" => "HasEmailAddresses",
        "feedback" => "HasFeedback",
        "notes" => "HasNotes",
        "party" => "IsActivityParty",
        "process" => "IsBusinessProcessEnabled",
        "queues" => "IsValidForQueue",
        "tracked" => "ChangeTrackingEnabled",
        _ => return Err(format!("{word:?} is no property of a table")),
    })
}

pub fn cascade(word: &str) -> Option<Cascade> {
    use CascadeAction::{Cascade as All, NoCascade, Restrict};
    let referential = Cascade::default();
    Some(match word {
        "parental" => Cascade {
            assign: All,
            delete: All,
            merge: All,
            reparent: All,
            share: All,
            unshare: All,
        },
        "cascades" => Cascade { delete: All, ..referential },
        "keeps" => Cascade { delete: NoCascade, ..referential },
        "restricts" => Cascade { delete: Restrict, ..referential },
        _ => return None,
    })
}
