//! What changed between two versions of a table: the decision behind its DDL.

use std::sync::Arc;

use crate::{Column, Key, Table};

/// One change of a table, in the order in which it must be done: keys are dropped before the
/// columns that they use, and added after them.
#[derive(Clone, Debug, PartialEq)]
pub enum TableChange {
    /// A key is gone, or changes and is added again.
    DropKey(Arc<Key>),
    /// A column is gone.
    DropColumn(Arc<Column>),
    /// A column is new.
    AddColumn(Arc<Column>),
    /// A column has changed; `has_new_type` tells whether the form of its values has, rather than
    /// only limits, labels or rules.
    ChangeColumn {
        /// As it was.
        old: Arc<Column>,
        /// As it is.
        new: Arc<Column>,
        /// Whether stored values must be converted.
        has_new_type: bool,
    },
    /// A key is new.
    AddKey(Arc<Key>),
    /// Names, flags or other properties of the table itself have changed; no row has.
    ChangeProperties,
}

/// The changes that make `new` of `old`. Both are versions of one table; none if they are equal.
pub fn diff(old: &Table, new: &Table) -> Vec<TableChange> {
    let mut changes = Vec::new();
    let dropped_keys = old.keys.values().filter(|key| has_changed(key, new));
    changes.extend(dropped_keys.cloned().map(TableChange::DropKey));
    let dropped = old.columns.values().filter(|column| new.column(&column.logical_name).is_none());
    changes.extend(dropped.cloned().map(TableChange::DropColumn));
    changes.extend(new.columns.values().filter_map(|column| of_column(old, column)));
    let added_keys = new.keys.values().filter(|key| has_changed(key, old));
    changes.extend(added_keys.cloned().map(TableChange::AddKey));
    if has_new_properties(old, new) {
        changes.push(TableChange::ChangeProperties);
    }
    changes
}

/// Whether `other` lacks the key or has it over other columns.
fn has_changed(key: &Key, other: &Table) -> bool {
    other.keys.get(&key.logical_name).is_none_or(|found| found.columns != key.columns)
}

fn of_column(old: &Table, new: &Arc<Column>) -> Option<TableChange> {
    match old.column(&new.logical_name) {
        None => Some(TableChange::AddColumn(new.clone())),
        Some(before) if Arc::ptr_eq(before, new) || before == new => None,
        Some(before) => Some(TableChange::ChangeColumn {
            old: before.clone(),
            new: new.clone(),
            has_new_type: before.kind.storage() != new.kind.storage(),
        }),
    }
}

fn has_new_properties(old: &Table, new: &Table) -> bool {
    let bare = |table: &Table| Table {
        columns: indexmap::IndexMap::new(),
        keys: indexmap::IndexMap::new(),
        ..table.clone()
    };
    let labels = |table: &Table| -> Vec<_> {
        table
            .keys
            .values()
            .map(|key| (key.logical_name.clone(), key.display_name.clone()))
            .collect()
    };
    bare(old) != bare(new) || labels(old) != labels(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ColumnKind, Label, Ownership, StringFormat, ids, system};

    fn table() -> Table {
        let mut table = Table::custom(ids::table_id("new_bank"), "new_Bank", Ownership::UserOwned);
        system::complete(&mut table);
        table
    }

    fn text(name: &str, max_length: u32) -> Arc<Column> {
        let account =
            system::base_schema().table("account").unwrap().column("name").unwrap().clone();
        let kind = ColumnKind::String { max_length, format: StringFormat::Text };
        Arc::new(Column { logical_name: name.to_owned(), kind, ..(*account).clone() })
    }

    fn put(table: &mut Table, column: Arc<Column>) {
        table.columns.insert(column.logical_name.clone(), column);
    }

    fn key(columns: &[&str]) -> Arc<Key> {
        Arc::new(Key {
            metadata_id: ids::key_id("new_bank", "new_key"),
            logical_name: "new_key".to_owned(),
            schema_name: "new_Key".to_owned(),
            display_name: Label::english("Key"),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            introduced_version: None,
            is_managed: false,
        })
    }

    #[test]
    fn equal_tables_do_not_differ() {
        assert_eq!(diff(&table(), &table()), vec![]);
    }

    #[test]
    fn columns_come_and_go() {
        let (old, mut new) = (table(), table());
        put(&mut new, text("new_code", 10));
        assert_eq!(diff(&old, &new), vec![TableChange::AddColumn(text("new_code", 10))]);
        assert_eq!(diff(&new, &old), vec![TableChange::DropColumn(text("new_code", 10))]);
    }

    #[test]
    fn a_longer_text_keeps_its_type() {
        let (mut old, mut new) = (table(), table());
        put(&mut old, text("new_code", 10));
        put(&mut new, text("new_code", 20));
        let change = TableChange::ChangeColumn {
            old: text("new_code", 10),
            new: text("new_code", 20),
            has_new_type: false,
        };
        assert_eq!(diff(&old, &new), vec![change]);
    }

    #[test]
    fn a_number_of_a_text_is_a_new_type() {
        let (mut old, mut new) = (table(), table());
        put(&mut old, text("new_code", 10));
        put(
            &mut new,
            Arc::new(Column { kind: ColumnKind::BigInt, ..(*text("new_code", 1)).clone() }),
        );
        let changes = diff(&old, &new);
        assert!(matches!(changes[..], [TableChange::ChangeColumn { has_new_type: true, .. }]));
    }

    #[test]
    fn a_key_over_other_columns_is_made_anew_around_them() {
        let (mut old, mut new) = (table(), table());
        put(&mut old, text("new_a", 10));
        put(&mut new, text("new_b", 10));
        old.keys.insert("new_key".to_owned(), key(&["new_a"]));
        new.keys.insert("new_key".to_owned(), key(&["new_b"]));
        let expected = vec![
            TableChange::DropKey(key(&["new_a"])),
            TableChange::DropColumn(text("new_a", 10)),
            TableChange::AddColumn(text("new_b", 10)),
            TableChange::AddKey(key(&["new_b"])),
        ];
        assert_eq!(diff(&old, &new), expected);
    }

    #[test]
    fn a_new_name_changes_no_row() {
        let (old, mut new) = (table(), table());
        new.display_name = Label::english("Bank");
        assert_eq!(diff(&old, &new), vec![TableChange::ChangeProperties]);
    }
}
