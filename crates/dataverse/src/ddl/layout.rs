//! How a table lies in the database: decided here, as data.

use std::collections::BTreeMap;

use db::{ColumnType, Dialect};
use indexmap::IndexMap;
use metadata::{Column, ColumnKind, Ownership, SourceType, Table, TableType};

/// The physical form of a table. Two layouts compare to the statements between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The physical name.
    pub table: String,
    /// The physical name of the primary key.
    pub primary_key: String,
    /// Whether its rows are short: links, and what the server keeps.
    pub is_narrow: bool,
    /// By physical name, in the order of the table.
    pub columns: IndexMap<String, PhysicalColumn>,
    /// By physical name.
    pub indexes: BTreeMap<String, Index>,
}

/// A physical column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysicalColumn {
    /// Its type in the database.
    pub storage: ColumnType,
    /// For an exact number: how many digits after the point are in the stored integer.
    pub scale: u8,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Whether two rows may not be equal in it. Rows with a null in any of the columns are never
    /// equal, as the platform has it.
    pub is_unique: bool,
    /// Its columns.
    pub columns: Vec<IndexColumn>,
}

/// A column of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexColumn {
    /// The physical name.
    pub name: String,
    /// Whether texts that differ only in case are equal.
    pub is_folded: bool,
}

/// Digits after the point of every amount.
pub const MONEY_SCALE: u8 = 4;

/// A table with fewer columns has short rows.
const NARROW_COLUMNS_MAX: usize = 12;

/// Lookups that few people search by: an index on them costs more than it gives.
const NOT_INDEXED: &[&str] = &[
    "createdby",
    "createdonbehalfby",
    "modifiedby",
    "modifiedonbehalfby",
    "organizationid",
    "owningextensionid",
    "owningteam",
    "owninguser",
    "slaid",
    "slainvokedid",
    "transactioncurrencyid",
];

/// Indexes that follow from no rule: the table and the columns that the server itself searches by.
const EXTRA: &[(&str, &[&str])] = &[
    ("principalobjectaccess", &["objectid", "principalid"]),
    ("principalobjectaccess", &["principalid", "objecttypecode"]),
    ("privilege", &["name"]),
    ("savedquery", &["returnedtypecode"]),
    ("sdkmessagefilter", &["primaryobjecttypecode"]),
    ("solution", &["uniquename"]),
    ("solutioncomponent", &["objectid"]),
    ("systemform", &["objecttypecode"]),
    ("systemuser", &["applicationid"]),
    ("systemuser", &["azureactivedirectoryobjectid"]),
];

impl Layout {
    /// The layout of a table; nothing if it has no rows in the database.
    pub fn of(dialect: Dialect, table: &Table) -> Option<Self> {
        if table.table_type == TableType::Virtual {
            return None;
        }
        let mut layout = Self {
            table: dialect.physical_name(&table.logical_name),
            primary_key: dialect.physical_name(&table.primary_id),
            is_narrow: table.is_intersect || table.columns.len() < NARROW_COLUMNS_MAX,
            ..Self::default()
        };
        for column in table.columns.values() {
            layout.columns.extend(physical_columns(dialect, column));
        }
        layout.put_indexes(dialect, table);
        Some(layout)
    }

    fn put_indexes(&mut self, dialect: Dialect, table: &Table) {
        let name = table.primary_name.as_deref().filter(|_| table.ownership != Ownership::None);
        for column in name.and_then(|name| table.column(name)).into_iter() {
            self.put_index(dialect, table, &[&column.logical_name], false);
        }
        let searched = |column: &&std::sync::Arc<Column>| {
            // Components are few; an index on each of their lookups costs more than it gives.
            !table.is_solution_aware
                && column.is_lookup()
                && !NOT_INDEXED.contains(&column.logical_name.as_str())
        };
        for column in table.columns.values().filter(searched) {
            self.put_index(dialect, table, &[&column.logical_name], false);
        }
        for (_, columns) in EXTRA.iter().filter(|(name, _)| *name == table.logical_name) {
            self.put_index(dialect, table, columns, false);
        }
        if table.is_intersect
            && let Some((first, second)) = link_columns(table)
        {
            self.put_index(dialect, table, &[first, second], true);
            self.put_index(dialect, table, &[second], false);
        }
        for key in table.keys.values() {
            let columns: Vec<_> = key.columns.iter().map(String::as_str).collect();
            let index = self.index(dialect, table, &columns, true);
            self.indexes.insert(key_index(dialect, table, &key.logical_name), index);
        }
    }

    fn put_index(&mut self, dialect: Dialect, table: &Table, columns: &[&str], is_unique: bool) {
        let index = self.index(dialect, table, columns, is_unique);
        if index.columns.is_empty() {
            return;
        }
        let kind = if is_unique { "ux" } else { "ix" };
        let name = format!("{kind}_{}_{}", table.logical_name, columns.join("_"));
        self.indexes.insert(dialect.physical_name(&name), index);
    }

    fn index(&self, dialect: Dialect, table: &Table, columns: &[&str], is_unique: bool) -> Index {
        let columns = columns.iter().filter_map(|logical| {
            let name = dialect.physical_name(logical);
            let physical = self.columns.get(&name)?;
            let is_id = matches!(table.column(logical)?.kind, ColumnKind::EntityName);
            Some(IndexColumn { name, is_folded: physical.storage == ColumnType::Text && !is_id })
        });
        Index { is_unique, columns: columns.collect() }
    }
}

/// The name of the unique index behind an alternate key.
pub fn key_index(dialect: Dialect, table: &Table, key: &str) -> String {
    dialect.physical_name(&format!("key_{}_{key}", table.logical_name))
}

/// The two columns of an intersect table that refer to the tables it links.
pub fn link_columns(table: &Table) -> Option<(&str, &str)> {
    let is_link = |column: &&std::sync::Arc<Column>| {
        column.logical_name != table.primary_id
            && (column.kind == ColumnKind::Uuid || column.is_lookup())
    };
    let mut links = table.columns.values().filter(is_link);
    Some((&links.next()?.logical_name, &links.next()?.logical_name))
}

/// The name of the physical column that holds the table of a lookup with several targets.
pub fn type_column(dialect: Dialect, logical_name: &str) -> String {
    dialect.physical_name(&format!("{logical_name}__type"))
}

/// Whether the table of a lookup's row must be stored beside its id.
pub fn has_type_column(column: &Column) -> bool {
    match &column.kind {
        ColumnKind::Lookup { targets } => targets.len() != 1,
        ColumnKind::Customer | ColumnKind::Owner => true,
        _ => false,
    }
}

/// The type of a column in the database; nothing if its value is not stored there.
///
/// Yes/no, choices and dates are integers; exact numbers are integers scaled by their precision; a
/// managed property is `value + 2 * can_be_changed`; several options are text (`,1,5,`).
pub fn storage(column: &Column) -> Option<PhysicalColumn> {
    match column.source_type {
        SourceType::Calculated | SourceType::Formula => None,
        SourceType::Simple | SourceType::Rollup => value_storage(column),
    }
}

/// The type of a column's values in a statement, whether they are stored or calculated; nothing if
/// there are none.
pub fn value_storage(column: &Column) -> Option<PhysicalColumn> {
    if column.bound.0.is_none()
        && matches!(column.source_type, SourceType::Calculated | SourceType::Formula)
    {
        return None;
    }
    let (storage, scale) = match &column.kind {
        ColumnKind::Uuid
        | ColumnKind::Lookup { .. }
        | ColumnKind::Customer
        | ColumnKind::Owner
        | ColumnKind::File { .. } => (ColumnType::Id, 0),
        ColumnKind::String { .. }
        | ColumnKind::Memo { .. }
        | ColumnKind::EntityName
        | ColumnKind::MultiChoice { .. } => (ColumnType::Text, 0),
        ColumnKind::Integer { .. }
        | ColumnKind::BigInt
        | ColumnKind::Boolean { .. }
        | ColumnKind::DateTime { .. }
        | ColumnKind::Choice { .. }
        | ColumnKind::State { .. }
        | ColumnKind::Status { .. }
        | ColumnKind::ManagedProperty => (ColumnType::Int, 0),
        ColumnKind::Decimal { precision, .. } => (ColumnType::Int, *precision),
        ColumnKind::Money { .. } => (ColumnType::Int, MONEY_SCALE),
        ColumnKind::Double { .. } => (ColumnType::Real, 0),
        ColumnKind::Image { .. } => (ColumnType::Bytes, 0),
        ColumnKind::PartyList | ColumnKind::Virtual => return None,
    };
    Some(PhysicalColumn { storage, scale })
}

fn physical_columns(
    dialect: Dialect,
    column: &Column,
) -> impl Iterator<Item = (String, PhysicalColumn)> {
    let own = storage(column).map(|own| (dialect.physical_name(&column.logical_name), own));
    let type_column = (own.is_some() && has_type_column(column)).then(|| {
        let text = PhysicalColumn { storage: ColumnType::Text, scale: 0 };
        (type_column(dialect, &column.logical_name), text)
    });
    own.into_iter().chain(type_column)
}
