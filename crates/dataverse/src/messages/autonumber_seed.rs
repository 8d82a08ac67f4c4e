//! `SetAutoNumberSeed`, `GetAutoNumberSeed`, `GetNextAutoNumberValue`: from which number an
//! autonumber column counts.

use base::{Error, Kind, Result};
use db::{Connection, Store, statement};
use metadata::{Schema, Table};

use super::definitions::require;
use crate::session::ReadScope;
use crate::{Reply, Session};

/// Sets the number that the next row gets.
#[derive(Clone, Debug, PartialEq)]
pub struct SetAutoNumberSeed {
    /// The table, by logical name.
    pub table: String,
    /// The autonumber column, by logical name.
    pub column: String,
    /// The number.
    pub value: i64,
}

/// Asks for the number that was set, or from which the column counts without one.
#[derive(Clone, Debug, PartialEq)]
pub struct GetAutoNumberSeed {
    /// The table, by logical name.
    pub table: String,
    /// The autonumber column, by logical name.
    pub column: String,
}

/// Asks for the number that the next row will get.
#[derive(Clone, Debug, PartialEq)]
pub struct GetNextAutoNumberValue {
    /// The table, by logical name.
    pub table: String,
    /// The autonumber column, by logical name.
    pub column: String,
}

/// The first number of a column without a seed.
const FIRST: i64 = 1000;

impl SetAutoNumberSeed {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteAttribute")?;
        let counter = Counter::of(session.schema(), &self.table, &self.column)?;
        if self.value < 0 {
            return Err(Error::invalid(format!(
                "The seed is {}; it must not be less than 0.",
                self.value
            )));
        }
        counter.put(session, &counter.seed(), self.value).await?;
        // The counter holds the last number that was given.
        counter.put(session, &counter.last(), self.value - 1).await?;
        Ok(Reply::Done)
    }
}

impl GetAutoNumberSeed {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let counter = Counter::of(scope.schema, &self.table, &self.column)?;
        let seed = counter.get(scope.db, scope.store, &counter.seed()).await?;
        Ok(Reply::Number(seed.unwrap_or(FIRST)))
    }
}

impl GetNextAutoNumberValue {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let counter = Counter::of(scope.schema, &self.table, &self.column)?;
        let last = counter.get(scope.db, scope.store, &counter.last()).await?;
        Ok(Reply::Number(last.map_or(FIRST, |last| last.saturating_add(1))))
    }
}

/// The counter of an autonumber column.
struct Counter {
    table: String,
    column: String,
}

impl Counter {
    fn of(schema: &Schema, table: &str, column: &str) -> Result<Self> {
        let missing = |what: String| Error::not_found("0x80040217", what);
        let found: &Table = schema
            .table(&table.to_lowercase())
            .ok_or_else(|| missing(format!("Could not find an entity with the name '{table}'.")))?;
        let name = &found.logical_name;
        let column = found.column(&column.to_lowercase()).ok_or_else(|| {
            missing(format!("Could not find an attribute '{column}' of '{name}'."))
        })?;
        if column.auto_number_format.as_deref().unwrap_or_default().is_empty() {
            let message = format!(
                "The column '{}' of '{name}' is no autonumber column.",
                column.logical_name
            );
            return Err(Error::new(Kind::Invalid, "0x80040203", message));
        }
        Ok(Self { table: name.clone(), column: column.logical_name.clone() })
    }

    /// The name of the number that was set.
    fn seed(&self) -> String {
        format!("autonumberseed/{}/{}", self.table, self.column)
    }

    /// The name of the last number that was given.
    fn last(&self) -> String {
        format!("autonumber/{}/{}", self.table, self.column)
    }

    async fn get(&self, db: &mut Connection, store: &Store, name: &str) -> Result<Option<i64>> {
        let sql = store.sql("select value from {fh_sequence} where name = ?1");
        let rows = db.query(&statement!(sql, name)).await?;
        rows.first().map(|row| row.get(0)).transpose()
    }

    async fn put(&self, session: &mut Session<'_>, name: &str, value: i64) -> Result<()> {
        let sql = session.store().sql(
            "insert into {fh_sequence} (name, value) values (?1, ?2) \
             on conflict (name) do update set value = excluded.value",
        );
        session.tx().execute(&statement!(sql, name, value)).await?;
        Ok(())
    }
}
