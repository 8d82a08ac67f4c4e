//! A tenant with people in it.

use std::sync::Arc;

use base::{Caller, Cx, Error, FixedClock, PrincipalId, Result, SystemRandom};
use control::environments::{CreateRequest, DatabaseRequest};
use control::{Environment, Operation, Options, Sku, Tenant, UpdateCadence};
use db::testing::TestDatabase;
use identity::{
    ApplicationInput, Directory, DirectoryRole, GroupInput, Licence, Sealed, UserInput,
};
use uuid::Uuid;

pub const START_MS: i64 = 1_700_000_000_000;
pub const DAY_MS: i64 = 24 * 3600 * 1000;

/// A tenant, its clock, and the people in it.
pub struct World {
    pub tenant: Arc<Tenant>,
    pub clock: Arc<FixedClock>,
    pub directory: Arc<Directory>,
    pub system: Cx,
    options: Options,
    database: TestDatabase,
}

/// Runs `test` with a fresh tenant on each database.
pub async fn each<F: Future<Output = ()>>(test: impl Fn(World) -> F) {
    each_with(Options::default(), test).await;
}

/// The same with a tenant that is run in another way.
pub async fn each_with<F: Future<Output = ()>>(options: Options, test: impl Fn(World) -> F) {
    for database in db::testing::all().await {
        test(World::open(database, options.clone()).await).await;
    }
}

impl World {
    async fn open(database: TestDatabase, options: Options) -> Self {
        let clock = Arc::new(FixedClock::new(START_MS));
        Self::open_at(database, options, clock).await
    }

    async fn open_at(database: TestDatabase, options: Options, clock: Arc<FixedClock>) -> Self {
        let system = Cx::new(Caller::System, clock.clone(), Arc::new(SystemRandom));
        let store = match database.exists("tenant").await.unwrap() {
            true => database.store("tenant").await.unwrap(),
            false => database.create("tenant").await.unwrap(),
        };
        let sealed = Arc::new(Sealed::new(&[7; 32]));
        let directory = Directory::open_sealed(&system, store, sealed).await.unwrap();
        let opened =
            Tenant::open(&system, database.database.clone(), directory.clone(), options.clone());
        let tenant = opened.await.unwrap();
        Self { tenant, clock, directory, system, options, database }
    }

    /// Stops the tenant and opens it again, as a restart of the server does.
    pub async fn restart(self) -> Self {
        let Self { tenant, clock, directory, system, options, database } = self;
        tenant.stop(std::time::Duration::from_secs(60)).await;
        drop((tenant, directory, system));
        Self::open_at(database.reopen().await, options, clock).await
    }

    /// Lets nothing be done with what is accepted, until a restart.
    pub async fn stop_working(&self) {
        self.tenant.stop(std::time::Duration::from_secs(60)).await;
    }

    /// Takes the template of databases away, so that making one fails.
    pub async fn break_template(&self) {
        self.database.drop_store("env_template").await.unwrap();
    }

    pub async fn store_exists(&self, name: &str) -> bool {
        self.database.exists(name).await.unwrap()
    }

    pub fn as_user(&self, id: PrincipalId) -> Cx {
        self.system.with_caller(Caller::User(id))
    }

    pub fn as_application(&self, id: Uuid) -> Cx {
        self.system.with_caller(Caller::Application(id))
    }

    pub fn as_nobody(&self) -> Cx {
        self.system.with_caller(Caller::Anonymous)
    }

    pub fn advance_days(&self, days: i64) {
        self.clock.advance_ms(days * DAY_MS);
    }

    pub async fn user(&self, name: &str, licences: &[Licence]) -> PrincipalId {
        let input = UserInput {
            upn: format!("{name}@contoso.example"),
            display_name: name.to_owned(),
            is_enabled: true,
            ..UserInput::default()
        };
        let id = self.directory.user_create(&self.system, input, None).await.unwrap().id;
        for licence in licences {
            self.directory.licence_assign(&self.system, id, *licence).await.unwrap();
        }
        id
    }

    /// A Global administrator.
    pub async fn admin(&self) -> PrincipalId {
        let id = self.user("admin", &[]).await;
        let role = DirectoryRole::GlobalAdministrator;
        self.directory.role_assign(&self.system, id, role).await.unwrap();
        id
    }

    /// Somebody who may create environments.
    pub async fn maker(&self) -> PrincipalId {
        self.user("maker", &[Licence::PowerAppsPlan]).await
    }

    pub async fn group(&self, name: &str, members: &[PrincipalId]) -> PrincipalId {
        let input = GroupInput { display_name: name.to_owned(), description: None };
        let id = self.directory.group_create(&self.system, input).await.unwrap().id;
        for member in members {
            self.directory.member_add(&self.system, id, *member).await.unwrap();
        }
        id
    }

    /// An app registration, by client id.
    pub async fn application(&self, name: &str) -> Uuid {
        let input = ApplicationInput {
            display_name: name.to_owned(),
            is_enabled: true,
            ..ApplicationInput::default()
        };
        self.directory.application_create(&self.system, input).await.unwrap().id
    }

    /// Creates an environment and waits until it is ready.
    pub async fn create(&self, cx: &Cx, request: CreateRequest) -> Result<Arc<Environment>> {
        let (environment, operation) = self.tenant.environment_create(cx, &request).await?;
        self.ended(&operation).await?;
        self.tenant.environment_get(&self.system, &environment.name()).await
    }

    /// Waits until an operation has ended, well.
    pub async fn ended(&self, operation: &Operation) -> Result<()> {
        self.tenant.operations_settled().await?;
        let ended = self.tenant.operation_get(&self.system, operation.id).await?;
        match ended.error {
            None => Ok(()),
            Some(error) => Err(Error::new(base::Kind::Conflict, error.code, error.message)),
        }
    }
}

/// A request for an environment without a database.
pub fn plain(sku: Sku) -> CreateRequest {
    CreateRequest {
        sku,
        display_name: "Sales".to_owned(),
        description: String::new(),
        location: Some("europe".to_owned()),
        azure_region: None,
        database: None,
        used_by: None,
        update_cadence: UpdateCadence::Moderate,
        switches: serde_json::Map::new(),
    }
}

/// The same with a database.
pub fn with_database(sku: Sku, domain: &str) -> CreateRequest {
    let database =
        DatabaseRequest { domain: Some(domain.to_owned()), ..DatabaseRequest::default() };
    CreateRequest { database: Some(database), ..plain(sku) }
}

/// How something went: `ok`, or the code and message of the error.
pub fn told<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{:?} {}: {}", error.kind, error.code, error.message),
    }
}

/// The code of the error, or `ok`.
pub fn code<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code.into_owned(),
    }
}
