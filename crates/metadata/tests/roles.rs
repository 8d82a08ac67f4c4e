//! The predefined roles against the exports of real ones.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use metadata::privileges::{self, AccessRight, Depth};
use metadata::roles::{self, Grant, PredefinedRole};
use metadata::system::{base_schema, complete};
use metadata::{Ownership, Table};

type Grants = HashMap<String, Depth>;

fn grants(role: &PredefinedRole) -> Grants {
    let one = |grant: &Grant| (grant.privilege.to_lowercase(), grant.depth);
    role.grants.iter().map(one).collect()
}

/// Those on tables: `prvAssignPosition` is none of the table position.
fn grants_on_tables(role: &PredefinedRole) -> Grants {
    let mut grants = grants(role);
    for privilege in privileges::all().iter().filter(|privilege| privilege.right.is_none()) {
        grants.remove(&privilege.name.to_lowercase());
    }
    grants
}

/// `GGGGGG--`: what the role may do on rows whose privileges have this stem.
fn letters(grants: &Grants, stem: &str) -> String {
    let letter = |right: AccessRight| {
        let name = privileges::name(right, stem).to_lowercase();
        grants.get(&name).map_or("-", |depth| &depth.name()[..1])
    };
    let letters: String = AccessRight::ALL.into_iter().map(letter).collect();
    if letters == "--------" { String::new() } else { letters }
}

#[test]
fn roles_are_those_of_the_exports() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/roles/default-roles.tsv");
    if !Path::new(path).exists() {
        println!("skipped: {path} is not there");
        return;
    }
    let text = std::fs::read_to_string(path).unwrap();
    let stems: HashMap<&str, &str> = include_str!("../data/roles.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(table, rest)| (table, rest.split('\t').next().unwrap_or_default()))
        .collect();
    let mut lines = text.lines();
    let names: Vec<_> = lines.next().unwrap().split('\t').skip(1).collect();
    let roles: Vec<Grants> =
        names.iter().map(|name| grants_on_tables(roles::find(name).expect(name))).collect();
    for line in lines {
        let mut cells = line.split('\t');
        let table = cells.next().unwrap();
        for (name, role) in names.iter().zip(&roles) {
            let expected = cells.next().unwrap_or_default();
            assert_eq!(letters(role, stems[table]), expected, "{name} on {table}");
        }
    }
}

#[test]
fn roles_on_a_few_tables() {
    let tables =
        ["account", "task", "systemuser", "organization", "environmentvariablevalue", "bot"];
    let schema = base_schema();
    let mut text = String::new();
    for table in tables {
        let stem = &schema.table(table).unwrap().privilege_stem;
        writeln!(text, "{table} ({stem})").unwrap();
        for role in roles::predefined() {
            let letters = letters(&grants_on_tables(role), stem);
            writeln!(text, "  {:<20} {letters}", role.name).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn privileges_that_belong_to_no_table() {
    let mut text = String::new();
    for role in roles::predefined() {
        let is_own = |grant: &&Grant| {
            privileges::all().iter().any(|p| p.name == grant.privilege && p.right.is_none())
        };
        let names: Vec<_> =
            role.grants.iter().filter(is_own).map(|grant| &*grant.privilege).collect();
        writeln!(text, "{}: {}", role.name, names.join(" ")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_grant_is_of_a_privilege_at_a_depth_that_it_has() {
    let known: HashMap<_, _> = privileges::all().iter().map(|p| (p.id, p)).collect();
    for role in roles::predefined() {
        for grant in &role.grants {
            let found = known.get(&privileges::privilege_id(&grant.privilege));
            let privilege = found.unwrap_or_else(|| panic!("{} is unknown", grant.privilege));
            assert_eq!(privilege.name, grant.privilege);
            assert!(privilege.depths.has(grant.depth), "{}: {grant:?}", role.name);
        }
    }
}

#[test]
fn the_administrator_may_do_everything() {
    let role = roles::find(roles::SYSTEM_ADMINISTRATOR).unwrap();
    let grants = grants(role);
    for privilege in privileges::all() {
        assert!(grants.contains_key(&privilege.name.to_lowercase()), "{}", privilege.name);
    }
    assert_eq!(grants.len(), privileges::all().len());
}

#[test]
fn stems_agree_with_the_tables() {
    let schema = base_schema();
    for line in include_str!("../data/roles.tsv").lines().skip(1) {
        let mut cells = line.split('\t');
        let (table, stem) = (cells.next().unwrap(), cells.next().unwrap());
        if let Some(table) = schema.table(table) {
            assert_eq!(table.privilege_stem, stem, "{}", table.logical_name);
        }
    }
}

#[test]
fn the_old_name_of_basic_user_is_understood() {
    assert_eq!(roles::find("common data service user").map(|role| role.name), Some("Basic User"));
    assert_eq!(roles::find("Nobody"), None);
}

#[test]
fn a_new_table_is_granted_to_administrators_and_customizers() {
    let id = metadata::ids::table_id("new_bank");
    let mut table = Table::custom(id, "new_Bank", Ownership::UserOwned);
    complete(&mut table);
    let granted = roles::grants_of_new_table(&table);
    let names: Vec<_> = granted.iter().map(|(role, grants)| (role.name, grants.len())).collect();
    assert_eq!(names, [("System Administrator", 8), ("System Customizer", 8)]);
    assert!(granted.iter().flat_map(|(_, grants)| grants).all(|g| g.depth == Depth::Global));
}
