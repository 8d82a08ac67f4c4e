//! What PostgreSQL's errors mean to a caller.

use base::{Error, Kind};
use deadpool_postgres::PoolError;
use serde_json::json;
use tokio_postgres::error::{DbError, SqlState};

use crate::statement::nul_in_text;

/// The error for a caller. The cause for the log has PostgreSQL's message, without its detail, which
/// may quote values.
pub(crate) fn error(cause: tokio_postgres::Error) -> Error {
    let error = match cause.as_db_error() {
        Some(refusal) => by_state(refusal),
        None if cause.is_closed() || is_io(&cause) => lost(),
        None => return Error::internal(cause),
    };
    match error.kind {
        Kind::Internal => Error::internal(cause),
        _ => error.with_source(cause),
    }
}

/// No connection could be had from the pool.
pub(crate) fn pool_error(cause: PoolError) -> Error {
    match cause {
        PoolError::Backend(cause) => match error(cause) {
            error if error.kind == Kind::Internal => lost().with_source(error),
            error => error,
        },
        PoolError::Timeout(_) => unavailable(
            "db.busy",
            "The database is busy: all connections to PostgreSQL are in use. Try again later.",
        )
        .with_source(cause),
        _ => lost().with_source(cause),
    }
}

fn by_state(refusal: &DbError) -> Error {
    match refusal.code().code() {
        "23505" => unique(refusal),
        "23502" => not_null(refusal),
        "23514" => {
            Error::new(Kind::Invalid, "db.check", "A value is outside of what its column allows.")
        }
        "22003" => {
            Error::new(Kind::Invalid, "db.range", "A number is too large. Use a smaller number.")
        }
        "22021" => nul_in_text(),
        "54000" => Error::new(
            Kind::TooLarge,
            "db.too_large",
            "A value is larger than the database can hold or index. Store less in one value.",
        ),
        "53100" => unavailable(
            "db.full",
            "The disk of the database is full. Free space on it and try again.",
        ),
        "53200" => unavailable(
            "db.memory",
            "PostgreSQL is out of memory or locks. Try again later; if it stays so, raise its \
             max_locks_per_transaction.",
        ),
        "53300" => unavailable(
            "db.connections",
            "PostgreSQL accepts no more connections. Raise its max_connections or try again later.",
        ),
        "40001" | "40P01" | "55P03" => busy(),
        "0A000" if is_stale_plan(refusal) => busy(),
        "3F000" => crate::store::gone(),
        "28000" | "28P01" | "3D000" => unavailable(
            "db.refused",
            "PostgreSQL does not let the server in. Check user, password and database of its URL.",
        ),
        "42501" | "25006" => unavailable(
            "db.read_only",
            "The server may not write to PostgreSQL. Give its user the right to, and try again.",
        ),
        code if code.starts_with("08") || code.starts_with("57") => lost(),
        code if code.starts_with("58") || code.starts_with("XX") => unavailable(
            "db.io",
            "PostgreSQL cannot read or write its files. Its log tells the cause.",
        ),
        _ => Error::internal("not shown"),
    }
}

/// A prepared statement whose table was changed by another process.
pub(crate) fn is_stale_plan(refusal: &DbError) -> bool {
    *refusal.code() == SqlState::FEATURE_NOT_SUPPORTED && refusal.message().contains("cached plan")
}

pub(crate) fn unavailable(code: &'static str, message: &str) -> Error {
    Error::new(Kind::Unavailable, code, message)
}

fn busy() -> Error {
    unavailable("db.busy", "The database was busy with a change that clashes. Try again.")
}

fn lost() -> Error {
    unavailable(
        "db.lost",
        "The connection to PostgreSQL is lost. Check that PostgreSQL runs and can be reached, and \
         try again.",
    )
}

fn unique(refusal: &DbError) -> Error {
    // `Key (a, b)=(1, 2) already exists.`; an expression is given as its text.
    let detail = refusal.detail().unwrap_or_default();
    let columns = detail.split_once('(').and_then(|(_, rest)| rest.split_once(")=("));
    let columns: Vec<_> = columns.map_or_else(Vec::new, |(names, _)| names.split(", ").collect());
    Error::new(Kind::Conflict, "db.unique", "A row with the same key exists.").with_details(json!({
        "table": refusal.table(),
        "index": refusal.constraint(),
        "columns": columns,
    }))
}

fn not_null(refusal: &DbError) -> Error {
    let column = refusal.column().unwrap_or_default();
    Error::new(Kind::Invalid, "db.not_null", format!("Column '{column}' needs a value."))
        .with_details(json!({ "table": refusal.table(), "columns": [column] }))
}

fn is_io(cause: &tokio_postgres::Error) -> bool {
    let mut next = std::error::Error::source(cause);
    while let Some(cause) = next {
        if cause.is::<std::io::Error>() {
            return true;
        }
        next = cause.source();
    }
    false
}
