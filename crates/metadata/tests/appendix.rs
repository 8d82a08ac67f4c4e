//! The core tables against column lists and relationship names of a real environment, where those
//! lists are at hand.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use metadata::system::base_schema;
use metadata::{Column, ColumnKind, Relationship};

const PATH: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/dataverse-web-api.md");

/// The generated classes show this plain id with a relationship.
const LEFT_OUT: &[&str] = &["solutioncomponent.rootsolutioncomponentid"];

/// The entries of an appendix: table and text.
fn entries(title: &str) -> Vec<(String, String)> {
    let Ok(text) = std::fs::read_to_string(PATH) else {
        println!("skipped: {PATH} is not there");
        return Vec::new();
    };
    let (_, rest) = text.split_once(title).unwrap();
    let (part, _) = rest.split_once("\n# ").unwrap();
    let entry = |text: &str| {
        let (table, rest) = text.split_once("**").unwrap();
        (table.to_owned(), rest.replace('\n', " "))
    };
    part.split("\n* **").skip(1).map(entry).collect()
}

/// The code that the list uses for the type of a column.
fn code(column: &Column) -> String {
    match &column.kind {
        ColumnKind::String { max_length, .. } | ColumnKind::Memo { max_length, .. } => {
            format!("s{max_length}")
        }
        ColumnKind::Uuid => "id".to_owned(),
        ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner => "lk".to_owned(),
        ColumnKind::DateTime { .. } => "dt".to_owned(),
        ColumnKind::Integer { .. } => "i".to_owned(),
        ColumnKind::BigInt => "i8".to_owned(),
        ColumnKind::Decimal { .. } | ColumnKind::Money { .. } => "dec".to_owned(),
        ColumnKind::Double { .. } => "f".to_owned(),
        ColumnKind::Boolean { .. } => "b".to_owned(),
        ColumnKind::EntityName => "s".to_owned(),
        // The generated classes show managed properties as choices.
        ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. } => {
            "ch".to_owned()
        }
        ColumnKind::ManagedProperty => "ch".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn columns_of_core_tables() {
    let schema = base_schema();
    let (mut wrong, mut checked) = (Vec::new(), 0);
    let entries = entries("# Appendix A.");
    let is_there = !entries.is_empty();
    for (name, text) in entries {
        let table = schema.table(&name).expect("the list names tables that we have");
        let (_, list) = text.split_once("):").unwrap();
        for (column, expected) in list.split_whitespace().filter_map(|item| item.split_once(':')) {
            let at = format!("{name}.{column}");
            checked += 1;
            match table.column(column) {
                Some(found) if code(found) == expected => {}
                Some(found) => wrong.push(format!("{at} is {}, not {expected}", code(found))),
                None => wrong.push(format!("{at} is missing")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(!is_there || checked > 600, "only {checked} columns were read from the list");
}

#[test]
fn relationships_of_core_tables() {
    let schema = base_schema();
    let mut wrong = Vec::new();
    for (name, text) in entries("# Appendix B.") {
        let Some((_, list)) = text.split_once("N:1:") else { continue };
        let list = list.split(" 1:N:").next().unwrap_or_default();
        let list = list.split(" N:N:").next().unwrap_or_default();
        for item in list.split(';') {
            let words: Vec<_> =
                item.split(['→', '(', ')', ' ']).filter(|w| !w.is_empty()).collect();
            let [column, target, relationship] = words[..] else { continue };
            if LEFT_OUT.contains(&&*format!("{name}.{column}")) {
                continue;
            }
            let is_it = |found: &&std::sync::Arc<Relationship>| match &***found {
                Relationship::OneToMany(one) => {
                    one.schema_name == relationship
                        && one.referencing_table == name
                        && one.referencing_column == column
                        && one.referenced_table == target
                }
                Relationship::ManyToMany(_) => false,
            };
            if schema.relationship(relationship).filter(is_it).is_none() {
                wrong.push(format!("{name}.{column} → {target} ({relationship})"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
