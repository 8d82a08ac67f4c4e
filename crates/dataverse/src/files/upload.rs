//! Uploads: content on its way, block by block. An upload survives a restart, belongs to who began
//! it, and is removed when nobody finished it in time.

use base::{Error, Kind, Result, Uuid, limits};
use db::{Connection, Store, Tx, statement};

use super::{Place, store};
use crate::Session;
use crate::session::ReadScope;

/// An upload as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// Its id: the token that the client has, and the id of the file that it becomes.
    pub id: Uuid,
    pub table: String,
    pub row: Uuid,
    pub column: String,
    pub file_name: Option<String>,
    /// The most that may come.
    pub bytes_max: u64,
    /// How much there is.
    pub received: u64,
    /// Whether it has become a file.
    pub is_done: bool,
}

/// Begins an upload for whoever may change the place.
pub(crate) async fn begin(
    session: &mut Session<'_>,
    place: &Place,
    file_name: Option<String>,
) -> Result<Uuid> {
    place.check_change(&mut session.read_scope()).await?;
    let (store, now, id) = (session.store(), session.cx().now(), session.cx().random_id());
    remove_expired(session.tx(), store, now.0).await?;
    let caller = session.user().id;
    check_open(session.tx(), store, caller).await?;
    let bytes_max = place.bytes_max(session.tx(), store).await?;
    super::check(session.tx(), store, file_name.as_deref(), 0, bytes_max).await?;
    let sql = store.sql(
        "insert into {fh_upload} (id, caller, table_name, row_id, column_name, file_name, \
         bytes_max, received, is_done, expires) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8)",
    );
    let (table, column) = (&place.table.logical_name, &place.column.logical_name);
    let expires = now.plus_seconds(limits::FILE_UPLOAD_SECONDS);
    let bytes_max = store::number(bytes_max)?;
    let insert =
        statement!(sql, id, caller, table, place.id, column, file_name, bytes_max, expires);
    session.tx().execute(&insert).await?;
    Ok(id)
}

async fn check_open(db: &mut Connection, store: &Store, caller: Uuid) -> Result<()> {
    let sql = store.sql("select count(*) from {fh_upload} where caller = ?1 and is_done = 0");
    let open: u64 = db.query_one(&statement!(sql, caller)).await?.get(0)?;
    if open < limits::FILE_UPLOADS_OPEN_MAX {
        return Ok(());
    }
    Err(Error::new(
        Kind::TooMany,
        "0x80072322",
        format!(
            "You have {open} unfinished uploads. Finish some, or wait: they are removed after {} \
             hours.",
            limits::FILE_UPLOAD_SECONDS / 3600
        ),
    ))
}

/// The upload with this id, if the caller began it.
pub(crate) async fn find(scope: &mut ReadScope<'_>, id: Uuid) -> Result<Upload> {
    let sql = scope.store.sql(
        "select table_name, row_id, column_name, file_name, bytes_max, received, is_done \
         from {fh_upload} where id = ?1 and caller = ?2 and expires > ?3",
    );
    let statement = statement!(sql, id, scope.user.id, scope.cx.now());
    let row = scope.db.query_opt(&statement).await?.ok_or_else(unknown)?;
    Ok(Upload {
        id,
        table: row.get(0)?,
        row: row.get(1)?,
        column: row.get(2)?,
        file_name: row.get(3)?,
        bytes_max: row.get(4)?,
        received: row.get(5)?,
        is_done: row.get(6)?,
    })
}

/// There is no such upload.
pub(crate) fn unknown() -> Error {
    Error::new(
        Kind::Invalid,
        "0x80040203",
        format!(
            "There is no such upload: the token is wrong, is somebody else's, or is older than {} \
             hours. Begin a new upload.",
            limits::FILE_UPLOAD_SECONDS / 3600
        ),
    )
}

/// Adds a block. One of the same name is replaced.
pub(crate) async fn add(
    session: &mut Session<'_>,
    upload: &Upload,
    name: &str,
    content: Vec<u8>,
) -> Result<()> {
    check_block(&content)?;
    let (store, id) = (session.store(), upload.id);
    let replaced = store::remove_named(session.tx(), store, id, name).await?;
    let start = upload.received;
    let received = start - replaced.unwrap_or_default().min(start) + content.len() as u64;
    super::guard::check_size(received, upload.bytes_max)?;
    let block = session.cx().random_id();
    store::append(session.tx(), store, (id, block), name, start, content).await?;
    let sql = store.sql("update {fh_upload} set received = ?1 where id = ?2");
    session.tx().execute(&statement!(sql, store::number(received)?, id)).await?;
    Ok(())
}

/// Refuses a block that is too large.
pub(crate) fn check_block(content: &[u8]) -> Result<()> {
    if content.len() <= limits::FILE_BLOCK_BYTES_MAX {
        return Ok(());
    }
    Err(Error::new(
        Kind::TooLarge,
        "0x80044a02",
        format!(
            "A block has at most {} bytes; this one has {}.",
            limits::FILE_BLOCK_BYTES_MAX,
            content.len()
        ),
    ))
}

/// Brings the blocks into the order of `names` (those that are there, if it names none). Answers
/// the size of the whole.
pub(crate) async fn arrange(
    session: &mut Session<'_>,
    upload: &Upload,
    names: Option<&[String]>,
) -> Result<u64> {
    let store = session.store();
    let chunks = store::chunks(session.tx(), store, upload.id).await?;
    if chunks.len() > limits::FILE_BLOCKS_MAX {
        let max = limits::FILE_BLOCKS_MAX;
        return Err(Error::invalid(format!("A file is made of at most {max} blocks.")));
    }
    let Some(names) = names else {
        let all: Vec<_> = chunks.iter().collect();
        return store::arrange(session.tx(), store, upload.id, &all, all.len()).await;
    };
    let mut order = Vec::with_capacity(names.len());
    let mut by_name: std::collections::HashMap<_, _> =
        chunks.iter().map(|chunk| (chunk.name.as_str(), chunk)).collect();
    for name in names {
        order.push(by_name.remove(name.as_str()).ok_or_else(|| {
            Error::invalid(format!(
                "The block '{name}' of the BlockList was not uploaded, or is named twice."
            ))
        })?);
    }
    store::arrange(session.tx(), store, upload.id, &order, chunks.len()).await
}

/// Notes that the upload has become a file: a client may ask about it once more.
pub(crate) async fn finish(tx: &mut Tx, store: &Store, id: Uuid) -> Result<()> {
    let sql = store.sql("update {fh_upload} set is_done = 1 where id = ?1");
    tx.execute(&statement!(sql, id)).await?;
    Ok(())
}

/// Whether there are uploads whose time is over.
pub(crate) async fn has_expired(db: &mut Connection, store: &Store, now: i64) -> Result<bool> {
    let sql = store.sql("select 1 from {fh_upload} where expires <= ?1 limit 1");
    Ok(db.query_opt(&statement!(sql, now)).await?.is_some())
}

/// Removes uploads whose time is over, some at a time. What became a file stays a file.
pub(crate) async fn remove_expired(tx: &mut Tx, store: &Store, now: i64) -> Result<()> {
    let sql = store.sql("select id, is_done from {fh_upload} where expires <= ?1 limit ?2");
    let found = tx.query(&statement!(sql, now, EXPIRED_AT_ONCE)).await?;
    for row in found {
        let (id, is_done): (Uuid, bool) = (row.get(0)?, row.get(1)?);
        if !is_done {
            store::remove(tx, store, id).await?;
        }
        let sql = store.sql("delete from {fh_upload} where id = ?1");
        tx.execute(&statement!(sql, id)).await?;
    }
    Ok(())
}

/// Expired uploads that one transaction removes.
const EXPIRED_AT_ONCE: i64 = 100;
