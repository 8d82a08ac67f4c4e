//! PostgreSQL: a schema per store.
//!
//! Names are always qualified and nothing is kept in the session, so a transaction pooler may stand
//! in between. Writers of a store take turns through an advisory lock on its name, which the
//! transaction holds: the same promise as SQLite's single writer, across processes.

mod copy;
mod error;
mod link;
mod server;
mod value;

pub(crate) use copy::{copy, remove, rename};
pub(crate) use link::Link;
pub(crate) use server::Server;
pub(crate) use value::column;

/// The sequence of row versions, one in each schema.
pub(crate) const VERSION_SEQUENCE: &str = "fh_version";
