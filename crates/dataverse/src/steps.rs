//! Steps: what products do when something happens, inside the same transaction.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use base::{Result, Uuid};
use metadata::{Choice, Column, Key, Relationship, Table};

use crate::{MessageName, Record, Session, Value};

/// A future that a trait object can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that is done before or after messages, inside their transaction. An error of it
/// undoes the message.
pub trait Step: Send + Sync {
    /// Its name, for errors and the log.
    fn name(&self) -> &'static str;

    /// When it runs.
    fn on(&self) -> &[On];

    /// Does it. Before a row is written, the values in the event may be changed.
    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>>;
}

/// One occasion on which a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct On {
    /// The message.
    pub message: MessageName,
    /// Before or after.
    pub stage: Stage,
    /// For which tables.
    pub table: TableFilter,
}

/// Before or after a message is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Before the row is written: values may be changed.
    Before,
    /// After it was written, before the commit.
    After,
}

/// For which tables a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFilter {
    /// All of them.
    Any,
    /// One, by logical name.
    Table(&'static str),
    /// Those whose rows are components of solutions.
    SolutionAware,
}

/// Something that happens. Upserts are told as the create or update that they are.
#[derive(Clone, Debug)]
pub struct Event {
    /// The message.
    pub message: MessageName,
    /// Before or after.
    pub stage: Stage,
    /// To what.
    pub data: EventData,
}

/// What a message happens to.
#[derive(Clone, Debug)]
pub enum EventData {
    /// A row is created, updated or deleted.
    Row {
        /// Its table.
        table: Arc<Table>,
        /// Its id.
        id: Uuid,
        /// The row as it was, with all its columns; nothing for a new one.
        before: Option<Box<Record>>,
        /// The columns that are written.
        values: Vec<(Arc<Column>, Value)>,
    },
    /// Rows are linked or unlinked in a many-to-many relationship.
    Link {
        /// The relationship.
        relationship: Arc<Relationship>,
        /// The row of its first table.
        first: Uuid,
        /// The row of its second table.
        second: Uuid,
    },
    /// A table is created (`before` is empty), changed, or deleted (`after` is empty). Changes of
    /// columns and keys have events of their own.
    Table {
        /// As it was.
        before: Option<Arc<Table>>,
        /// As it becomes.
        after: Option<Arc<Table>>,
    },
    /// A column is created, changed or deleted.
    Column {
        /// The table it belongs to, as it becomes.
        table: Arc<Table>,
        /// As it was.
        before: Option<Arc<Column>>,
        /// As it becomes.
        after: Option<Arc<Column>>,
    },
    /// A relationship is created, changed or deleted.
    Relationship {
        /// As it was.
        before: Option<Arc<Relationship>>,
        /// As it becomes.
        after: Option<Arc<Relationship>>,
    },
    /// A global choice is created, changed or deleted.
    Choice {
        /// As it was.
        before: Option<Arc<Choice>>,
        /// As it becomes.
        after: Option<Arc<Choice>>,
    },
    /// An alternate key is created or deleted.
    Key {
        /// The table it belongs to, as it becomes.
        table: Arc<Table>,
        /// As it was.
        before: Option<Arc<Key>>,
        /// As it becomes.
        after: Option<Arc<Key>>,
    },
}

impl EventData {
    /// The table that this is about, where it is about one.
    pub fn table(&self) -> Option<&Arc<Table>> {
        match self {
            Self::Row { table, .. } | Self::Column { table, .. } | Self::Key { table, .. } => {
                Some(table)
            }
            Self::Table { before, after } => after.as_ref().or(before.as_ref()),
            Self::Link { .. } | Self::Relationship { .. } | Self::Choice { .. } => None,
        }
    }
}

impl On {
    /// Whether the step runs for `event`.
    pub fn matches(&self, event: &Event) -> bool {
        self.message == event.message
            && self.stage == event.stage
            && self.table.matches(&event.data)
    }
}

impl TableFilter {
    fn matches(self, data: &EventData) -> bool {
        match self {
            Self::Any => true,
            Self::Table(name) => data.table().is_some_and(|table| table.logical_name == name),
            Self::SolutionAware => data.table().is_some_and(|table| table.is_solution_aware),
        }
    }
}
