//! Carrying out operations: the making of a database.
//!
//! Doing it twice is safe: whatever an interrupted run left is dropped first, and the row of the
//! environment that names the database is written last.

use std::sync::{Arc, Weak};
use std::time::Duration;

use base::{Cx, Error, Kind, Result};
use dataverse::{Currency, Environment as Rows, Organization};
use db::Statement;
use jobs::{BoxFuture, Handler, Job, NewJob, Progress};
use serde_json::Value;
use uuid::Uuid;

use super::{Operation, StageName, Work};
use crate::environments::unique_name;
use crate::roles::Action;
use crate::tenant::{Change, from_json};
use crate::{Database, Environment, Provisioning, Tenant, catalog};

/// The store that new databases are copies of.
const TEMPLATE: &str = "env_template";
/// The kind of jobs that make databases.
const PROVISION: &str = "environment_provision";

/// Makes databases, when the queue says so.
pub(crate) struct Provisioner(pub Weak<Tenant>);

impl Handler for Provisioner {
    fn kind(&self) -> &'static str {
        PROVISION
    }

    fn run<'a>(
        &'a self,
        cx: &'a Cx,
        job: &'a Job,
        _progress: &'a Progress,
    ) -> BoxFuture<'a, Result<Value>> {
        Box::pin(async move {
            let text = "the tenant was closed before its jobs";
            let tenant = self.0.upgrade().ok_or_else(|| Error::internal(text))?;
            tenant.perform(cx, job.id).await?;
            Ok(Value::Null)
        })
    }
}

impl Tenant {
    /// An operation that the caller may follow: one of an environment they see, or their own.
    pub async fn operation_get(&self, cx: &Cx, id: Uuid) -> Result<Operation> {
        let not_found = || {
            let text = format!("There is no lifecycle operation '{id}'.");
            Error::not_found("LifecycleOperationNotFound", text)
        };
        let operation = self.operation_find(id).await?.ok_or_else(not_found)?;
        let own = self.directory.caller_id(cx).await?;
        if self.is_tenant_admin(cx).await? || (own.is_some() && operation.requested_by.id == own) {
            return Ok(operation);
        }
        let environment = self.state().environments.get(&operation.environment).cloned();
        match environment {
            Some(environment) if self.may(cx, &environment, Action::ReadHistory).await? => {
                Ok(operation)
            }
            _ => Err(not_found()),
        }
    }

    /// The history of an environment, latest first.
    pub async fn operations_list(&self, cx: &Cx, name: &str) -> Result<Vec<Operation>> {
        let environment = self.environment_for(cx, name, Action::ReadHistory).await?;
        let sql = "select id from {environment_operation} where environment_id = ?1
            order by created_at desc, id desc limit ?2";
        let limit = i64::try_from(base::limits::PAGE_ROWS_MAX).unwrap_or(i64::MAX);
        let params = vec![environment.id.into(), limit.into()];
        let statement = Statement::new(self.store.sql(sql), params);
        let rows = self.store.read().await?.query(&statement).await?;
        let mut operations = Vec::new();
        for row in rows {
            operations.extend(self.operation_find(row.get(0)?).await?);
        }
        Ok(operations)
    }

    async fn operation_find(&self, id: Uuid) -> Result<Option<Operation>> {
        // What is under way is told from memory, where its stages are.
        let active = self.state().active.values().find(|active| active.id == id).cloned();
        if let Some(active) = active {
            return Ok(Some((*active).clone()));
        }
        let sql = "select document from {environment_operation} where id = ?1";
        let statement = Statement::new(self.store.sql(sql), vec![id.into()]);
        let row = self.store.read().await?.query_opt(&statement).await?;
        row.map(|row| from_json(&row.get::<String>(0)?)).transpose()
    }

    /// How many operations are under way.
    pub fn operations_active(&self) -> usize {
        self.state().active.len()
    }

    /// The operation that is under way on an environment.
    pub fn operation_active(&self, environment: Uuid) -> Option<Arc<Operation>> {
        self.state().active.get(&environment).cloned()
    }

    /// The operation, as soon as it has ended; or as it is after `limit`.
    pub async fn operation_wait(&self, cx: &Cx, id: Uuid, limit: Duration) -> Result<Operation> {
        let operation = self.operation_get(cx, id).await?;
        if operation.state.is_terminal() {
            return Ok(operation);
        }
        self.queue.wait(id, limit).await?;
        self.operation_get(cx, id).await
    }

    /// Puts the work of an operation into the queue, in the transaction that accepts it.
    pub(crate) async fn operation_enqueue(
        &self,
        cx: &Cx,
        change: &mut Change<'_>,
        operation: &Operation,
    ) -> Result<()> {
        let job = NewJob {
            id: Some(operation.id),
            kind: PROVISION.to_owned(),
            subject: Some(operation.environment.to_string()),
            created_by_name: operation.requested_by.display_name.clone(),
            ..NewJob::default()
        };
        self.queue.enqueue(cx, &mut change.tx, job).await?;
        Ok(())
    }

    /// Ends operations whose job is gone: nobody would ever end them otherwise.
    pub(crate) async fn operations_resume(&self, cx: &Cx) -> Result<()> {
        let interrupted: Vec<_> = self.state().active.values().cloned().collect();
        for operation in interrupted {
            let job = self.queue.job_find(operation.id).await?;
            if job.is_some_and(|job| job.state.is_active()) {
                continue;
            }
            let text = "The operation was interrupted and could not be taken up again.";
            let error = Error::new(Kind::Unavailable, "OperationInterrupted", text);
            if let Some(work) = operation.work.clone() {
                self.undo(cx, (*operation).clone(), &work, &error).await?;
            }
        }
        Ok(())
    }

    /// Waits until no operation is under way.
    pub async fn operations_settled(&self) -> Result<()> {
        loop {
            let Some(id) = self.state().active.values().next().map(|active| active.id) else {
                return Ok(());
            };
            self.queue.wait(id, Duration::from_secs(60)).await?;
        }
    }

    /// Lets running operations finish, for at most `limit`. What is interrupted is taken up at the
    /// next start.
    pub async fn stop(&self, limit: Duration) {
        let worker = self.worker.lock().await.take();
        if let Some(worker) = worker {
            worker.stop(limit).await;
        }
    }

    async fn perform(&self, cx: &Cx, id: Uuid) -> Result<()> {
        let Some(operation) = self.operation_find(id).await? else { return Ok(()) };
        let Some(work) = operation.work.clone() else { return Ok(()) };
        match self.database_make(cx, &operation, &work).await {
            Ok(database) => self.finish(cx, operation, &work, database).await,
            Err(error) => {
                tracing::error!(
                    operation = %operation.id,
                    environment = %operation.environment_name,
                    cause = error.chain(),
                    "the operation failed"
                );
                self.undo(cx, operation, &work, &error).await
            }
        }
    }

    /// Makes the database: a clone of the template, turned into an organization of its own.
    async fn database_make(&self, cx: &Cx, operation: &Operation, work: &Work) -> Result<Database> {
        let environment = self.environment_by_id(operation.environment)?;
        let store_name = environment.store_name();
        if self.database.exists(&store_name).await? {
            self.database.drop_store(&store_name).await?;
        }
        self.progress(cx, operation, StageName::Run);
        let store = self.database.clone_store(TEMPLATE, &store_name).await?;
        let id = cx.random_id();
        let organization = self.organization(&environment, work, id).await?;
        Rows::provision(cx, &store, &organization).await?;
        self.progress(cx, operation, StageName::Finalize);
        let size = store.size_bytes().await?;
        Ok(Database {
            organization_id: id,
            unique_name: organization.unique_name,
            domain: work.database.domain.clone(),
            language: work.database.language,
            currency: work.database.currency.clone(),
            security_group: work.database.security_group,
            background_operations_are_on: true,
            created_at: cx.now(),
            size_mb: megabytes(size),
        })
    }

    async fn organization(
        &self,
        environment: &Environment,
        work: &Work,
        id: Uuid,
    ) -> Result<Organization> {
        let currency = catalog::currency(&work.database.currency).ok_or_else(|| {
            Error::internal(format!("the currency {} is not in the list", work.database.currency))
        })?;
        let mut administrators = Vec::new();
        for person in &work.administrators {
            match self.directory_user(*person).await {
                Ok(user) => administrators.push(user),
                // Somebody who left the directory meanwhile administers nothing.
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Invalid) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Organization {
            id,
            name: environment.display_name.clone(),
            unique_name: unique_name(id),
            language: work.database.language,
            currency: Currency {
                code: currency.code.to_owned(),
                name: currency.name.to_owned(),
                symbol: currency.symbol.to_owned(),
            },
            administrators,
        })
    }

    /// Writes that the environment has its database, as the last thing.
    async fn finish(
        &self,
        cx: &Cx,
        mut operation: Operation,
        work: &Work,
        database: Database,
    ) -> Result<()> {
        let mut change = self.change().await?;
        let environment = self.environment_by_id(operation.environment)?;
        operation.succeed(cx.now());
        operation.work = None;
        change.put_operation(operation).await?;
        if !work.is_new {
            // Its Environment Admins are System Administrators now; its makers have to be given a
            // role of the database by hand.
            change.remove_roles(environment.id).await?;
        }
        let environment = Environment {
            database: Some(database),
            provisioning: Provisioning::Succeeded,
            modified_at: cx.now(),
            ..(*environment).clone()
        };
        change.put_environment(environment).await?;
        change.commit().await
    }

    /// Leaves nothing of an operation that failed: no store, no name, no half environment.
    async fn undo(
        &self,
        cx: &Cx,
        mut operation: Operation,
        work: &Work,
        error: &Error,
    ) -> Result<()> {
        let mut change = self.change().await?;
        let environment = self.environment_by_id(operation.environment)?;
        let store_name = environment.store_name();
        self.registry.close(environment.id);
        if self.database.exists(&store_name).await? {
            self.database.drop_store(&store_name).await?;
        }
        operation.fail(error, cx.now());
        operation.work = None;
        change.put_operation(operation).await?;
        change.free_domain(&work.database.domain).await?;
        if work.is_new {
            change.remove_environment(environment.id).await?;
        } else {
            let environment =
                Environment { provisioning: Provisioning::Succeeded, ..(*environment).clone() };
            change.put_environment(environment).await?;
        }
        change.commit().await
    }

    /// Notes in memory which stage an operation is in.
    fn progress(&self, cx: &Cx, operation: &Operation, stage: StageName) {
        let mut state = self.state_mut();
        if let Some(active) = state.active.get_mut(&operation.environment) {
            let mut next = (**active).clone();
            next.enter(stage, cx.now());
            *active = Arc::new(next);
        }
    }

    /// Makes the template of databases when it is missing or of an older version.
    pub(crate) async fn ensure_template(&self, cx: &Cx) -> Result<()> {
        let is_current = self.template_version() == Some(Rows::TEMPLATE_VERSION);
        let exists = self.database.exists(TEMPLATE).await?;
        if is_current && exists {
            return Ok(());
        }
        tracing::info!(version = Rows::TEMPLATE_VERSION, "making the template of databases");
        if exists {
            self.database.drop_store(TEMPLATE).await?;
        }
        let store = self.database.create(TEMPLATE).await?;
        Rows::create_template(cx, &store).await?;
        let mut change = self.change().await?;
        change.put_document("template", &Rows::TEMPLATE_VERSION).await?;
        change.after(|state| state.template_version = Some(Rows::TEMPLATE_VERSION));
        change.commit().await
    }

    fn template_version(&self) -> Option<u32> {
        self.state().template_version
    }
}

pub(crate) fn megabytes(bytes: u64) -> i64 {
    i64::try_from(bytes.div_ceil(1024 * 1024)).unwrap_or(i64::MAX)
}
