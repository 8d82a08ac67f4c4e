//! The statements of the limit, on a connection of their own.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use base::Uuid;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql};
use serde::Deserialize;

use super::spec::{Cell, Select, Spec};

/// A connection as a program would open it that has this one file and much memory.
fn open(database: &Path) -> Result<Connection> {
    let connection = Connection::open(database)?;
    connection.execute_batch(
        "pragma synchronous = full;
         pragma cache_size = -65536;
         pragma mmap_size = 1073741824;",
    )?;
    connection.set_prepared_statement_cache_capacity(16);
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    // The indexes were built with the engine's own.
    connection.create_scalar_function("lower", 1, flags, |context| {
        Ok(context.get_raw(0).as_str_or_null()?.map(db::fold))
    })?;
    Ok(connection)
}

/// A connection that reads.
pub struct Reader(Connection);

impl Reader {
    /// Opens the file.
    pub fn open(spec: &Spec) -> Result<Self> {
        open(&spec.database).map(Self)
    }

    /// Shows the rows of a query to `see`; gives their number.
    pub fn select(
        &self,
        select: &Select,
        varies: &Cell,
        mut see: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<usize> {
        let mut statement = self.0.prepare_cached(&select.sql)?;
        for (index, cell) in select.params.iter().enumerate() {
            let cell = if index == select.varies { varies } else { cell };
            statement.raw_bind_parameter(index + 1, cell)?;
        }
        let mut rows = statement.raw_query();
        let mut count = 0;
        while let Some(row) = rows.next()? {
            see(row)?;
            count += 1;
        }
        Ok(count)
    }

    /// The versions of rows.
    pub fn version(&self, id: Uuid) -> Result<i64> {
        let sql = "select versionnumber from account where accountid = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([&Cell::Id(id)], |row| row.get(0))?)
    }
}

/// The columns of a new account that its body gives.
#[derive(Clone, Debug, Deserialize)]
pub struct NewAccount {
    name: String,
    accountnumber: String,
    revenue: f64,
    numberofemployees: i64,
    address1_city: String,
    telephone1: String,
}

/// A change of one column.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Change {
    /// The new value.
    pub numberofemployees: i64,
}

/// The connection that writes.
pub struct Writer {
    connection: Connection,
    version: i64,
    insert: String,
    cells: Vec<(String, Cell)>,
    update: [Cell; 3],
}

const UPDATE: &str = "update account as t0 set numberofemployees = ?1, modifiedon = ?2, \
     modifiedby = ?3, versionnumber = ?4
where t0.accountid = ?5 and (t0.ownerid = ?6 or t0.owningbusinessunit = ?7)
  and t0.versionnumber = ?8
returning versionnumber";

impl Writer {
    /// Opens the file.
    pub fn open(spec: &Spec) -> Result<Self> {
        let connection = open(&spec.database)?;
        let sql = "select max(versionnumber) from account";
        let version = connection.query_row(sql, [], |row| row.get(0))?;
        let names: Vec<_> = spec.row.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let places: Vec<_> = (1..=names.len()).map(|number| format!("?{number}")).collect();
        let (names, places) = (names.join(", "), places.join(", "));
        let insert = format!("insert into account ({names}) values ({places})");
        let cell = |name| spec.cell(name).cloned();
        let update = [cell("modifiedby")?, cell("ownerid")?, cell("owningbusinessunit")?];
        Ok(Self { connection, version, insert, cells: spec.row.clone(), update })
    }

    /// Begins a transaction.
    pub fn begin(&self) -> Result<()> {
        Ok(self.connection.prepare_cached("begin immediate")?.execute([]).map(drop)?)
    }

    /// Makes it durable.
    pub fn commit(&self) -> Result<()> {
        Ok(self.connection.prepare_cached("commit")?.execute([]).map(drop)?)
    }

    /// Changes one column of a row that has this version; whether it had.
    pub fn update(&mut self, id: Uuid, version: i64, change: Change, now: i64) -> Result<bool> {
        self.version += 1;
        let [user, owner, unit] = &self.update;
        let mut statement = self.connection.prepare_cached(UPDATE)?;
        let id = Cell::Id(id);
        let (employees, new) = (Cell::Int(change.numberofemployees), Cell::Int(self.version));
        let (now, version) = (Cell::Int(now), Cell::Int(version));
        let cells = [&employees, &now, user, &new, &id, owner, unit, &version];
        let mut rows = statement.query(rusqlite::params_from_iter(cells))?;
        let is_changed = rows.next()?.is_some();
        Ok(is_changed && rows.next()?.is_none())
    }

    /// Writes a new row.
    pub fn insert(&mut self, id: Uuid, account: NewAccount, now: i64) -> Result<()> {
        self.version += 1;
        let amount = Cell::Int((account.revenue * 10_000.0).round() as i64);
        for (name, cell) in &mut self.cells {
            *cell = match name.as_str() {
                "accountid" => Cell::Id(id),
                "name" => Cell::Text(account.name.clone()),
                "accountnumber" => Cell::Text(account.accountnumber.clone()),
                "revenue" | "revenue_base" => amount.clone(),
                "numberofemployees" => Cell::Int(account.numberofemployees),
                "address1_city" => Cell::Text(account.address1_city.clone()),
                "telephone1" => Cell::Text(account.telephone1.clone()),
                "createdon" | "modifiedon" => Cell::Int(now),
                "versionnumber" => Cell::Int(self.version),
                _ => continue,
            };
        }
        let cells = self.cells.iter().map(|(_, cell)| cell);
        let mut statement = self.connection.prepare_cached(&self.insert)?;
        statement.execute(rusqlite::params_from_iter(cells)).context("inserting")?;
        Ok(())
    }
}

/// Writes a row as JSON: the columns up to its version, which becomes the tag.
pub fn write_row(out: &mut Vec<u8>, row: &Row<'_>) -> Result<()> {
    out.push(b'{');
    let statement: &rusqlite::Statement<'_> = row.as_ref();
    for index in 0..statement.column_count() {
        let name = statement.column_name(index)?;
        if name == "versionnumber" {
            let version = row.get_ref(index)?.as_i64()?;
            write!(out, "\"@odata.etag\":\"W/\\\"{version}\\\"\"}}")?;
            return Ok(());
        }
        match row.get_ref(index)? {
            ValueRef::Null => write!(out, "\"{name}\":null,")?,
            ValueRef::Integer(value) if name == "revenue" => {
                write!(out, "\"{name}\":{}.{:04},", value / 10_000, value % 10_000)?;
            }
            ValueRef::Integer(value) => write!(out, "\"{name}\":{value},")?,
            ValueRef::Real(value) => write!(out, "\"{name}\":{value},")?,
            ValueRef::Text(text) => {
                write!(out, "\"{name}\":")?;
                serde_json::to_writer(&mut *out, std::str::from_utf8(text)?)?;
                out.push(b',');
            }
            ValueRef::Blob(bytes) => {
                write!(out, "\"{name}\":\"{}\",", Uuid::from_slice(bytes)?)?;
            }
        }
    }
    anyhow::bail!("the row has no version")
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(id) => ValueRef::Blob(id.as_bytes()),
        }))
    }
}
