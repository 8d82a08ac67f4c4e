//! What the platform itself sees to when rows of its own tables change: a file for each table.
//!
//! A rule is a [`Step`]. To add one: a file with its `rule`, and a line in [`all`].

mod activity_party;
mod business_unit;
mod column_sharing;
mod document;
mod membership;
mod owned;
mod read_only;
pub(crate) mod role;
mod role_assignment;
mod system_user;
pub(crate) mod team;

use std::sync::{Arc, LazyLock};

use base::{Error, Kind, Result, Uuid};
use db::Statement;
use metadata::{Column, Table};

use crate::{
    BoxFuture, Event, EventData, MessageName, On, Session, Stage, Step, TableFilter, Value,
};

/// All rules.
pub(crate) fn all() -> &'static [Arc<dyn Step>] {
    static ALL: LazyLock<Vec<Arc<dyn Step>>> = LazyLock::new(|| {
        let rules = [
            // sorted: begin
            activity_party::rule(),
            business_unit::rule(),
            column_sharing::rule(),
            document::rule(),
            membership::rule(),
            read_only::rule(),
            role::rule(),
            role_assignment::rule(),
            system_user::rule(),
            team::rule(),
            // sorted: end
        ];
        rules.into_iter().map(|rule| Arc::new(rule) as Arc<dyn Step>).collect()
    });
    &ALL
}

/// A rule: when it applies, and what it does then.
pub(crate) struct Rule {
    name: &'static str,
    on: Vec<On>,
    run: for<'a, 's> fn(&'a mut Session<'s>, &'a mut Event) -> BoxFuture<'a, Result<()>>,
}

impl Step for Rule {
    fn name(&self) -> &'static str {
        self.name
    }

    fn on(&self) -> &[On] {
        &self.on
    }

    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>> {
        (self.run)(session, event)
    }
}

/// An occasion for rows of one table.
const fn on(message: MessageName, stage: Stage, table: &'static str) -> On {
    On { message, stage, table: TableFilter::Table(table) }
}

/// Before and after a create, an update and a delete of rows of one table.
fn on_rows(table: &'static str) -> Vec<On> {
    let messages = [MessageName::Create, MessageName::Update, MessageName::Delete];
    let stages = |message| [Stage::Before, Stage::After].map(|stage| on(message, stage, table));
    messages.into_iter().flat_map(stages).collect()
}

/// A row that is about to be written, or was.
struct Row<'a> {
    table: &'a Arc<Table>,
    id: Uuid,
    before: Option<&'a crate::Record>,
    values: &'a mut Vec<(Arc<Column>, Value)>,
}

impl Row<'_> {
    /// What is written to a column; nothing if it is not.
    fn written(&self, column: &str) -> Option<&Value> {
        let found = self.values.iter().find(|(other, _)| other.logical_name == column);
        found.map(|(_, value)| value)
    }

    /// What a column holds when the write is done.
    fn value(&self, column: &str) -> Option<&Value> {
        let old = || self.before.and_then(|before| before.get(column));
        self.written(column).or_else(old)
    }

    /// What it held.
    fn old(&self, column: &str) -> Option<&Value> {
        self.before.and_then(|before| before.get(column))
    }

    /// Whether the write gives a column another value.
    fn changes(&self, column: &str) -> bool {
        self.written(column).is_some_and(|new| {
            let same_row = |old: &Value| new.id().is_some() && old.id() == new.id();
            !self.old(column).is_some_and(|old| old == new || same_row(old))
        })
    }

    /// Writes a column along.
    fn set(&mut self, column: &str, value: Value) {
        match self.values.iter_mut().find(|(other, _)| other.logical_name == column) {
            Some(entry) => entry.1 = value,
            None => {
                if let Some(column) = self.table.column(column) {
                    self.values.push((column.clone(), value));
                }
            }
        }
    }

    /// Writes a reference along, unless one is given.
    fn default_to(&mut self, column: &str, table: &str, id: Uuid) {
        if self.written(column).and_then(Value::id).is_none() {
            self.set(column, Value::Lookup { id, table: table.into(), name: None });
        }
    }
}

/// The row of an event of the row messages.
fn row(event: &mut Event) -> Result<Row<'_>> {
    match &mut event.data {
        EventData::Row { table, id, before, values } => {
            Ok(Row { table, id: *id, before: before.as_deref(), values })
        }
        _ => Err(Error::internal("a rule for rows was asked about something else")),
    }
}

/// The ids that a statement gives in its first column.
async fn ids(session: &mut Session<'_>, statement: &Statement) -> Result<Vec<Uuid>> {
    let rows = session.tx().query(statement).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whether a statement gives a row.
async fn exists(session: &mut Session<'_>, statement: &Statement) -> Result<bool> {
    Ok(!session.tx().query(statement).await?.is_empty())
}

/// A rule forbids it.
fn refuse(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, code, message)
}
