//! Migrations: the tables that a crate keeps in a store, as numbered scripts.
//!
//! In the text of statements, `{name}` stands for the qualified name of the table `name`, so a
//! statement can be written out where it is used and still name its schema. The column types
//! `uuid`, `text`, `bigint`, `double precision` and `bytea` are understood by both databases.

use base::{Error, Kind, Result};

use crate::{Statement, Store, Tx, statement};

/// One step of a crate's tables. Never change one that was released: add the next.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place, from 1 on, without gaps.
    pub number: i64,
    /// Statements, separated by semicolons.
    pub sql: &'static str,
}

const TABLE: &str = "create table if not exists {fh_migration} (
    component text not null,
    number bigint not null,
    primary key (component, number)
)";

/// Brings the tables of `component` up to date, inside the caller's transaction.
///
/// # Errors
/// When a newer version of the program has been here: its tables are not understood.
pub async fn migrate(tx: &mut Tx, component: &str, migrations: &[Migration]) -> Result<()> {
    debug_assert!((1..).zip(migrations).all(|(n, m)| m.number == n), "numbers have gaps");
    let create = tx.sql(TABLE);
    tx.execute_batch(&create).await?;
    let done = last_number(tx, component).await?;
    if done > migrations.last().map_or(0, |m| m.number) {
        return Err(too_new(component));
    }
    for migration in migrations.iter().filter(|m| m.number > done) {
        let script = tx.sql(migration.sql);
        tx.execute_batch(&script).await?;
        let insert = tx.sql("insert into {fh_migration} (component, number) values (?1, ?2)");
        tx.execute(&statement!(insert, component, migration.number)).await?;
    }
    Ok(())
}

async fn last_number(tx: &mut Tx, component: &str) -> Result<i64> {
    let select = tx.sql("select max(number) from {fh_migration} where component = ?1");
    let row = tx.query_one(&Statement::new(select, vec![component.into()])).await?;
    Ok(row.get::<Option<i64>>(0)?.unwrap_or(0))
}

fn too_new(component: &str) -> Error {
    let text = format!(
        "The tables of '{component}' were made by a newer version of this server. Start that \
         version, or restore a backup from before the update."
    );
    Error::new(Kind::Unavailable, "db.too_new", text)
}

impl Store {
    /// `text` with `{name}` replaced by the qualified name of the table `name`.
    pub fn sql(&self, text: &str) -> String {
        named(text, |name| self.table(name))
    }
}

impl Tx {
    /// `text` with `{name}` replaced by the qualified name of the table `name`.
    pub fn sql(&self, text: &str) -> String {
        Store(self.store.clone()).sql(text)
    }
}

/// Replaces `{name}`; other braces stay as they are.
fn named(text: &str, table: impl Fn(&str) -> String) -> String {
    let is_name =
        |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let mut sql = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        sql.push_str(before);
        match after.split_once('}') {
            Some((name, after)) if is_name(name) => {
                sql.push_str(&table(name));
                rest = after;
            }
            _ => {
                sql.push('{');
                rest = after;
            }
        }
    }
    sql.push_str(rest);
    sql
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn tables_are_named() {
        let check =
            |text, expected| assert_eq!(named(text, |n| format!("\"s\".\"{n}\"")), expected);
        check("select 1 from {a_1} x, {b}", "select 1 from \"s\".\"a_1\" x, \"s\".\"b\"");
        check("'{}' {a b} {{a}} {", "'{}' {a b} {\"s\".\"a\"} {");
        check("", "");
    }
}
