//! What an organisation does not take: files of blocked types, files that are too large.

use base::{Error, Kind, Result};
use db::{Connection, Store, statement};

/// Refuses content that is too large for where it is to be kept, or of a type that the
/// organisation blocks.
pub(crate) async fn check(
    db: &mut Connection,
    store: &Store,
    name: Option<&str>,
    size: u64,
    size_max: u64,
) -> Result<()> {
    check_size(size, size_max)?;
    match name.and_then(extension) {
        Some(extension) => check_type(db, store, &extension).await,
        None => Ok(()),
    }
}

/// Refuses content of more than `max` bytes.
pub(super) fn check_size(size: u64, max: u64) -> Result<()> {
    if size <= max {
        return Ok(());
    }
    Err(Error::new(
        Kind::Invalid,
        "0x80044a02",
        format!(
            "The file is {size} bytes long; at most {} KB are allowed here. Make it smaller, or \
             raise the limit (MaxSizeInKB of the column, maxuploadfilesize of the organization).",
            max / 1024
        ),
    ))
}

async fn check_type(db: &mut Connection, store: &Store, extension: &str) -> Result<()> {
    let sql = store.sql("select blockedattachments from {organization} limit 1");
    let rows = db.query(&statement!(sql)).await?;
    let blocked: Option<String> = rows.first().map_or(Ok(None), |row| row.get(0))?;
    let blocked = blocked.unwrap_or_default();
    let is_blocked =
        |entry: &str| entry.trim().trim_start_matches('.').eq_ignore_ascii_case(extension);
    if !blocked.split(';').any(is_blocked) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Invalid,
        "0x80043e09",
        format!(
            "The attachment is not a valid file type: '.{extension}' is among the blocked \
             attachments of the organization."
        ),
    ))
}

/// What stands after the last point of a file's name.
fn extension(name: &str) -> Option<String> {
    let file = name.rsplit(['/', '\\']).next()?.trim_end_matches(['.', ' ']);
    let (_, extension) = file.rsplit_once('.')?;
    (!extension.is_empty()).then(|| extension.to_owned())
}

/// The largest document of a note or a mail, in bytes.
pub(crate) async fn document_bytes_max(db: &mut Connection, store: &Store) -> Result<u64> {
    let sql = store.sql("select maxuploadfilesize from {organization} limit 1");
    let rows = db.query(&statement!(sql)).await?;
    let max: Option<i64> = rows.first().map_or(Ok(None), |row| row.get(0))?;
    Ok(max.and_then(|max| u64::try_from(max).ok()).unwrap_or(DOCUMENT_BYTES))
}

/// What an organisation that says nothing takes.
const DOCUMENT_BYTES: u64 = 5 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::extension;

    #[test]
    fn the_extension_is_after_the_last_point() {
        let cases = [
            ("a.txt", Some("txt")),
            ("a.tar.gz", Some("gz")),
            ("c:\\x.y\\a.EXE", Some("EXE")),
            ("virus.exe. .", Some("exe")),
            ("plain", None),
            ("", None),
        ];
        for (name, wanted) in cases {
            assert_eq!(extension(name).as_deref(), wanted, "{name}");
        }
    }
}
