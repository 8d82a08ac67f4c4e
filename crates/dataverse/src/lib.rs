//! One environment: its tables, rows, users and rights.
//!
//! The one door to rows is [`Environment::execute`] with a [`Message`]; several messages in one
//! transaction go through a [`Session`]. Rights are decided in one place ([`security`]) and become
//! conditions of the SQL, so no other way in exists. Products react to what happens with a
//! [`Step`], which runs inside the same transaction.
//!
//! A new message is a file in `messages/`, and one line in the list of `messages/mod.rs`.

mod environment;
pub mod messages;
mod record;
mod session;
mod steps;
mod user;
mod value;

pub use environment::{DirectoryUser, Environment, Organization};
pub use messages::{Message, MessageName, Reply};
pub use record::{Expanded, Input, Page, Record, Reference, RowInput};
pub use session::Session;
pub use steps::{BoxFuture, Event, EventData, On, Stage, Step, TableFilter};
pub use user::User;
pub use value::Value;
