//! One connection to a file: how it is set up, and how statements run on it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use base::limits::DATABASE_MAP_BYTES_MAX;
use base::{Error, Result, limits};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef as Raw};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::OwnedSemaphorePermit;

use super::error::{INTERRUPTED, error};
use super::file::Versions;
use crate::row::{RowRef, RowSource};
use crate::{Statement, Value, ValueRef, statement};

/// The SQL function that gives the next row version, on the writer's connection.
pub(crate) const NEXT_VERSION: &str = "fh_next_version";

/// A connection to the file of a store.
pub(crate) struct Link {
    connection: Connection,
    /// Row versions, on the writer's connection.
    versions: Option<Arc<Versions>>,
    /// The place among the readers that this connection takes; none for the writer.
    permit: Option<OwnedSemaphorePermit>,
}

impl Link {
    /// A connection that only reads.
    pub(crate) fn reader(path: &Path) -> Result<Self> {
        let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let settings =
            format!("pragma cache_size = -1024; pragma mmap_size = {DATABASE_MAP_BYTES_MAX}");
        connection.execute_batch(&settings).map_err(error)?;
        Ok(Self { connection, versions: None, permit: None })
    }

    /// The connection of the writer, which also hands out row versions.
    pub(crate) fn writer(path: &Path, versions: Arc<Versions>) -> Result<Self> {
        let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch(WRITER_SETTINGS).map_err(error)?;
        let stored = connection
            .query_row("select value from fh_counter where name = 'version'", [], |row| row.get(0))
            .map_err(error)?;
        versions.opened(stored);
        let counter = versions.clone();
        connection
            .create_scalar_function(NEXT_VERSION, 0, FunctionFlags::SQLITE_UTF8, move |_| {
                Ok(counter.next())
            })
            .map_err(error)?;
        Ok(Self { connection, versions: Some(versions), permit: None })
    }

    /// Takes a place among the readers for as long as the connection is in use.
    pub(crate) fn occupy(&mut self, permit: OwnedSemaphorePermit) {
        self.permit = Some(permit);
    }

    /// Ends the snapshot and gives the place among the readers away; none if the connection is of no
    /// further use.
    pub(crate) fn vacate(&mut self) -> Option<OwnedSemaphorePermit> {
        if self.is_in_transaction() && self.run("rollback").is_err() {
            return None;
        }
        self.permit.take()
    }

    /// Whether a transaction is open. SQLite ends it by itself after some errors (disk full).
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Runs a fixed statement without parameters.
    pub(crate) fn run(&self, sql: &'static str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        statement.raw_execute().map(drop).map_err(error)
    }

    /// Runs statements without parameters.
    pub(crate) fn batch(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(error)
    }

    /// Shows each row of the result to `f` until it breaks.
    pub(crate) fn for_each(
        &self,
        statement: &Statement,
        f: &mut dyn FnMut(&RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut prepared = self.prepared(statement)?;
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next().map_err(error)? {
            if f(&RowRef(RowSource::Sqlite(row))).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The same, but gives up after about so many instructions of SQLite's machine. Whether it came
    /// to its end.
    pub(crate) fn for_each_within(
        &mut self,
        statement: &Statement,
        steps_max: u32,
        f: &mut dyn FnMut(&RowRef<'_>) -> ControlFlow<()>,
    ) -> Result<bool> {
        let mut left = steps_max / STEPS_BETWEEN_LOOKS;
        let is_spent = move || {
            left = left.saturating_sub(1);
            left == 0
        };
        let between = STEPS_BETWEEN_LOOKS.cast_signed();
        self.connection.progress_handler(between, Some(is_spent)).map_err(error)?;
        let ended = self.for_each(statement, f);
        self.connection.progress_handler(0, None::<fn() -> bool>).map_err(error)?;
        match ended {
            Ok(()) => Ok(true),
            Err(error) if error.code == INTERRUPTED => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Runs a statement that gives no rows; how many it changed.
    pub(crate) fn execute(&self, statement: &Statement) -> Result<u64> {
        let changed = self.prepared(statement)?.raw_execute().map_err(error)?;
        Ok(changed as u64)
    }

    /// Makes the writer's open transaction durable, together with the number that no row version in
    /// it is above. Waits for the disk. Rolls back if that is not possible.
    pub(crate) fn commit(&self) -> Result<()> {
        let committed = self.try_commit();
        if committed.is_err() && self.is_in_transaction() {
            self.run("rollback")?;
        }
        committed
    }

    fn try_commit(&self) -> Result<()> {
        let reserved = self.versions.as_ref().and_then(|it| Some((it, it.to_reserve()?)));
        if let Some((_, number)) = reserved {
            self.execute(&statement!(
                "update fh_counter set value = ?1 where name = 'version'",
                number
            ))?;
        }
        self.run("commit")?;
        if let Some((versions, number)) = reserved {
            versions.reserved(number);
        }
        Ok(())
    }

    /// Writes the log back into the file: whether the file now holds everything.
    pub(crate) fn checkpoint(&self) -> Result<bool> {
        let sql = "pragma wal_checkpoint(truncate)";
        self.connection.busy_timeout(std::time::Duration::ZERO).map_err(error)?;
        let (in_log, written): (i64, i64) = self
            .connection
            .query_row(sql, [], |row| Ok((row.get(1)?, row.get(2)?)))
            .map_err(error)?;
        self.connection.busy_timeout(BUSY_TIMEOUT).map_err(error)?;
        Ok(in_log >= 0 && in_log == written)
    }

    /// Writes a copy of the store, as it is now, to a new file.
    pub(crate) fn copy_into(&self, path: &Path) -> Result<()> {
        let path = path.to_str().ok_or_else(|| Error::internal("the path is not Unicode"))?;
        self.connection.execute("vacuum into ?1", [path]).map(drop).map_err(error)
    }

    fn prepared(&self, statement: &Statement) -> Result<rusqlite::CachedStatement<'_>> {
        let mut prepared = self.connection.prepare_cached(&statement.sql).map_err(error)?;
        let (wanted, given) = (prepared.parameter_count(), statement.params.len());
        if wanted != given {
            return Err(Error::internal(format!("{wanted} parameters, {given} given")));
        }
        for (index, value) in statement.params.iter().enumerate() {
            prepared.raw_bind_parameter(index + 1, Param(value)).map_err(error)?;
        }
        Ok(prepared)
    }
}

/// Instructions of SQLite's machine after which an attempt looks whether it has taken too many.
const STEPS_BETWEEN_LOOKS: u32 = 1000;

const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

const WRITER_SETTINGS: &str = "
    pragma synchronous = full;
    pragma cache_size = -4096;
    pragma wal_autocheckpoint = 1000;
    pragma journal_size_limit = 67108864;";

fn open(path: &Path, access: OpenFlags) -> Result<Connection> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(error)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(error)?;
    connection.set_prepared_statement_cache_capacity(limits::DATABASE_STATEMENTS_MAX);
    connection.execute_batch("pragma foreign_keys = off").map_err(error)?;
    add_lower(&connection).map_err(error)?;
    super::functions::add(&connection).map_err(error)?;
    Ok(connection)
}

/// SQLite's own `lower` knows only ASCII. Indexes are built with this one, so a store must not be
/// written with other tools.
fn add_lower(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("lower", 1, flags, |context| match context.get_raw(0) {
        Raw::Null => Ok(None),
        Raw::Text(text) => {
            let text = std::str::from_utf8(text)
                .map_err(|cause| rusqlite::Error::UserFunctionError(Box::new(cause)))?;
            Ok(Some(crate::fold(text)))
        }
        other => Err(rusqlite::Error::InvalidFunctionParameterType(0, other.data_type())),
    })
}

struct Param<'a>(&'a Value);

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => Raw::Null,
            Value::Int(value) => Raw::Integer(*value),
            Value::Real(value) => Raw::Real(*value),
            Value::Text(value) => Raw::Text(value.as_bytes()),
            Value::Bytes(value) => Raw::Blob(value),
            Value::Id(value) => Raw::Blob(value.as_bytes()),
        }))
    }
}

/// A column of the row that SQLite stands on.
pub(crate) fn column<'a>(row: &'a rusqlite::Row<'_>, index: usize) -> Result<ValueRef<'a>> {
    Ok(match row.get_ref(index).map_err(error)? {
        Raw::Null => ValueRef::Null,
        Raw::Integer(value) => ValueRef::Int(value),
        Raw::Real(value) => ValueRef::Real(value),
        Raw::Text(value) => ValueRef::Text(std::str::from_utf8(value).map_err(Error::internal)?),
        Raw::Blob(value) => match base::Uuid::from_slice(value) {
            Ok(id) => ValueRef::Id(id),
            Err(_) => ValueRef::Bytes(value),
        },
    })
}
