//! SQLite and PostgreSQL behind one API.
//!
//! A [`Database`] is the whole installation: a data folder, or a PostgreSQL database. It holds
//! stores: the tenant's and one per environment. A [`Store`] is a file, or a schema. Stores share
//! nothing, and no query joins two of them.
//!
//! - [`Store::read`] gives a [`Reader`]: queries that all see one snapshot. Reads on SQLite run in
//!   place, on the thread that asks, because that is the fastest; keep them short. A reader that is
//!   kept for long keeps the log of a busy store from being emptied.
//! - [`Store::write`] gives the [`Tx`] of the store's one writer. Writers of a store take turns, on
//!   both databases and across processes, so what a transaction has read stays true until it
//!   commits, and row versions grow in the order of commits. Writers that wait for each other are
//!   made durable by one real commit (see `writer.rs`).
//! - Functions that only read take a [`Connection`]; both of the above lend one.
//! - Text of statements is the same for both databases; what differs is asked of [`Dialect`].
//!
//! After a statement of a transaction has been refused, only [`Tx::rollback_to`] a savepoint (or
//! dropping the transaction) is possible: PostgreSQL works so, and SQLite does the same here. Do not
//! wait for a writer while holding a reader: under load that would use up the connections.
//!
//! Tests of other crates turn on the feature `testing`; see [`testing`].

mod connection;
mod database;
mod dialect;
pub mod migrate;
mod pattern;
mod postgres;
mod row;
mod sqlite;
mod statement;
mod store;
mod tally;
#[cfg(feature = "testing")]
pub mod testing;
mod value;
mod writer;

pub use connection::{Connection, Reader};
pub use database::{Database, DatabaseConfig};
pub use dialect::{CalendarPart, ColumnType, Dialect, fold, like_escaped, prefix_end};
pub use migrate::{Migration, migrate};
pub use pattern::{Piece, like_pattern, pieces};
pub use row::{Row, RowRef};
pub use statement::Statement;
pub use store::Store;
pub use tally::Tally;
pub use value::{FromValue, Value, ValueRef};
pub use writer::Tx;

pub(crate) use database::Backend;
