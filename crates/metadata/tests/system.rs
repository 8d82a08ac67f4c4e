//! The system tables as a whole.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::collections::{BTreeMap, HashMap};

use metadata::system::base_schema;
use metadata::{ColumnKind, Relationship, Schema, Table, TableType};

/// Sorted, so that a failure reads the same each time.
fn tables(schema: &Schema) -> Vec<&Table> {
    let mut tables: Vec<_> = schema.tables().map(|table| &**table).collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    tables
}

#[test]
fn every_lookup_target_exists() {
    let schema = base_schema();
    let mut missing = Vec::new();
    for table in tables(&schema) {
        for column in table.columns.values() {
            let unknown = column.targets().into_iter().filter(|name| schema.table(name).is_none());
            missing
                .extend(unknown.map(|name| {
                    format!("{}.{} → {name}", table.logical_name, column.logical_name)
                }));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_lookup_has_a_target_and_a_relationship_for_each() {
    let schema = base_schema();
    let mut wrong = Vec::new();
    for table in tables(&schema) {
        let known: Vec<_> = schema.many_to_one(&table.logical_name).collect();
        for column in table.columns.values().filter(|column| column.is_lookup()) {
            let targets = match &column.kind {
                ColumnKind::Owner => vec!["owner"],
                _ => column.targets(),
            };
            let at = format!("{}.{}", table.logical_name, column.logical_name);
            if targets.is_empty() && table.logical_name != "audit" {
                wrong.push(format!("{at} points nowhere"));
            }
            for target in targets {
                let is_it = |one: &&&metadata::OneToMany| {
                    one.referencing_column == column.logical_name && one.referenced_table == target
                };
                if known.iter().filter(is_it).count() != 1 {
                    wrong.push(format!("{at} → {target}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_relationship_joins_columns_that_exist() {
    let schema = base_schema();
    let has = |table: &str, column: &str| {
        schema.table(table).is_some_and(|found| found.column(column).is_some())
    };
    for relationship in schema.relationships() {
        match &**relationship {
            Relationship::OneToMany(one) => {
                assert!(has(&one.referenced_table, &one.referenced_column), "{one:?}");
                assert!(has(&one.referencing_table, &one.referencing_column), "{one:?}");
                let key = &schema.table(&one.referenced_table).unwrap().primary_id;
                assert_eq!(&one.referenced_column, key, "{one:?}");
            }
            Relationship::ManyToMany(many) => {
                assert!(has(&many.intersect_table, &many.column1), "{many:?}");
                assert!(has(&many.intersect_table, &many.column2), "{many:?}");
                assert!(schema.table(&many.table1).is_some(), "{many:?}");
                assert!(schema.table(&many.table2).is_some(), "{many:?}");
            }
        }
    }
}

#[test]
fn navigation_properties_of_a_table_are_unique() {
    let schema = base_schema();
    for table in tables(&schema) {
        let mut names: HashMap<&str, &str> = HashMap::new();
        let ones = schema.many_to_one(&table.logical_name);
        let manys = schema.one_to_many(&table.logical_name);
        let links = schema.many_to_many(&table.logical_name);
        let all = ones
            .map(|one| (one.referencing_navigation.as_str(), one.schema_name.as_str()))
            .chain(manys.map(|one| (one.referenced_navigation.as_str(), one.schema_name.as_str())))
            .chain(links.map(|link| (link.navigation1.as_str(), link.schema_name.as_str())));
        for (name, relationship) in all {
            let old = names.insert(name, relationship);
            assert!(old.is_none(), "{}: {name} is {old:?} and {relationship}", table.logical_name);
        }
    }
}

#[test]
fn names_and_type_codes_are_unique() {
    let schema = base_schema();
    let (mut sets, mut codes) = (HashMap::new(), HashMap::new());
    for table in tables(&schema) {
        let name = &table.logical_name;
        assert_eq!(sets.insert(&table.set_name, name), None, "{name}: set {}", table.set_name);
        assert_eq!(codes.insert(table.type_code, name), None, "{name}: code {}", table.type_code);
        assert!((1..10_000).contains(&table.type_code), "{name}");
    }
}

#[test]
fn keys_and_names_are_columns() {
    for table in tables(&base_schema()) {
        let name = &table.logical_name;
        let key = table.column(&table.primary_id);
        assert!(key.is_some_and(|column| column.kind == ColumnKind::Uuid), "{name}");
        if let Some(primary_name) = &table.primary_name {
            assert!(table.column(primary_name).is_some(), "{name}.{primary_name}");
        }
        for column in table.keys.values().flat_map(|key| &key.columns) {
            assert!(table.column(column).is_some(), "{name}.{column}");
        }
    }
}

#[test]
fn states_and_statuses_agree() {
    for table in tables(&base_schema()) {
        let name = &table.logical_name;
        let state = table.column("statecode").and_then(|column| column.options());
        let status = table.column("statuscode").and_then(|column| column.options());
        let (Some(state), Some(status)) = (state, status) else {
            assert_eq!(state.is_some(), status.is_some(), "{name}");
            continue;
        };
        for option in &state.options {
            let default = option.default_status.and_then(|value| status.option(value));
            assert_eq!(default.and_then(|found| found.state), Some(option.value), "{name}");
        }
        for option in &status.options {
            let found = option.state.and_then(|value| state.option(value));
            assert!(found.is_some(), "{name}: status {}", option.value);
        }
    }
}

#[test]
fn options_of_a_choice_are_unique() {
    for table in tables(&base_schema()) {
        for column in table.columns.values() {
            let Some(choice) = column.options() else { continue };
            let mut values = BTreeMap::new();
            for option in &choice.options {
                let old = values.insert(option.value, option);
                assert!(
                    old.is_none(),
                    "{}.{}: {}",
                    table.logical_name,
                    column.logical_name,
                    option.value
                );
            }
        }
    }
}

#[test]
fn virtual_tables_have_no_system_columns() {
    for table in tables(&base_schema()) {
        if table.table_type == TableType::Virtual {
            assert!(table.column("createdby").is_none(), "{}", table.logical_name);
        }
    }
}

/// What a change of the data files changes, at a glance.
#[test]
fn summary() {
    let schema = base_schema();
    let mut text = String::new();
    for table in tables(&schema) {
        let name = &table.logical_name;
        let (one, many, links) = (
            schema.many_to_one(name).count(),
            schema.one_to_many(name).count(),
            schema.many_to_many(name).count(),
        );
        let columns = table.columns.len();
        let line = format!(
            "{name} {} {columns} columns, {one} n:1, {many} 1:n, {links} n:n\n",
            table.set_name
        );
        text.push_str(&line);
    }
    insta::assert_snapshot!(text);
}

/// One table in full.
#[test]
fn columns_of_environmentvariabledefinition() {
    let schema = base_schema();
    let table = schema.table("environmentvariabledefinition").unwrap();
    let text: String = table.columns.values().map(|column| describe(column)).collect();
    insta::assert_snapshot!(text);
}

fn describe(column: &metadata::Column) -> String {
    let kind = format!("{:?}", column.kind);
    let kind = kind.split([' ', '{']).next().unwrap_or_default();
    let access: String = [
        (column.valid_for_create, 'c'),
        (column.valid_for_read, 'r'),
        (column.valid_for_update, 'u'),
    ]
    .into_iter()
    .map(|(is_valid, letter)| if is_valid { letter } else { '-' })
    .collect();
    let name = column.display_name.text(metadata::ENGLISH).unwrap_or_default();
    format!("{} {kind} {access} {:?} {name:?}\n", column.schema_name, column.required)
}
