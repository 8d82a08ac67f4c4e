//! The content of files in the database: blocks, and which blocks in which order make a file.

use base::{Error, Result, Uuid, limits};
use db::{Connection, Store, Tx, statement};

/// The tables of this file and of [`super::upload`].
pub(crate) const TABLES: &str = "create table {fh_block} (
    id uuid not null primary key,
    content bytea not null
);
create table {fh_chunk} (
    file uuid not null,
    number bigint not null,
    name text not null,
    start bigint not null,
    size bigint not null,
    block uuid not null,
    primary key (file, number)
);
create table {fh_upload} (
    id uuid not null primary key,
    caller uuid not null,
    table_name text not null,
    row_id uuid not null,
    column_name text not null,
    file_name text,
    bytes_max bigint not null,
    received bigint not null,
    is_done bigint not null,
    expires bigint not null
);
create index fh_upload_expires on {fh_upload} (expires)";

/// A block of a file.
pub(crate) struct Chunk {
    pub number: i64,
    pub name: String,
    pub start: i64,
    pub size: i64,
}

/// Adds a block at the end of a file.
pub(crate) async fn append(
    tx: &mut Tx,
    store: &Store,
    (file, block): (Uuid, Uuid),
    name: &str,
    start: u64,
    content: Vec<u8>,
) -> Result<()> {
    let size = number(content.len() as u64)?;
    let sql = store.sql("insert into {fh_block} (id, content) values (?1, ?2)");
    tx.execute(&statement!(sql, block, content)).await?;
    let sql = store.sql("select coalesce(max(number), -1) + 1 from {fh_chunk} where file = ?1");
    let place: i64 = tx.query_one(&statement!(sql, file)).await?.get(0)?;
    let sql = store.sql(
        "insert into {fh_chunk} (file, number, name, start, size, block) \
         values (?1, ?2, ?3, ?4, ?5, ?6)",
    );
    tx.execute(&statement!(sql, file, place, name, number(start)?, size, block)).await?;
    Ok(())
}

/// The blocks of a file, in order.
pub(crate) async fn chunks(db: &mut Connection, store: &Store, file: Uuid) -> Result<Vec<Chunk>> {
    let sql = store
        .sql("select number, name, start, size from {fh_chunk} where file = ?1 order by number");
    let rows = db.query(&statement!(sql, file)).await?;
    let chunk = |row: &db::Row| {
        let (number, name) = (row.get(0)?, row.get(1)?);
        Ok(Chunk { number, name, start: row.get(2)?, size: row.get(3)? })
    };
    rows.iter().map(chunk).collect()
}

/// Puts the blocks of a file into this order of their numbers; others go. Answers the size.
pub(crate) async fn arrange(
    tx: &mut Tx,
    store: &Store,
    file: Uuid,
    order: &[&Chunk],
    all: usize,
) -> Result<u64> {
    let (mut size, mut is_in_order) = (0, all == order.len());
    for chunk in order {
        is_in_order &= chunk.start == size;
        size += chunk.size;
    }
    is_in_order &= order.is_sorted_by(|a, b| a.number < b.number);
    if !is_in_order {
        let sql = store
            .sql("update {fh_chunk} set number = ?1, start = ?2 where file = ?3 and number = ?4");
        let mut start = 0;
        for (place, chunk) in order.iter().enumerate() {
            let hidden = -1 - i64::try_from(place).unwrap_or(i64::MAX - 1);
            tx.execute(&statement!(sql.clone(), hidden, start, file, chunk.number)).await?;
            start += chunk.size;
        }
        remove_where(tx, store, "file = ?1 and number >= 0", file).await?;
        let sql = store.sql("update {fh_chunk} set number = -1 - number where file = ?1");
        tx.execute(&statement!(sql, file)).await?;
    }
    u64::try_from(size).map_err(Error::internal)
}

/// Reads some of a file.
pub(crate) async fn read(
    db: &mut Connection,
    store: &Store,
    file: Uuid,
    offset: u64,
    length: u64,
) -> Result<Vec<u8>> {
    if length == 0 {
        return Ok(Vec::new());
    }
    let end = offset.saturating_add(length);
    let sql = store.sql(
        "select c.start, b.content from {fh_chunk} c join {fh_block} b on b.id = c.block \
         where c.file = ?1 and c.start < ?2 and c.start + c.size > ?3 order by c.number",
    );
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default().min(BLOCK));
    let statement = statement!(sql, file, number(end)?, number(offset)?);
    db.for_each(&statement, |row| {
        let start: u64 = row.get(0)?;
        let block: Vec<u8> = row.get(1)?;
        let from = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
        let to = usize::try_from(end - start).unwrap_or(usize::MAX).min(block.len());
        content.extend_from_slice(block.get(from..to).unwrap_or_default());
        Ok(())
    })
    .await?;
    if content.len() as u64 != length {
        return Err(crate::not_found("fileattachment", file));
    }
    Ok(content)
}

const BLOCK: usize = limits::FILE_BLOCK_BYTES_MAX;

/// Removes a file.
pub(crate) async fn remove(tx: &mut Tx, store: &Store, file: Uuid) -> Result<()> {
    remove_where(tx, store, "file = ?1", file).await
}

/// Removes the block of this name from a file. Whether there was one.
pub(crate) async fn remove_named(
    tx: &mut Tx,
    store: &Store,
    file: Uuid,
    name: &str,
) -> Result<Option<u64>> {
    let sql = store.sql("select number, size from {fh_chunk} where file = ?1 and name = ?2");
    let found = tx.query(&statement!(sql, file, name)).await?;
    let Some(row) = found.first() else { return Ok(None) };
    let (number, size): (i64, u64) = (row.get(0)?, row.get(1)?);
    let condition = format!("file = ?1 and number = {number}");
    remove_where(tx, store, &condition, file).await?;
    Ok(Some(size))
}

async fn remove_where(tx: &mut Tx, store: &Store, condition: &str, file: Uuid) -> Result<()> {
    let sql = format!(
        "delete from {} where id in (select block from {} where {condition})",
        store.table("fh_block"),
        store.table("fh_chunk")
    );
    tx.execute(&statement!(sql, file)).await?;
    let sql = format!("delete from {} where {condition}", store.table("fh_chunk"));
    tx.execute(&statement!(sql, file)).await?;
    Ok(())
}

/// Removes the files of `fileattachment` rows that meet a condition, with the rows.
pub(crate) async fn remove_attached(
    tx: &mut Tx,
    store: &Store,
    condition: &str,
    params: Vec<db::Value>,
) -> Result<()> {
    let (block, chunk) = (store.table("fh_block"), store.table("fh_chunk"));
    let attached = store.table("fileattachment");
    let files = format!("select fileattachmentid from {attached} where {condition}");
    for sql in [
        format!(
            "delete from {block} where id in (select block from {chunk} where file in ({files}))"
        ),
        format!("delete from {chunk} where file in ({files})"),
        format!("delete from {attached} where {condition}"),
    ] {
        tx.execute(&db::Statement::new(sql, params.clone())).await?;
    }
    Ok(())
}

/// A length as the database keeps it.
pub(super) fn number(length: u64) -> Result<i64> {
    i64::try_from(length).map_err(|_| Error::invalid("The file is too long."))
}
