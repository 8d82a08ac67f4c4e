//! Several messages in one transaction.

use std::sync::Arc;

use base::{Cx, Result};
use db::{Connection, Store, Tx};
use metadata::{Choice, Relationship, Schema, Table};

use crate::bulk::Origin;
use crate::environment::Snapshot;
use crate::messages::{self, Message, Reply};
use crate::plan::ColumnCache;
use crate::{
    BoxFuture, Environment, Event, EventData, MessageName, Stage, User, ddl, definition_log, files,
    formula, schema_store, table_rows,
};

/// One transaction of an environment. Dropped without [`Session::commit`], nothing happened.
pub struct Session<'e> {
    cx: Cx,
    environment: &'e Environment,
    user: Arc<User>,
    tx: Tx,
    /// The working copy; shared with the environment until something changes.
    schema: Arc<Schema>,
    /// The schema that the transaction found.
    found: Arc<Schema>,
    /// The generation of the schema that the transaction found.
    generation: u64,
    schema_changed: bool,
    users_changed: bool,
}

impl<'e> Session<'e> {
    pub(crate) fn new(
        cx: Cx,
        environment: &'e Environment,
        user: Arc<User>,
        tx: Tx,
        snapshot: &Snapshot,
    ) -> Self {
        Self {
            cx,
            environment,
            user,
            tx,
            schema: snapshot.schema.clone(),
            found: snapshot.schema.clone(),
            generation: snapshot.generation,
            schema_changed: false,
            users_changed: false,
        }
    }

    /// Carries out a message with the rights of the caller.
    pub fn execute<'a>(&'a mut self, message: impl Into<Message>) -> BoxFuture<'a, Result<Reply>> {
        let message = message.into();
        Box::pin(messages::dispatch(self, message))
    }

    /// Carries out a message as the server itself: for what follows from a message whose rights
    /// were checked.
    pub async fn execute_as_system(&mut self, message: impl Into<Message>) -> Result<Reply> {
        let system = Arc::new(self.user.as_system());
        let caller = std::mem::replace(&mut self.user, system);
        let reply = self.execute(message).await;
        self.user = caller;
        reply
    }

    /// The context of the call.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// Says to which solution what follows belongs.
    pub fn set_solution(&mut self, solution: Option<Arc<str>>) {
        self.cx.solution = solution;
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
            columns: self.environment.columns(),
            db: &mut self.tx,
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

    /// Of whom rows are that the server makes along.
    pub(crate) fn origin(&self, is_managed: bool) -> Origin {
        Origin {
            organization: self.user.organization,
            unit: self.user.business_unit,
            now: self.cx.now().0,
            is_managed,
        }
    }

    /// Notes that rows which decide rights changed: users are read again after the commit.
    pub(crate) fn users_changed(&mut self) {
        self.users_changed = true;
    }

    /// Notes that a row of a table is shared: what follows in this session may depend on it.
    pub(crate) fn shares_known(&mut self, table: &str) {
        if !self.user.shared_tables.contains(table) {
            Arc::make_mut(&mut self.user).shared_tables.insert(table.to_owned());
        }
    }

    /// Adds or replaces the definition of a table, and changes the database to match. A new custom
    /// table also gets what every table has: privileges with their grants, the relationships of
    /// its system columns, the messages it takes. No rights are checked and no steps run: the
    /// messages do that.
    pub async fn put_table(&mut self, mut table: Table) -> Result<Arc<Table>> {
        let before = self.schema.table(&table.logical_name).cloned();
        if table.type_code == 0 {
            table.type_code = self.next_type_code();
        }
        if let Some(linked) = schema_store::linked(&self.schema, &table, None) {
            table = linked;
        }
        self.change_database(before.as_deref(), Some(&table)).await?;
        schema_store::put_table(&mut self.tx, self.environment.store(), &table).await?;
        if table.columns.values().any(|column| formula::is_formula(column)) {
            table = formula::bound(&self.schema, &table);
        }
        let table = Arc::new(table);
        self.change_schema().put_table(table.clone());
        if before.is_none() && !table.is_intersect {
            table_rows::create(self, &table).await?;
        }
        Ok(table)
    }

    /// Takes away a table with its rows, its relationships and what [`Session::put_table`] gave it.
    pub async fn drop_table(&mut self, logical_name: &str) -> Result<()> {
        let Some(table) = self.schema.table(logical_name).cloned() else { return Ok(()) };
        let relationships: Vec<_> = self.relationships_of(logical_name);
        for relationship in relationships {
            self.drop_relationship(relationship.schema_name()).await?;
        }
        if !table.is_intersect {
            table_rows::delete(self, &table).await?;
        }
        files::forget_table(self, logical_name).await?;
        self.change_database(Some(&table), None).await?;
        schema_store::remove(&mut self.tx, self.environment.store(), "fh_table", logical_name)
            .await?;
        self.change_schema().remove_table(logical_name);
        Ok(())
    }

    /// Adds or replaces a global choice, also in the columns that use it.
    pub async fn put_choice(&mut self, choice: Choice) -> Result<Arc<Choice>> {
        schema_store::put_choice(&mut self.tx, self.environment.store(), &choice).await?;
        let choice = Arc::new(choice);
        self.change_schema().put_choice(choice.clone());
        let tables: Vec<_> = self.schema.tables().cloned().collect();
        for table in tables {
            // Kept definitions are linked again when they are loaded.
            if let Some(linked) = schema_store::linked(&self.schema, &table, Some(&choice.name)) {
                self.change_schema().put_table(Arc::new(linked));
            }
        }
        Ok(choice)
    }

    /// Takes a global choice away. Columns that use it are the caller's to look after.
    pub async fn drop_choice(&mut self, name: &str) -> Result<()> {
        schema_store::remove(&mut self.tx, self.environment.store(), "fh_choice", name).await?;
        self.change_schema().remove_choice(name);
        Ok(())
    }

    /// Adds or replaces a relationship between tables that exist. Its lookup column or intersect
    /// table must have been put before.
    pub async fn put_relationship(
        &mut self,
        relationship: Relationship,
    ) -> Result<Arc<Relationship>> {
        schema_store::put_relationship(&mut self.tx, self.environment.store(), &relationship)
            .await?;
        let relationship = Arc::new(relationship);
        let referencing = self.referencing(&relationship);
        self.change_schema().put_relationship(relationship.clone());
        self.follow_targets(referencing).await?;
        Ok(relationship)
    }

    /// Takes a relationship away; its lookup column or intersect table stays.
    pub async fn drop_relationship(&mut self, schema_name: &str) -> Result<()> {
        let Some(relationship) = self.schema.relationship(schema_name).cloned() else {
            return Ok(());
        };
        table_rows::unlink(self, &relationship).await?;
        let store = self.environment.store();
        schema_store::remove(&mut self.tx, store, "fh_relationship", schema_name).await?;
        let referencing = self.referencing(&relationship);
        self.change_schema().remove_relationship(schema_name);
        self.follow_targets(referencing).await
    }

    /// The relationships that touch a table.
    pub(crate) fn relationships_of(&self, table: &str) -> Vec<Arc<Relationship>> {
        let touches = |relationship: &&Arc<Relationship>| match &***relationship {
            Relationship::OneToMany(one) => {
                one.referenced_table == table || one.referencing_table == table
            }
            Relationship::ManyToMany(many) => many.table1 == table || many.table2 == table,
        };
        self.schema.relationships().filter(touches).cloned().collect()
    }

    /// The table whose lookup a relationship is about, as it is now.
    fn referencing(&self, relationship: &Relationship) -> Option<Arc<Table>> {
        match relationship {
            Relationship::OneToMany(one) => self.schema.table(&one.referencing_table).cloned(),
            Relationship::ManyToMany(_) => None,
        }
    }

    /// After the targets of a lookup changed: a second target needs a column for the table.
    async fn follow_targets(&mut self, before: Option<Arc<Table>>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let Some(after) = self.schema.table(&before.logical_name).cloned() else { return Ok(()) };
        if Arc::ptr_eq(&before, &after) {
            return Ok(());
        }
        self.change_database(Some(&before), Some(&after)).await
    }

    async fn change_database(
        &mut self,
        before: Option<&Table>,
        after: Option<&Table>,
    ) -> Result<()> {
        let statements = ddl::between(self.environment.store(), before, after);
        if statements.is_empty() {
            return Ok(());
        }
        self.tx.execute_batch(&statements.join(";\n")).await
    }

    fn change_schema(&mut self) -> &mut Schema {
        self.schema_changed = true;
        Arc::make_mut(&mut self.schema)
    }

    fn next_type_code(&self) -> i32 {
        let highest = self.schema.tables().map(|table| table.type_code).max().unwrap_or_default();
        highest.max(CUSTOM_TYPE_CODE - 1) + 1
    }

    /// Makes everything durable and visible.
    pub async fn commit(mut self) -> Result<()> {
        if !self.schema_changed {
            self.tx.commit().await?;
        } else {
            let generation = self.generation + 1;
            let store = self.environment.store();
            formula::bind_all(self.change_schema());
            schema_store::put_generation(&mut self.tx, store, generation).await?;
            let changes = definition_log::between(&self.found, &self.schema);
            let now = self.cx.now();
            definition_log::note(&mut self.tx, store, generation, now, &changes).await?;
            self.change_schema().version = schema_store::version(generation);
            let snapshot = Snapshot { schema: self.schema, generation };
            self.environment.commit_schema(self.tx, snapshot).await?;
        }
        if self.users_changed {
            self.environment.forget_users();
        }
        Ok(())
    }
}

/// The first type code that is an environment's to give.
const CUSTOM_TYPE_CODE: i32 = 10_000;

/// What a read needs: who asks, the names, and where the rows are.
pub(crate) struct ReadScope<'a> {
    pub cx: &'a Cx,
    pub user: &'a User,
    pub schema: &'a Arc<Schema>,
    pub store: &'a Store,
    /// What earlier reads found of columns.
    pub columns: &'a ColumnCache,
    /// A snapshot of its own, or the transaction of a session.
    pub db: &'a mut Connection,
}
