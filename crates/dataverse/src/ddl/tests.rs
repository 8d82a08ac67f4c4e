//! The statements for both databases, side by side.

use std::sync::Arc;

use metadata::{Column, ColumnKind, Key, Label, Ownership, StringFormat, Table};

use super::*;

fn column(name: &str, kind: ColumnKind) -> (String, Arc<Column>) {
    let mut column = Column::custom(base::Uuid::nil(), name, kind);
    column.display_name = Label::english(name);
    (name.to_owned(), Arc::new(column))
}

fn text() -> ColumnKind {
    ColumnKind::String { max_length: 100, format: StringFormat::Text }
}

fn decimal(precision: u8) -> ColumnKind {
    ColumnKind::Decimal { precision, min: "0".to_owned(), max: "10".to_owned() }
}

fn lookup(targets: &[&str]) -> ColumnKind {
    ColumnKind::Lookup { targets: targets.iter().map(|name| (*name).to_owned()).collect() }
}

fn bank() -> Table {
    let mut table = Table::custom(base::Uuid::nil(), "new_Bank", Ownership::OrganizationOwned);
    table.primary_name = Some("new_name".to_owned());
    table.columns.extend([
        column("new_bankid", ColumnKind::Uuid),
        column("new_name", text()),
        column("new_rate", decimal(2)),
        column("new_accountid", lookup(&["account"])),
        column("new_regardingid", lookup(&["account", "contact"])),
        column("new_virtual", ColumnKind::Virtual),
        column("createdby", lookup(&["systemuser"])),
    ]);
    table
}

fn key(table: &mut Table, columns: &[&str]) {
    let key = Key {
        metadata_id: base::Uuid::nil(),
        logical_name: "new_code".to_owned(),
        schema_name: "new_Code".to_owned(),
        display_name: Label::english("Code"),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        introduced_version: None,
        is_managed: false,
    };
    table.keys.insert("new_code".to_owned(), Arc::new(key));
}

/// The statements between two definitions, on SQLite and on PostgreSQL.
fn check(before: Option<&Table>, after: Option<&Table>) -> String {
    let sqlite = |name: &str| format!("\"{name}\"");
    let postgres = |name: &str| format!("\"env_1\".\"{name}\"");
    let places = [
        Place { dialect: Dialect::Sqlite, qualify: &sqlite },
        Place { dialect: Dialect::Postgres, qualify: &postgres },
    ];
    let texts = places.map(|place| {
        let statements = between_at(place, before, after);
        format!("{:?}\n{}\n", place.dialect, statements.join(";\n"))
    });
    texts.join("\n")
}

#[test]
fn a_new_table() {
    insta::assert_snapshot!(check(None, Some(&bank())));
}

#[test]
fn columns_come_and_go() {
    let mut after = bank();
    after.columns.shift_remove("new_accountid");
    after.columns.extend([column("new_amount", decimal(4)), column("new_note", text())]);
    insta::assert_snapshot!(check(Some(&bank()), Some(&after)));
}

#[test]
fn a_lookup_with_a_second_target_keeps_the_first() {
    let mut after = bank();
    after.columns.extend([column("new_accountid", lookup(&["account", "contact"]))]);
    insta::assert_snapshot!(check(Some(&bank()), Some(&after)));
}

#[test]
fn numbers_keep_their_value_at_another_precision() {
    let mut after = bank();
    after.columns.extend([column("new_rate", decimal(4))]);
    insta::assert_snapshot!(check(Some(&bank()), Some(&after)));
    insta::assert_snapshot!(check(Some(&after), Some(&bank())));
}

#[test]
fn a_key_is_a_unique_index() {
    let mut after = bank();
    key(&mut after, &["new_name", "new_rate"]);
    insta::assert_snapshot!(check(Some(&bank()), Some(&after)));
    let mut other = bank();
    key(&mut other, &["new_rate"]);
    insta::assert_snapshot!(check(Some(&after), Some(&other)));
}

#[test]
fn a_table_goes() {
    insta::assert_snapshot!(check(Some(&bank()), None));
}

#[test]
fn long_names_fit_the_database() {
    let mut table = bank();
    let name = format!("new_{}", "long".repeat(20));
    table.columns.extend([column(&name, lookup(&["account", "contact"]))]);
    for (name, layout) in Layout::of(Dialect::Postgres, &table).unwrap().indexes {
        assert!(name.len() <= 63, "{name}");
        assert!(layout.columns.iter().all(|column| column.name.len() <= 63));
    }
    let layout = Layout::of(Dialect::Postgres, &table).unwrap();
    assert!(layout.columns.keys().all(|name| name.len() <= 63));
}
