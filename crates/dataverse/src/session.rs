//! Several messages in one transaction.

use std::sync::Arc;

use base::{Cx, Result};
use db::{Reader, Row, Statement, Store, Tx};
use metadata::Schema;

use crate::messages::{self, Message, Reply};
use crate::{BoxFuture, Environment, Event, EventData, MessageName, Stage, User};

/// One transaction of an environment. Dropped without [`Session::commit`], nothing happened.
pub struct Session<'e> {
    cx: Cx,
    environment: &'e Environment,
    user: Arc<User>,
    tx: Tx,
    /// The working copy; shared with the environment until something changes.
    schema: Arc<Schema>,
    schema_changed: bool,
    users_changed: bool,
}

impl<'e> Session<'e> {
    pub(crate) fn new(
        cx: Cx,
        environment: &'e Environment,
        user: Arc<User>,
        tx: Tx,
        schema: Arc<Schema>,
    ) -> Self {
        Self { cx, environment, user, tx, schema, schema_changed: false, users_changed: false }
    }

    /// Carries out a message with the rights of the caller.
    pub fn execute<'a>(&'a mut self, message: impl Into<Message>) -> BoxFuture<'a, Result<Reply>> {
        let message = message.into();
        Box::pin(messages::dispatch(self, message))
    }

    /// Carries out a message as the server itself: for what follows from a message whose rights
    /// were checked.
    pub async fn execute_as_system(&mut self, message: impl Into<Message>) -> Result<Reply> {
        let caller = std::mem::replace(&mut self.user, Arc::new(self.user.as_system()));
        let reply = self.execute(message).await;
        self.user = caller;
        reply
    }

    /// The context of the call.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// The environment.
    pub fn environment(&self) -> &'e Environment {
        self.environment
    }

    /// Who acts.
    pub fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// The schema with the changes of this session.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The store, for names of physical tables and the dialect.
    pub fn store(&self) -> &'e Store {
        self.environment.store()
    }

    /// The transaction, for internal tables (prefix `fh_`) and for carrying out messages.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// What a read needs, inside this transaction.
    pub(crate) fn read_scope(&mut self) -> ReadScope<'_> {
        ReadScope {
            cx: &self.cx,
            user: &self.user,
            schema: &self.schema,
            store: self.environment.store(),
            source: Source::Tx(&mut self.tx),
        }
    }

    /// Runs the steps for a stage of a message. Before a row is written they may change values.
    pub(crate) async fn run_steps(
        &mut self,
        message: MessageName,
        stage: Stage,
        data: EventData,
    ) -> Result<EventData> {
        let mut event = Event { message, stage, data };
        for step in self.environment.steps() {
            if step.on().iter().any(|on| on.matches(&event)) {
                step.run(self, &mut event).await?;
            }
        }
        Ok(event.data)
    }

    /// Notes that rows which decide rights changed: users are read again after the commit.
    pub(crate) fn users_changed(&mut self) {
        self.users_changed = true;
    }

    /// Makes everything durable and visible.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        if self.schema_changed {
            self.environment.publish(self.schema);
        }
        if self.users_changed {
            self.environment.forget_users();
        }
        Ok(())
    }
}

/// What a read needs: who asks, the names, and where the rows are.
pub(crate) struct ReadScope<'a> {
    pub cx: &'a Cx,
    pub user: &'a User,
    pub schema: &'a Schema,
    pub store: &'a Store,
    pub source: Source<'a>,
}

/// Where rows are read: a snapshot of their own, or the transaction of a session.
pub(crate) enum Source<'a> {
    Reader(&'a mut Reader),
    Tx(&'a mut Tx),
}

impl Source<'_> {
    /// All rows that a statement gives.
    pub async fn query(&mut self, statement: &Statement) -> Result<Vec<Row>> {
        match self {
            Self::Reader(reader) => reader.query(statement).await,
            Self::Tx(tx) => tx.query(statement).await,
        }
    }
}
