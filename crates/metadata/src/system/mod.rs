//! The system tables, as data.
//!
//! `data/*.txt` holds one file for each area; `data/README.md` tells how to read and extend them.
//! Add a table by adding its lines to the file of its area; a new file also needs a line in
//! [`AREAS`].

mod area;
mod column;
mod complete;
mod parse;
mod relationships;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;

use crate::{
    ChoiceKind, Key, Label, ManagedProperties, ManyToMany, Relationship, Schema, Table, TableType,
    ids, names,
};
use area::{Area, ColumnLine, Group, LinkLine, TableLine, Type};
use column::Choices;
use complete::Naming;
pub use complete::complete;
pub use relationships::system_relationships;

/// The files, in the order in which they are read: shapes and choices before their use.
const AREAS: &[(&str, &str)] = &[
    ("shared", include_str!("../../data/shared.txt")),
    ("apps", include_str!("../../data/apps.txt")),
    ("automation", include_str!("../../data/automation.txt")),
    ("core", include_str!("../../data/core.txt")),
    ("organization", include_str!("../../data/organization.txt")),
    ("platform", include_str!("../../data/platform.txt")),
    ("security", include_str!("../../data/security.txt")),
    ("solutions", include_str!("../../data/solutions.txt")),
];

/// The schema of an environment in which nobody has customised anything: all system tables with
/// their relationships and choices. Built once.
pub fn base_schema() -> Arc<Schema> {
    static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| Arc::new(build(areas())));
    SCHEMA.clone()
}

/// Builds it anew, from the text of the files: to measure what a start costs.
pub fn base_schema_anew() -> Schema {
    build(&read())
}

/// What the files say, read once.
fn areas() -> &'static Data {
    static DATA: LazyLock<Data> = LazyLock::new(read);
    &DATA
}

fn read() -> Data {
    let mut shapes = HashMap::new();
    let read = |(name, text): &(&str, &str)| match parse::parse(text, &mut shapes) {
        Ok(area) => area,
        Err(error) => unreachable!("data/{name}.txt, a part of this program: {error}"),
    };
    let areas: Vec<Area> = AREAS.iter().map(read).collect();
    let choices = global_choices(&areas);
    let primary_ids = primary_ids(&areas);
    let activity = shapes.remove("activity").unwrap_or_default();
    Data { areas, choices, primary_ids, activity }
}

struct Data {
    areas: Vec<Area>,
    choices: Choices,
    /// Primary keys whose names do not follow from the table's.
    primary_ids: HashMap<String, String>,
    /// The columns that every activity has.
    activity: Vec<ColumnLine>,
}

fn choices() -> &'static Choices {
    &areas().choices
}

fn activity_columns() -> &'static [ColumnLine] {
    &areas().activity
}

fn primary_id(table: &str) -> String {
    areas().primary_ids.get(table).cloned().unwrap_or_else(|| names::primary_id(table))
}

fn global_choices(areas: &[Area]) -> Choices {
    let lines = areas.iter().flat_map(|area| &area.choices);
    let make = |line: &area::ChoiceLine| {
        let kind = ChoiceKind::Picklist;
        let made = column::choice(&line.name, kind, true, &line.display_name, &line.values);
        (line.name.clone(), Arc::new(made))
    };
    lines.map(make).collect()
}

fn primary_ids(areas: &[Area]) -> HashMap<String, String> {
    let tables = areas.iter().flat_map(|area| &area.tables);
    let unusual = |line: &TableLine| {
        let name = match &line.primary_id {
            Some(name) => name.to_lowercase(),
            None if line.is_activity => "activityid".to_owned(),
            None => return None,
        };
        Some((line.schema_name.to_lowercase(), name))
    };
    tables.filter_map(unusual).collect()
}

fn build(data: &Data) -> Schema {
    let mut schema = Schema::default();
    for choice in data.choices.values() {
        schema.put_choice(choice.clone());
    }
    let mut lines = Vec::new();
    for area in &data.areas {
        for line in &area.tables {
            let table = table(line, data);
            lines.push((line, relationships::of_system_table(&table, line)));
            schema.put_table(Arc::new(table));
        }
        for line in &area.links {
            schema.put_table(Arc::new(intersect(line, data)));
        }
    }
    let made = lines.into_iter().flat_map(|(_, made)| made);
    let linked: Vec<_> =
        data.areas.iter().flat_map(|area| relationships::of_link(area, &schema)).collect();
    for one in made.chain(linked) {
        put(&mut schema, Relationship::OneToMany(one));
    }
    for line in data.areas.iter().flat_map(|area| &area.links) {
        put(&mut schema, Relationship::ManyToMany(many_to_many(line)));
    }
    schema
}

fn put(schema: &mut Schema, relationship: Relationship) {
    let name = relationship.schema_name();
    assert!(schema.relationship(name).is_none(), "two relationships have the name {name}");
    schema.put_relationship(Arc::new(relationship));
}

fn table(line: &TableLine, data: &Data) -> Table {
    let logical_name = line.schema_name.to_lowercase();
    let mut table = Table {
        metadata_id: ids::table_id(&logical_name),
        schema_name: line.schema_name.clone(),
        set_name: line.set_name.clone().unwrap_or_else(|| names::set_name(&logical_name)),
        type_code: line.type_code,
        primary_id: primary_id_of(line, &logical_name),
        primary_name: primary_name(line, data),
        ownership: line.ownership,
        table_type: if line.is_virtual { TableType::Virtual } else { TableType::Standard },
        display_name: Label::english(display_name(line)),
        display_collection_name: Label::english(display_collection_name(line)),
        description: Label::default(),
        columns: IndexMap::new(),
        keys: keys(line, &logical_name),
        is_activity: line.is_activity,
        is_intersect: false,
        is_solution_aware: line.is_component,
        is_custom: false,
        is_managed: true,
        privilege_stem: privilege_stem(line),
        flags: line.flags.iter().map(|flag| ((*flag).to_owned(), true.into())).collect(),
        introduced_version: None,
        managed_properties: managed_properties(line),
        logical_name,
    };
    let naming = Naming {
        unique_id: unique_id(line),
        is_modern: line.is_modern,
        primary_id: line.primary_id.clone().unwrap_or_else(|| format!("{}Id", line.schema_name)),
    };
    add_columns(&mut table, &line.columns, &naming, data);
    let groups = groups(&table, line);
    complete::complete_groups(&mut table, groups, &naming, &data.choices);
    table
}

fn add_columns(table: &mut Table, lines: &[ColumnLine], naming: &Naming, data: &Data) {
    complete::complete_groups(table, Vec::new(), naming, &data.choices);
    for line in lines {
        let column = column::make(&table.logical_name, line, &data.choices);
        table.columns.insert(column.logical_name.clone(), Arc::new(column));
    }
}

fn groups(table: &Table, line: &TableLine) -> Vec<Group> {
    let mut groups = complete::default_groups(table);
    for (group, is_added) in &line.groups {
        groups.retain(|old| old != group);
        if *is_added {
            groups.push(*group);
        }
    }
    groups
}

fn primary_id_of(line: &TableLine, logical_name: &str) -> String {
    match &line.primary_id {
        Some(name) => name.to_lowercase(),
        None if line.is_activity => "activityid".to_owned(),
        None => names::primary_id(logical_name),
    }
}

fn primary_name(line: &TableLine, data: &Data) -> Option<String> {
    let shape = if line.is_activity { data.activity.as_slice() } else { &[] };
    let found = line.columns.iter().chain(shape).find(|column| column.is_primary_name);
    found.map(|column| column.schema_name.to_lowercase())
}

fn display_name(line: &TableLine) -> String {
    line.display_name.clone().unwrap_or_else(|| column::spaced(&line.schema_name))
}

fn display_collection_name(line: &TableLine) -> String {
    let plural = || names::set_name(&display_name(line));
    line.display_collection_name.clone().unwrap_or_else(plural)
}

fn unique_id(line: &TableLine) -> String {
    let rule = || match line.is_modern {
        true => "ComponentIdUnique".to_owned(),
        false => format!("{}IdUnique", line.schema_name),
    };
    line.unique_id.clone().unwrap_or_else(rule)
}

fn privilege_stem(line: &TableLine) -> String {
    match line.privilege_stem.as_deref() {
        Some("-") => String::new(),
        Some(stem) => stem.to_owned(),
        None => line.schema_name.clone(),
    }
}

fn managed_properties(line: &TableLine) -> ManagedProperties {
    let fixed = line.is_fixed.then(|| ("iscustomizable".to_owned(), false));
    ManagedProperties(fixed.into_iter().collect())
}

fn keys(line: &TableLine, table: &str) -> IndexMap<String, Arc<Key>> {
    let make = |(name, columns): &(String, Vec<String>)| {
        let logical_name = name.to_lowercase();
        let key = Key {
            metadata_id: ids::key_id(table, &logical_name),
            logical_name: logical_name.clone(),
            schema_name: name.clone(),
            display_name: Label::english(column::spaced(name)),
            columns: columns.clone(),
            introduced_version: None,
            is_managed: true,
        };
        (logical_name, Arc::new(key))
    };
    line.keys.iter().map(make).collect()
}

/// The intersect table of an N:N relationship: its own key and two ids.
fn intersect(line: &LinkLine, data: &Data) -> Table {
    let (column1, column2) = link_columns(line);
    let id = |name: &str| ColumnLine::new(name, Type::Id).required().createonly();
    let mut columns = vec![id(&column1), id(&column2)];
    columns.extend(line.columns.iter().cloned());
    let as_table = TableLine {
        schema_name: line.schema_name.clone(),
        set_name: line.set_name.clone(),
        type_code: line.type_code,
        display_name: line.display_name.clone(),
        primary_id: line.primary_id.clone(),
        privilege_stem: Some("-".to_owned()),
        is_component: line.is_component,
        is_modern: line.is_component,
        is_fixed: true,
        columns,
        ..TableLine::default()
    };
    let mut made = table(&as_table, data);
    made.is_intersect = true;
    made
}

/// The schema names of the columns that refer to the two tables.
fn link_columns(line: &LinkLine) -> (String, String) {
    line.link_columns.clone().unwrap_or_else(|| {
        let (id1, id2) = (primary_id(&line.table1), primary_id(&line.table2));
        names::intersect_columns(&line.table1, &id1, &id2)
    })
}

fn many_to_many(line: &LinkLine) -> ManyToMany {
    let (column1, column2) = link_columns(line);
    let name = line.relationship.clone().unwrap_or_else(|| line.schema_name.clone());
    let is_on_itself = line.table1 == line.table2;
    let (navigation1, navigation2) = names::many_to_many_navigations(&name, is_on_itself);
    ManyToMany {
        menu1: Default::default(),
        menu2: Default::default(),
        metadata_id: ids::relationship_id(&name),
        schema_name: name,
        intersect_table: line.schema_name.to_lowercase(),
        table1: line.table1.clone(),
        column1: column1.to_lowercase(),
        navigation1,
        table2: line.table2.clone(),
        column2: column2.to_lowercase(),
        navigation2,
        is_custom: false,
        is_managed: true,
        introduced_version: None,
        managed_properties: ManagedProperties(BTreeMap::new()),
    }
}
