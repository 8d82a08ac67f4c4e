//! One environment: its tables, rows, users and rights.
//!
//! The one door to rows is [`Environment::execute`] with a [`Message`]; several messages in one
//! transaction go through a [`Session`]. Rights are decided in one place ([`security`]) and become
//! conditions of the SQL, so no other way in exists. Products react to what happens with a
//! [`Step`], which runs inside the same transaction.
//!
//! A new message is a file in `messages/`, and one line in the list of `messages/mod.rs`.

mod audit;
pub mod background;
mod bulk;
pub mod calendar;
mod changes;
mod component_rows;
pub mod component_types;
pub mod ddl;
mod defaults;
mod definition_log;
mod duplicates;
mod environment;
mod explain;
mod fetched;
mod files;
mod formula;
pub mod messages;
mod plan;
mod proof;
mod provision;
mod record;
mod rollup;
mod rows;
mod rules;
mod schema_store;
pub mod security;
mod session;
mod sql;
mod steps;
mod table_rows;
mod template;
mod user;
mod value;
pub mod well_known;

use base::{Error, Uuid};
pub use db::Tally;

pub use definition_log::{DefinitionChanges, DefinitionIds};
pub use environment::{Currency, DirectoryUser, Environment, Organization};
pub use fetched::{Fetched, FetchedColumn, FetchedRow};
pub use files::{FileCondition, FileInfo, FileTarget};
pub use messages::{Message, MessageName, Reply};
pub use metadata::privileges::Depth;
pub use proof::{AccessProof, AccessQuestion, Gate};
pub use record::{Expanded, Input, Page, Record, Reference, RowInput};
pub use session::Session;
pub use steps::{BoxFuture, Event, EventData, On, Stage, Step, TableFilter};
pub use user::{ColumnRights, Grant, User};
pub use value::Value;

/// There is no such row.
pub(crate) fn not_found(table: &str, id: Uuid) -> Error {
    Error::not_found("0x80040217", format!("{table} With Id = {id} Does Not Exist"))
}
