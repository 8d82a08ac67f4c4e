//! The tenant: what is known of it, and the one way to change that.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use base::{Cx, Error, Instant, Kind, Result, TenantId};
use db::{Database, Statement, Store, Tx};
use identity::Directory;
use jobs::{Queue, Worker, WorkerOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::migrations::MIGRATIONS;
use crate::operations::Provisioner;
use crate::registry::Registry;
use crate::roles::RoleAssignment;
use crate::{Actor, Environment, Operation, Provisioning, Runtime, Sku, Urls, catalog, settings};

/// The tenant with its environments: the door to the control plane.
pub struct Tenant {
    pub(crate) database: Database,
    pub(crate) store: Store,
    pub(crate) directory: Arc<Directory>,
    pub(crate) options: Options,
    pub(crate) registry: Registry,
    /// A copy of the small tables, so that reading costs nothing. It follows every commit.
    state: RwLock<State>,
    /// Changes are decided one after the other.
    changes: Mutex<()>,
    pub(crate) queue: Arc<Queue>,
    /// Does the jobs of the queue, until the tenant is stopped.
    pub(crate) worker: Mutex<Option<Worker>>,
}

/// How a tenant is run.
#[derive(Clone)]
pub struct Options {
    /// Its home location, used when it is made.
    pub location: String,
    /// Its name, used when it is made; `None` for the directory's.
    pub name: Option<String>,
    /// The database capacity, in megabytes.
    pub capacity_mb: i64,
    /// How many developer environments one user may have.
    pub developers_max: usize,
    /// Whether a database may be added to the default environment.
    pub default_environment_allows_database: bool,
    /// How URLs of environments are built.
    pub urls: Urls,
    /// What products do when rows change; every environment is opened with these.
    pub steps: Vec<Arc<dyn dataverse::Step>>,
    /// What does the jobs of products.
    pub handlers: Vec<Arc<dyn jobs::Handler>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            location: "unitedstates".to_owned(),
            name: None,
            capacity_mb: 1024 * 1024,
            developers_max: 1,
            default_environment_allows_database: false,
            urls: Urls::default(),
            steps: Vec::new(),
            handlers: Vec::new(),
        }
    }
}

/// What is known of the tenant besides its environments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TenantRecord {
    /// The home location.
    pub location: String,
    /// Whether it works at all.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Instant,
}

/// The small tables in memory.
#[derive(Default)]
pub(crate) struct State {
    pub record: Option<Arc<TenantRecord>>,
    pub settings: Arc<Value>,
    pub environments: BTreeMap<Uuid, Arc<Environment>>,
    pub domains: HashMap<String, DomainHold>,
    pub roles: HashMap<Uuid, Vec<Arc<RoleAssignment>>>,
    pub active: HashMap<Uuid, Arc<Operation>>,
    pub template_version: Option<u32>,
    pub applications: BTreeSet<Uuid>,
}

/// Who holds a domain name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DomainHold {
    /// The environment.
    pub environment: Uuid,
    /// When it becomes free, once the environment has left it.
    pub free_at: Option<Instant>,
}

impl Tenant {
    /// Opens the tenant in `database`. At the first start it makes the tenant and its default
    /// environment; the template of databases is made when it is missing or of an older version;
    /// what an interrupted operation left behind is cleaned away.
    pub async fn open(
        cx: &Cx,
        database: Database,
        directory: Arc<Directory>,
        options: Options,
    ) -> Result<Arc<Self>> {
        let store = match database.exists("tenant").await? {
            true => database.store("tenant").await?,
            false => database.create("tenant").await?,
        };
        let mut tx = store.write().await?;
        db::migrate::migrate(&mut tx, "control", MIGRATIONS).await?;
        let state = load(&store, &mut tx).await?;
        tx.commit().await?;
        let queue = Queue::open(store.clone()).await?;
        let tenant = Arc::new(Self {
            database,
            store,
            directory,
            options,
            registry: Registry::default(),
            state: RwLock::new(state),
            changes: Mutex::new(()),
            queue,
            worker: Mutex::new(None),
        });
        tenant.ensure_record(cx).await?;
        tenant.ensure_default_environment(cx).await?;
        tenant.ensure_template(cx).await?;
        tenant.operations_resume(cx).await?;
        tenant.start_worker(cx).await?;
        Ok(tenant)
    }

    async fn start_worker(self: &Arc<Self>, cx: &Cx) -> Result<()> {
        let provisioner: Arc<dyn jobs::Handler> = Arc::new(Provisioner(Arc::downgrade(self)));
        let mut handlers = self.options.handlers.clone();
        handlers.push(provisioner);
        let is_alone = self.database.dialect() == db::Dialect::Sqlite;
        let options = WorkerOptions { is_alone, ..WorkerOptions::default() };
        let worker = Worker::start(cx, self.queue.clone(), handlers, options).await?;
        *self.worker.lock().await = Some(worker);
        Ok(())
    }

    /// The queue of jobs in the tenant store.
    pub fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// The tenant id.
    pub fn id(&self) -> TenantId {
        self.directory.tenant().id
    }

    /// The tenant's name.
    pub fn name(&self) -> String {
        self.directory.tenant().name.clone()
    }

    /// The directory of the tenant.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// How URLs of environments are built.
    pub fn urls(&self) -> &Urls {
        &self.options.urls
    }

    /// Whether a database may be added to the default environment.
    pub fn default_environment_allows_database(&self) -> bool {
        self.options.default_environment_allows_database
    }

    /// The home location of the tenant.
    pub fn location(&self) -> String {
        self.state().record.as_ref().map_or_else(String::new, |record| record.location.clone())
    }

    /// Whether the tenant works at all.
    pub fn is_enabled(&self) -> bool {
        self.state().record.as_ref().is_some_and(|record| record.is_enabled)
    }

    /// Whether the tenant store answers.
    pub async fn check(&self) -> Result<()> {
        let statement = Statement::new("select 1", Vec::new());
        self.store.read().await?.query(&statement).await?;
        Ok(())
    }

    /// The settings of the tenant as they are now, for deciding.
    pub(crate) fn settings_now(&self) -> Arc<Value> {
        self.state().settings.clone()
    }

    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a change. Only one is under way at a time, so what it decides on stays true.
    pub(crate) async fn change(&self) -> Result<Change<'_>> {
        let guard = self.changes.lock().await;
        let tx = self.store.write().await?;
        Ok(Change { tenant: self, tx, after: Vec::new(), touched: Vec::new(), _guard: guard })
    }

    async fn ensure_record(&self, cx: &Cx) -> Result<()> {
        if self.state().record.is_some() {
            return Ok(());
        }
        let Some(location) = catalog::location(&self.options.location) else {
            return Err(Error::new(
                Kind::Invalid,
                "LocationNotFound",
                format!("There is no location '{}' for the tenant.", self.options.location),
            ));
        };
        if let Some(name) = &self.options.name
            && *name != self.name()
        {
            let domain = self.directory.tenant().domain.clone();
            self.directory.tenant_update(cx, name, &domain).await?;
        }
        let record = TenantRecord {
            location: location.name.to_owned(),
            is_enabled: true,
            created_at: cx.now(),
        };
        let mut change = self.change().await?;
        change.put_document("tenant", &record).await?;
        change.put_document("settings", &settings::defaults()).await?;
        change.after(move |state| {
            state.record = Some(Arc::new(record));
            state.settings = Arc::new(settings::defaults());
        });
        change.commit().await
    }

    /// The default environment is there from the beginning, without a database.
    async fn ensure_default_environment(&self, cx: &Cx) -> Result<()> {
        let id = self.id();
        if self.state().environments.contains_key(&id) {
            return Ok(());
        }
        let home = self.location();
        let Some(location) = catalog::location(&home) else {
            let text = format!("the tenant's location '{home}' is not in the list");
            return Err(Error::internal(text));
        };
        let environment = Environment {
            id,
            sku: Sku::Default,
            display_name: format!("{}{DEFAULT_SUFFIX}", self.name()),
            description: String::new(),
            location: location.name.to_owned(),
            azure_region: location.azure_regions[0].to_owned(),
            provisioning: Provisioning::Succeeded,
            runtime: Runtime::Enabled,
            database: None,
            update_cadence: crate::UpdateCadence::Frequent,
            created_at: cx.now(),
            created_by: Actor::system(),
            modified_at: cx.now(),
            modified_by: Actor::system(),
            used_by: None,
            expires_at: None,
            deleted_at: None,
            switches: serde_json::Map::new(),
        };
        let mut change = self.change().await?;
        change.put_environment(environment).await?;
        change.commit().await
    }
}

/// What the name of the default environment always ends in.
pub(crate) const DEFAULT_SUFFIX: &str = " (default)";

/// What the copy in memory must follow with once a change is committed.
type Follow = Box<dyn FnOnce(&mut State) + Send>;

/// A change of the tenant store: written to the database and, after the commit, to the copy.
/// Dropped without [`Change::commit`], nothing happened.
pub(crate) struct Change<'t> {
    pub tenant: &'t Tenant,
    pub tx: Tx,
    after: Vec<Follow>,
    /// Environments whose entry has to be decided anew.
    touched: Vec<Uuid>,
    _guard: MutexGuard<'t, ()>,
}

impl Change<'_> {
    /// Notes what the copy must follow with.
    pub fn after(&mut self, follow: impl FnOnce(&mut State) + Send + 'static) {
        self.after.push(Box::new(follow));
    }

    /// Makes everything durable and visible.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        let mut state = self.tenant.state_mut();
        for follow in self.after {
            follow(&mut state);
        }
        for id in self.touched {
            self.tenant.registry.forget_admissions(id);
        }
        Ok(())
    }

    /// Runs one statement; `{name}` stands for a table.
    pub async fn execute(&mut self, sql: &str, params: Vec<db::Value>) -> Result<u64> {
        let statement = Statement::new(self.tenant.store.sql(sql), params);
        self.tx.execute(&statement).await
    }

    /// Adds or replaces a document of the tenant.
    pub async fn put_document(&mut self, name: &str, document: &impl Serialize) -> Result<()> {
        let text = to_json(document)?;
        let sql = "insert into {control_document} (name, document) values (?1, ?2)
            on conflict (name) do update set document = excluded.document";
        self.execute(sql, vec![name.into(), text.into()]).await?;
        Ok(())
    }

    /// Adds or replaces an environment.
    pub async fn put_environment(&mut self, environment: Environment) -> Result<Arc<Environment>> {
        let text = to_json(&environment)?;
        let sql = "insert into {environment} (id, document) values (?1, ?2)
            on conflict (id) do update set document = excluded.document";
        self.execute(sql, vec![environment.id.into(), text.into()]).await?;
        self.touched.push(environment.id);
        let environment = Arc::new(environment);
        let copy = environment.clone();
        self.after(move |state| {
            state.environments.insert(copy.id, copy);
        });
        Ok(environment)
    }

    /// Takes an environment away for good, with its roles. Its operations stay, as history.
    pub async fn remove_environment(&mut self, id: Uuid) -> Result<()> {
        self.execute("delete from {environment} where id = ?1", vec![id.into()]).await?;
        self.execute("delete from {environment_role} where environment_id = ?1", vec![id.into()])
            .await?;
        self.after(move |state| {
            state.environments.remove(&id);
            state.roles.remove(&id);
        });
        Ok(())
    }

    /// Gives a domain name to an environment.
    pub async fn hold_domain(&mut self, name: &str, hold: DomainHold) -> Result<()> {
        let sql = "insert into {environment_domain} (name, environment_id, free_at)
            values (?1, ?2, ?3) on conflict (name) do update set
            environment_id = excluded.environment_id, free_at = excluded.free_at";
        self.execute(sql, vec![name.into(), hold.environment.into(), hold.free_at.into()]).await?;
        let name = name.to_owned();
        self.after(move |state| {
            state.domains.insert(name, hold);
        });
        Ok(())
    }

    /// Makes a domain name free at once.
    pub async fn free_domain(&mut self, name: &str) -> Result<()> {
        self.execute("delete from {environment_domain} where name = ?1", vec![name.into()]).await?;
        let name = name.to_owned();
        self.after(move |state| {
            state.domains.remove(&name);
        });
        Ok(())
    }

    /// Adds or replaces an operation.
    pub async fn put_operation(&mut self, operation: Operation) -> Result<()> {
        let sql = "insert into {environment_operation}
            (id, environment_id, state, created_at, document) values (?1, ?2, ?3, ?4, ?5)
            on conflict (id) do update set state = excluded.state, document = excluded.document";
        let params = vec![
            operation.id.into(),
            operation.environment.into(),
            operation.state.name().into(),
            operation.created_at.into(),
            to_json(&operation)?.into(),
        ];
        self.execute(sql, params).await?;
        self.after(move |state| {
            if operation.state.is_terminal() {
                state.active.remove(&operation.environment);
            } else {
                state.active.insert(operation.environment, Arc::new(operation));
            }
        });
        Ok(())
    }

    /// Refuses when the environment has an operation that is under way.
    pub fn require_idle(&self, environment: Uuid) -> Result<()> {
        match self.tenant.state().active.get(&environment) {
            Some(active) => Err(active.conflict()),
            None => Ok(()),
        }
    }
}

async fn load(store: &Store, tx: &mut Tx) -> Result<State> {
    let mut state = State::default();
    let statement = |sql: &str| Statement::new(store.sql(sql), Vec::new());
    for row in tx.query(&statement("select name, document from {control_document}")).await? {
        let document: String = row.get(1)?;
        match row.get::<String>(0)?.as_str() {
            "tenant" => state.record = Some(Arc::new(from_json(&document)?)),
            "template" => state.template_version = Some(from_json(&document)?),
            "settings" => state.settings = Arc::new(from_json(&document)?),
            _ => {}
        }
    }
    for row in tx.query(&statement("select document from {environment}")).await? {
        let environment: Environment = from_json(&row.get::<String>(0)?)?;
        state.environments.insert(environment.id, Arc::new(environment));
    }
    let sql = "select name, environment_id, free_at from {environment_domain}";
    for row in tx.query(&statement(sql)).await? {
        let hold = DomainHold { environment: row.get(1)?, free_at: row.get(2)? };
        state.domains.insert(row.get(0)?, hold);
    }
    let sql = "select document from {environment_operation}
        where state in ('NotStarted', 'Running')";
    for row in tx.query(&statement(sql)).await? {
        let operation: Operation = from_json(&row.get::<String>(0)?)?;
        state.active.insert(operation.environment, Arc::new(operation));
    }
    let sql = "select id, environment_id, role, principal_type, principal_id, created_at
        from {environment_role} order by created_at, id";
    for row in tx.query(&statement(sql)).await? {
        let role = RoleAssignment::read(&row)?;
        state.roles.entry(role.environment).or_default().push(Arc::new(role));
    }
    let sql = "select application_id from {management_application}";
    for row in tx.query(&statement(sql)).await? {
        state.applications.insert(row.get(0)?);
    }
    Ok(state)
}

pub(crate) fn to_json(document: &impl Serialize) -> Result<String> {
    serde_json::to_string(document).map_err(Error::internal)
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}
