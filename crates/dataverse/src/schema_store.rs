//! The definitions that an environment adds to the system tables, as rows of internal tables.
//!
//! `fh_table`, `fh_choice` and `fh_relationship` hold JSON of the metadata types, laid over
//! [`metadata::system::base_schema`] when the environment opens. Of a system table only the columns
//! that differ are kept, so everything else stays shared between environments.

use std::sync::Arc;

use base::{Error, Result};
use db::migrate::Migration;
use db::{Connection, Statement, Store, Tx, statement};
use metadata::{Choice, Column, ColumnKind, Relationship, Schema, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::environment::Snapshot;
use crate::formula;

/// The tables that this crate keeps beside those of the schema.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        sql: "create table {fh_choice} (name text not null primary key, definition text not null);
create table {fh_relationship} (name text not null primary key, definition text not null);
create table {fh_sequence} (name text not null primary key, value bigint not null);
create table {fh_setting} (name text not null primary key, value text not null);
create table {fh_table} (name text not null primary key, definition text not null)",
    },
    // The layers of components, their files, lists and needs: `solutions` reads and writes them.
    Migration {
        number: 2,
        sql: "create table {fh_component} (
    id uuid not null primary key,
    kind text not null,
    parent text not null,
    name text not null,
    unique (kind, parent, name)
);
create table {fh_layer} (
    component uuid not null,
    solution uuid not null,
    position bigint not null,
    name text not null,
    folder text,
    definition text not null,
    files text not null,
    primary key (component, solution)
);
create index fh_layer_solution on {fh_layer} (solution);
create table {fh_member} (
    solution uuid not null,
    component uuid not null,
    behavior bigint not null,
    is_root bigint not null,
    primary key (solution, component)
);
create table {fh_dependency} (
    kind text not null,
    parent text not null,
    name text not null,
    dependent uuid not null,
    primary key (kind, parent, name, dependent)
);
create index fh_dependency_dependent on {fh_dependency} (dependent);
create table {fh_blob} (hash text not null primary key, content bytea not null)",
    },
    // The content of files, and uploads.
    Migration { number: 3, sql: crate::files::store::TABLES },
    // What is known of deleted rows.
    Migration { number: 4, sql: crate::changes::TABLES },
    // A table of the schema that environments made before did not have.
    Migration {
        number: 5,
        sql: "create table if not exists {hierarchysecurityconfiguration} (
    hierarchysecuritymodelingsettingid uuid not null primary key,
    objecttypecode text,
    versionnumber bigint
)",
    },
    Migration {
        number: 6,
        sql: "create table {fh_definition_change} (
    generation bigint not null primary key,
    at bigint not null,
    changes text not null
)",
    },
];

/// Brings the tables of this crate up to date in an environment that an older version made.
pub(crate) async fn migrate(store: &Store) -> Result<()> {
    let sql = store.sql("select max(number) from {fh_migration} where component = ?1");
    let done = store.read().await?.query_one(&statement!(sql, COMPONENT)).await?;
    if done.get::<Option<i64>>(0)? == MIGRATIONS.last().map(|last| last.number) {
        return Ok(());
    }
    let mut tx = store.write_alone().await?;
    db::migrate::migrate(&mut tx, COMPONENT, MIGRATIONS).await?;
    tx.commit().await
}

/// The name of this crate's migrations.
pub(crate) const COMPONENT: &str = "dataverse";

/// The schema of an environment: what every one has, with what this one adds.
pub(crate) async fn load(db: &mut Connection, store: &Store) -> Result<Snapshot> {
    let base = metadata::system::base_schema();
    let generation = generation(db, store).await?;
    let choices: Vec<Choice> = definitions(db, store, "fh_choice").await?;
    let tables: Vec<Table> = definitions(db, store, "fh_table").await?;
    let relationships: Vec<Relationship> = definitions(db, store, "fh_relationship").await?;
    if choices.is_empty() && tables.is_empty() && relationships.is_empty() {
        return Ok(Snapshot { schema: base, generation });
    }
    let mut schema = Schema::clone(&base);
    let changes_base = choices.iter().any(|choice| base.choice(&choice.name).is_some());
    choices.into_iter().for_each(|choice| schema.put_choice(Arc::new(choice)));
    for table in tables {
        let table = over_base(&base, table);
        schema.put_table(Arc::new(table));
    }
    relationships.into_iter().for_each(|one| schema.put_relationship(Arc::new(one)));
    link_choices(&mut schema, &base, changes_base);
    formula::bind_all(&mut schema);
    schema.version = version(generation);
    Ok(Snapshot { schema: Arc::new(schema), generation })
}

/// The setting that counts the changes of the schema.
const GENERATION: &str = "schema_generation";

/// How often the schema of the environment has been changed.
pub(crate) async fn generation(db: &mut Connection, store: &Store) -> Result<u64> {
    let text = setting(db, store, GENERATION).await?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Keeps that number.
pub(crate) async fn put_generation(tx: &mut Tx, store: &Store, generation: u64) -> Result<()> {
    put_setting(tx, store, GENERATION, &generation.to_string()).await
}

/// The version of a schema, which clients see.
pub(crate) fn version(generation: u64) -> u64 {
    metadata::system::base_schema().version + generation
}

async fn definitions<T: DeserializeOwned>(
    db: &mut Connection,
    store: &Store,
    table: &str,
) -> Result<Vec<T>> {
    let sql = format!("select name, definition from {} order by name", store.table(table));
    let rows = db.query(&Statement::new(sql, Vec::new())).await?;
    let parse = |row: &db::Row| {
        let (name, text): (String, String) = (row.get(0)?, row.get(1)?);
        serde_json::from_str(&text).map_err(|error| {
            Error::internal(format!(
                "{table} holds a definition of {name} that is no JSON: {error}"
            ))
        })
    };
    rows.iter().map(parse).collect()
}

/// A table as it was kept, with the columns of the system table under it.
fn over_base(base: &Schema, mut table: Table) -> Table {
    if let Some(under) = base.table(&table.logical_name) {
        let mut columns = under.columns.clone();
        columns.extend(std::mem::take(&mut table.columns));
        table.columns = columns;
    }
    table
}

/// Gives columns of global choices the options of the choice, shared.
fn link_choices(schema: &mut Schema, base: &Schema, changes_base: bool) {
    let is_new = |table: &&Arc<Table>| {
        changes_base || !base.table(&table.logical_name).is_some_and(|old| Arc::ptr_eq(old, table))
    };
    let tables: Vec<_> = schema.tables().filter(is_new).cloned().collect();
    for table in tables {
        if let Some(linked) = linked(schema, &table, None) {
            schema.put_table(Arc::new(linked));
        }
    }
}

/// The table with the options of its global choices (or only of `choice`) as the schema has them;
/// nothing if they are so already.
pub(crate) fn linked(schema: &Schema, table: &Table, choice: Option<&str>) -> Option<Table> {
    let mut linked: Option<Table> = None;
    for (name, column) in &table.columns {
        let Some(global) = global_choice(column) else { continue };
        if choice.is_some_and(|choice| !choice.eq_ignore_ascii_case(global)) {
            continue;
        }
        let Some(options) = schema.choice(global) else { continue };
        if column.options().is_some_and(|old| Arc::ptr_eq(old, options)) {
            continue;
        }
        let mut column = Column::clone(column);
        match &mut column.kind {
            ColumnKind::Choice { options: old, .. }
            | ColumnKind::MultiChoice { options: old, .. } => {
                *old = options.clone();
            }
            _ => continue,
        }
        let target = linked.get_or_insert_with(|| table.clone());
        target.columns.insert(name.clone(), Arc::new(column));
    }
    linked
}

/// The name of the global choice that a column uses.
pub(crate) fn global_choice(column: &Column) -> Option<&str> {
    match &column.kind {
        ColumnKind::Choice { global, .. } | ColumnKind::MultiChoice { global, .. } => {
            global.as_deref()
        }
        _ => None,
    }
}

/// Keeps the definition of a table.
pub(crate) async fn put_table(tx: &mut Tx, store: &Store, table: &Table) -> Result<()> {
    let base = metadata::system::base_schema();
    match base.table(&table.logical_name) {
        None => put(tx, store, "fh_table", &table.logical_name, table).await,
        Some(under) => {
            let mut kept = table.clone();
            kept.columns.retain(|name, column| under.columns.get(name) != Some(column));
            put(tx, store, "fh_table", &table.logical_name, &kept).await
        }
    }
}

/// Keeps the definition of a global choice.
pub(crate) async fn put_choice(tx: &mut Tx, store: &Store, choice: &Choice) -> Result<()> {
    put(tx, store, "fh_choice", &choice.name.to_lowercase(), choice).await
}

/// Keeps the definition of a relationship.
pub(crate) async fn put_relationship(
    tx: &mut Tx,
    store: &Store,
    relationship: &Relationship,
) -> Result<()> {
    let name = relationship.schema_name().to_lowercase();
    put(tx, store, "fh_relationship", &name, relationship).await
}

async fn put(
    tx: &mut Tx,
    store: &Store,
    table: &str,
    name: &str,
    value: &impl Serialize,
) -> Result<()> {
    let definition = serde_json::to_string(value).map_err(Error::internal)?;
    let sql = format!(
        "insert into {} (name, definition) values (?1, ?2) \
         on conflict (name) do update set definition = excluded.definition",
        store.table(table)
    );
    tx.execute(&statement!(sql, name, definition)).await?;
    Ok(())
}

/// Forgets a definition in `fh_table`, `fh_choice` or `fh_relationship`.
pub(crate) async fn remove(tx: &mut Tx, store: &Store, table: &str, name: &str) -> Result<()> {
    let sql = format!("delete from {} where name = ?1", store.table(table));
    tx.execute(&statement!(sql, name.to_lowercase())).await?;
    Ok(())
}

/// A setting of the environment that is no row of a table.
pub(crate) async fn setting(
    db: &mut Connection,
    store: &Store,
    name: &str,
) -> Result<Option<String>> {
    let sql = format!("select value from {} where name = ?1", store.table("fh_setting"));
    let rows = db.query(&statement!(sql, name)).await?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// Sets it.
pub(crate) async fn put_setting(tx: &mut Tx, store: &Store, name: &str, value: &str) -> Result<()> {
    let sql = format!(
        "insert into {} (name, value) values (?1, ?2) \
         on conflict (name) do update set value = excluded.value",
        store.table("fh_setting")
    );
    tx.execute(&statement!(sql, name, value)).await?;
    Ok(())
}
