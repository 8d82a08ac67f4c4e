//! What SQLite's errors mean to a caller.

use base::{Error, Kind};
use rusqlite::ErrorCode;
use rusqlite::ffi;
use serde_json::json;

/// The code of the error when a statement was stopped.
pub(super) const INTERRUPTED: &str = "db.interrupted";

/// The error for a caller; SQLite's own text, which may quote the statement, goes to the log only.
pub(crate) fn error(cause: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, text) = &cause else {
        return Error::internal(cause);
    };
    let text = text.as_deref().unwrap_or_default();
    let error = match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => unique(text),
        ffi::SQLITE_CONSTRAINT_NOTNULL => not_null(text),
        ffi::SQLITE_CONSTRAINT_CHECK => {
            Error::new(Kind::Invalid, "db.check", "A value is outside of what its column allows.")
        }
        _ => by_code(failure.code),
    };
    match error.kind {
        Kind::Internal => Error::internal(cause),
        _ => error.with_source(cause),
    }
}

/// Opening or copying a file went wrong.
pub(crate) fn file_error(cause: std::io::Error) -> Error {
    let error = match cause.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => full(),
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            read_only()
        }
        _ => io(),
    };
    error.with_source(cause)
}

fn by_code(code: ErrorCode) -> Error {
    match code {
        ErrorCode::DiskFull => full(),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => read_only(),
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::NoLargeFileSupport => io(),
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => unavailable(
            "db.busy",
            "Another process uses the database file. Close it and try again.",
        ),
        ErrorCode::OutOfMemory => {
            unavailable("db.memory", "The server is out of memory. Try again later.")
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => unavailable(
            "db.damaged",
            "The database file is damaged. Stop the server and restore the file from a backup.",
        ),
        ErrorCode::OperationInterrupted => {
            unavailable(INTERRUPTED, "The database stopped the operation. Try again.")
        }
        ErrorCode::TooBig => Error::new(
            Kind::TooLarge,
            "db.too_large",
            "A value is larger than the database can hold (1 GB). Store less in one value.",
        ),
        _ => Error::internal("not shown"),
    }
}

fn unavailable(code: &'static str, message: &str) -> Error {
    Error::new(Kind::Unavailable, code, message)
}

fn full() -> Error {
    unavailable("db.full", "The disk of the database is full. Free space on it and try again.")
}

fn read_only() -> Error {
    unavailable(
        "db.read_only",
        "The server may not write to the data folder. Give its account the right to, and try again.",
    )
}

fn io() -> Error {
    unavailable(
        "db.io",
        "The disk of the database cannot be read or written. Check the disk and the data folder.",
    )
}

/// `UNIQUE constraint failed: account.name, account.x` or `… failed: index 'ix'`.
fn unique(text: &str) -> Error {
    let names = text.split_once("failed: ").map_or("", |(_, names)| names);
    let details = match names.strip_prefix("index ") {
        Some(index) => json!({ "index": index.trim_matches('\'') }),
        None => {
            let names: Vec<_> = names.split(", ").filter_map(|name| name.split_once('.')).collect();
            let columns: Vec<_> = names.iter().map(|(_, column)| *column).collect();
            json!({ "table": names.first().map(|(table, _)| *table), "columns": columns })
        }
    };
    Error::new(Kind::Conflict, "db.unique", "A row with the same key exists.").with_details(details)
}

/// `NOT NULL constraint failed: account.name`.
fn not_null(text: &str) -> Error {
    let name = text.split_once("failed: ").map_or("", |(_, name)| name);
    let (table, column) = name.split_once('.').unwrap_or(("", name));
    Error::new(Kind::Invalid, "db.not_null", format!("Column '{column}' needs a value."))
        .with_details(json!({ "table": table, "columns": [column] }))
}
