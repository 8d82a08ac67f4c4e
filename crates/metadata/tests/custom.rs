//! Custom tables: what the platform adds to them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::sync::Arc;

use metadata::system::{base_schema, complete, system_relationships};
use metadata::{Column, ColumnKind, Ownership, Relationship, Schema, Table, ids};

fn table(schema_name: &str, ownership: Ownership) -> Table {
    Table::custom(ids::table_id(schema_name), schema_name, ownership)
}

fn completed(mut table: Table) -> Table {
    complete(&mut table);
    table
}

fn names(table: &Table) -> String {
    table.columns.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn money(logical_name: &str) -> Arc<Column> {
    let revenue = base_schema().table("account").unwrap().column("revenue").unwrap().clone();
    let (logical_name, schema_name) = (logical_name.to_lowercase(), logical_name.to_owned());
    Arc::new(Column { logical_name, schema_name, is_custom: true, ..(*revenue).clone() })
}

#[test]
fn a_user_owned_table() {
    insta::assert_snapshot!(names(&completed(table("new_Bank", Ownership::UserOwned))), @"new_bankid createdon createdby createdonbehalfby modifiedon modifiedby modifiedonbehalfby ownerid owningbusinessunit owningteam owninguser statecode statuscode importsequencenumber overriddencreatedon timezoneruleversionnumber utcconversiontimezonecode versionnumber");
}

#[test]
fn an_organisation_owned_table() {
    let names = names(&completed(table("new_Setting", Ownership::OrganizationOwned)));
    assert!(names.contains("organizationid") && !names.contains("ownerid"), "{names}");
}

#[test]
fn a_table_with_amounts_has_a_currency() {
    let mut bank = table("new_Bank", Ownership::UserOwned);
    bank.columns.insert("new_fee".to_owned(), money("new_Fee"));
    let bank = completed(bank);
    assert!(bank.column("transactioncurrencyid").is_some_and(|found| found.is_lookup()));
    let rate = &bank.column("exchangerate").unwrap().kind;
    assert!(matches!(rate, ColumnKind::Decimal { precision: 12, .. }));
    let base = bank.column("new_fee_base").unwrap();
    assert_eq!(base.schema_name, "new_Fee_Base");
    assert!(!base.valid_for_update);
    let ColumnKind::Money { base_of, .. } = &base.kind else { panic!("{:?}", base.kind) };
    assert_eq!(base_of.as_deref(), Some("new_fee"));
}

#[test]
fn a_solution_aware_table_has_the_columns_of_a_component() {
    let mut rule = table("new_Rule", Ownership::OrganizationOwned);
    rule.is_solution_aware = true;
    let names = names(&completed(rule));
    for column in [
        "componentidunique",
        "componentstate",
        "iscustomizable",
        "ismanaged",
        "overwritetime",
        "solutionid",
        "supportingsolutionid",
    ] {
        assert!(names.contains(column), "{column}");
    }
}

#[test]
fn an_activity_has_the_columns_of_an_activity() {
    let mut call = table("new_Call", Ownership::UserOwned);
    call.is_activity = true;
    call.primary_id = "activityid".to_owned();
    let call = completed(call);
    for column in ["activityid", "subject", "regardingobjectid", "scheduledend", "ownerid"] {
        assert!(call.column(column).is_some(), "{column}");
    }
    let schema = with(&base_schema(), call);
    let targets = schema.table("new_call").unwrap().column("regardingobjectid").unwrap().clone();
    assert!(targets.targets().contains(&"account"), "{:?}", targets.targets());
}

#[test]
fn completing_twice_changes_nothing() {
    for ownership in [Ownership::UserOwned, Ownership::OrganizationOwned, Ownership::None] {
        for is_component in [false, true] {
            let mut once = table("new_Bank", ownership);
            once.is_solution_aware = is_component;
            once.columns.insert("new_fee".to_owned(), money("new_Fee"));
            complete(&mut once);
            let twice = completed(once.clone());
            assert_eq!(once, twice);
        }
    }
}

#[test]
fn what_a_package_brought_stays() {
    let mut bank = table("new_Bank", Ownership::UserOwned);
    let brought = Arc::new(Column {
        introduced_version: Some("1.2".to_owned()),
        ..(**base_schema().table("account").unwrap().column("createdon").unwrap()).clone()
    });
    bank.columns.insert("createdon".to_owned(), brought.clone());
    assert_eq!(completed(bank).column("createdon"), Some(&brought));
}

#[test]
fn system_tables_are_complete() {
    for table in base_schema().tables() {
        assert_eq!(completed((**table).clone()), **table);
    }
}

/// The schema with a custom table and its relationships.
fn with(schema: &Schema, table: Table) -> Schema {
    let mut schema = schema.clone();
    let made = system_relationships(&table);
    schema.put_table(Arc::new(table));
    for one in made {
        schema.put_relationship(Arc::new(Relationship::OneToMany(one)));
    }
    schema
}

fn noted() -> Table {
    let mut bank = table("new_Bank", Ownership::UserOwned);
    for flag in ["HasNotes", "HasActivities"] {
        bank.flags.insert(flag.to_owned(), true.into());
    }
    completed(bank)
}

#[test]
fn relationships_of_a_custom_table() {
    let mut text: Vec<_> = system_relationships(&noted())
        .iter()
        .map(|one| {
            let (from, to) = (&one.referencing_table, &one.referenced_table);
            let (column, navigation) = (&one.referencing_column, &one.referencing_navigation);
            format!(
                "{} {from}.{column} {to} {navigation} {:?}",
                one.schema_name, one.cascade.delete
            )
        })
        .collect();
    text.sort();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn notes_and_tasks_learn_of_a_new_table_and_forget_it() {
    let base = base_schema();
    let mut schema = with(&base, noted());
    let targets = |schema: &Schema, table: &str, column: &str| {
        let found = schema.table(table).unwrap().column(column).unwrap().clone();
        found.targets().contains(&"new_bank")
    };
    for (table, column) in [("annotation", "objectid"), ("task", "regardingobjectid")] {
        assert!(targets(&schema, table, column), "{table}");
        assert!(!targets(&base, table, column), "{table} of the other snapshot");
        let by_set = schema.table_by_set(&base.table(table).unwrap().set_name).unwrap();
        assert_eq!(by_set, schema.table(table).unwrap());
    }
    schema.remove_table("new_bank");
    assert!(!targets(&schema, "annotation", "objectid"));
    assert_eq!(schema.relationships().count(), base.relationships().count());
    assert_eq!(schema.table("task"), base.table("task"));
}

#[test]
fn a_table_put_again_keeps_what_it_may_point_to() {
    let mut schema = with(&base_schema(), noted());
    let task = base_schema().table("task").unwrap().clone();
    schema.put_table(task);
    let regarding = schema.table("task").unwrap().column("regardingobjectid").unwrap();
    assert!(regarding.targets().contains(&"new_bank"));
}
