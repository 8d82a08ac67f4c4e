//! What has changed in a table: rows by their version, and what is known of deleted ones.
//!
//! A deleted row of a table with change tracking leaves its id in `fh_deleted`, in the transaction
//! of its deletion, for as long as tokens are good.

use base::{Result, Uuid, limits};
use db::{Connection, Store, Tx, statement};
use metadata::Table;

use crate::Session;

/// The table of this file.
pub(crate) const TABLES: &str = "create table {fh_deleted} (
    table_name text not null,
    version bigint not null,
    row_id uuid not null,
    deleted_on bigint not null,
    primary key (table_name, version)
);
create index fh_deleted_on on {fh_deleted} (deleted_on)";

/// Whether clients may ask what has changed in a table.
pub(crate) fn is_tracked(table: &Table) -> bool {
    table.has_flag("ChangeTrackingEnabled") && table.column("versionnumber").is_some()
}

/// A row was deleted.
pub(crate) async fn deleted(session: &mut Session<'_>, table: &Table, id: Uuid) -> Result<()> {
    if !is_tracked(table) {
        return Ok(());
    }
    let store = session.store();
    let sql = format!(
        "insert into {} (table_name, version, row_id, deleted_on) values (?1, {}, ?2, ?3)",
        store.table("fh_deleted"),
        store.dialect().next_version(store)
    );
    let now = session.cx().now();
    let insert = statement!(sql, table.logical_name.as_str(), id, now);
    session.tx().execute(&insert).await?;
    Ok(())
}

/// The highest version that a table and its deleted rows have reached. Versions grow in the order
/// of commits, so whatever is committed later is above.
pub(crate) async fn version(db: &mut Connection, store: &Store, table: &Table) -> Result<i64> {
    let dialect = store.dialect();
    let rows = store.table(&dialect.physical_name(&table.logical_name));
    let sql = format!(
        "select (select max(versionnumber) from {rows}), \
         (select max(version) from {} where table_name = ?1)",
        store.table("fh_deleted")
    );
    let row = db.query_one(&statement!(sql, table.logical_name.as_str())).await?;
    let highest = row.get::<Option<i64>>(0)?.max(row.get::<Option<i64>>(1)?);
    Ok(highest.unwrap_or_default())
}

/// Ids of rows that were deleted after a version, with the versions of their deletion: the first
/// ones, as many as fit on a page, and whether there are more.
pub(crate) async fn deleted_since(
    db: &mut Connection,
    store: &Store,
    table: &Table,
    since: i64,
) -> Result<(Vec<(Uuid, i64)>, bool)> {
    let dialect = store.dialect();
    let rows = store.table(&dialect.physical_name(&table.logical_name));
    let id = dialect.quote(&dialect.physical_name(&table.primary_id));
    // A row that was made again with the same id is a changed one.
    let sql = format!(
        "select d.row_id, d.version from {} d where d.table_name = ?1 and d.version > ?2 \
         and not exists (select 1 from {rows} t where t.{id} = d.row_id) \
         order by d.version limit ?3",
        store.table("fh_deleted")
    );
    let max = limits::PAGE_ROWS_MAX;
    let wanted = i64::try_from(max + 1).unwrap_or(i64::MAX);
    let found = db.query(&statement!(sql, table.logical_name.as_str(), since, wanted)).await?;
    let has_more = found.len() > max;
    let ids = found.iter().take(max).map(|row| Ok((row.get(0)?, row.get(1)?)));
    Ok((ids.collect::<Result<_>>()?, has_more))
}

/// Whether ids of deleted rows are kept of which nobody can ask any more.
pub(crate) async fn has_forgettable(db: &mut Connection, store: &Store, now: i64) -> Result<bool> {
    let sql = store.sql("select 1 from {fh_deleted} where deleted_on < ?1 limit 1");
    Ok(db.query_opt(&statement!(sql, oldest(now))).await?.is_some())
}

/// Forgets them.
pub(crate) async fn forget(tx: &mut Tx, store: &Store, now: i64) -> Result<()> {
    let sql = store.sql("delete from {fh_deleted} where deleted_on < ?1");
    tx.execute(&statement!(sql, oldest(now))).await?;
    Ok(())
}

/// What was deleted before this is forgotten.
fn oldest(now: i64) -> i64 {
    now.saturating_sub(limits::CHANGES_SECONDS)
}
