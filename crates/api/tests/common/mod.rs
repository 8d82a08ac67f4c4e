//! A server with a tenant and people in it, reached through the real router.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::Arc;

use api::App;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base::{Caller, Cx, FixedClock, PrincipalId, SystemRandom};
use control::environments::{CreateRequest, DatabaseRequest};
use control::{Environments, Options, Sku, Tenant, UpdateCadence};
use db::testing::TestDatabase;
use identity::{
    CLI_CLIENT_ID, Directory, DirectoryRole, Grant, Licence, Requested, Sealed, TokenRequest,
    UserInput, Version,
};
use tower::ServiceExt;

/// 2023-11-14T22:13:20Z.
pub const START_MS: i64 = 1_700_000_000_000;
pub const PASSWORD: &str = "Correct-horse-battery-7";

/// A server.
pub struct World {
    pub router: Router,
    pub tenant: Arc<Tenant>,
    pub directory: Arc<Directory>,
    pub clock: Arc<FixedClock>,
    pub system: Cx,
    pub database: TestDatabase,
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl World {
    pub async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, |app| app).await
    }

    /// A server whose state is not the usual one.
    pub async fn open_with(database: TestDatabase, change: impl FnOnce(App) -> App) -> Self {
        let clock = Arc::new(FixedClock::new(START_MS));
        let random = Arc::new(SystemRandom);
        let system = Cx::new(Caller::System, clock.clone(), random.clone());
        let store = database.create("tenant").await.unwrap();
        let sealed = Arc::new(Sealed::new(&[7; 32]));
        let directory = Directory::open_sealed(&system, store, sealed).await.unwrap();
        let environments = Arc::new(Environments::default());
        let handlers = api::handlers(environments.clone());
        let options = Options { steps: solutions::steps(), handlers, ..Options::default() };
        let opened = Tenant::open(&system, database.database.clone(), directory.clone(), options);
        let tenant = opened.await.unwrap();
        environments.are_in(&tenant);
        let app = change(App::new(tenant.clone(), directory.clone(), clock.clone(), random));
        Self { router: api::router(app), tenant, directory, clock, system, database }
    }

    /// Somebody with a licence.
    pub async fn person(&self, name: &str) -> PrincipalId {
        let input = UserInput {
            upn: format!("{name}@contoso.example"),
            display_name: name.to_owned(),
            given_name: Some(name.to_owned()),
            surname: Some("Example".to_owned()),
            is_enabled: true,
            ..UserInput::default()
        };
        let user = self.directory.user_create(&self.system, input, Some(PASSWORD)).await.unwrap();
        let licence = Licence::PowerAppsPlan;
        self.directory.licence_assign(&self.system, user.id, licence).await.unwrap();
        user.id
    }

    /// A Global administrator.
    pub async fn administrator(&self, name: &str) -> PrincipalId {
        let id = self.person(name).await;
        let role = DirectoryRole::GlobalAdministrator;
        self.directory.role_assign(&self.system, id, role).await.unwrap();
        id
    }

    /// An access token of a person, for the resource at `audience`.
    pub async fn token(&self, name: &str, audience: &str) -> String {
        let client = self.directory.client(&CLI_CLIENT_ID.to_string()).await.unwrap();
        let upn = format!("{name}@contoso.example");
        let request = TokenRequest {
            client: &client,
            version: Version::V2,
            origin: "http://login.example",
            requested: Some(Requested::parse(&format!("{audience}/.default")).unwrap()),
            grant: Grant::Password { upn: &upn, password: PASSWORD },
        };
        self.directory.token(&self.system, request).await.unwrap().access_token
    }

    /// Creates an environment with a database, and waits until it is ready.
    pub async fn environment(&self, creator: PrincipalId, domain: &str) {
        let database =
            DatabaseRequest { domain: Some(domain.to_owned()), ..DatabaseRequest::default() };
        let request = CreateRequest {
            sku: Sku::Sandbox,
            display_name: domain.to_owned(),
            description: String::new(),
            location: None,
            azure_region: None,
            database: Some(database),
            used_by: None,
            update_cadence: UpdateCadence::Moderate,
            switches: serde_json::Map::new(),
        };
        let cx = self.system.with_caller(Caller::User(creator));
        let (_, operation) = self.tenant.environment_create(&cx, &request).await.unwrap();
        self.tenant.operations_settled().await.unwrap();
        let ended = self.tenant.operation_get(&self.system, operation.id).await.unwrap();
        assert!(ended.error.is_none(), "{:?}", ended.error);
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
