//! How the tests talk to the server: a line in, a line out.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;

use crate::common::World;

pub const BAP: &str = "/providers/Microsoft.BusinessAppPlatform";
pub const HOST: &str = "api.bap.example";

/// A server, and a token for whoever speaks.
pub struct Server {
    pub world: World,
}

/// Somebody who speaks to the server.
#[derive(Clone)]
pub struct Caller<'s> {
    server: &'s Server,
    token: Option<String>,
}

/// An answer with its JSON.
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

/// Runs `test` with a fresh server on each database.
pub async fn each<F: Future<Output = ()>>(test: impl Fn(Server) -> F) {
    for database in db::testing::all().await {
        test(Server { world: World::open(database).await }).await;
    }
}

impl Server {
    /// A Global administrator called `name`, made when there is none.
    pub async fn administrator(&self, name: &str) -> Caller<'_> {
        if self.user(name).await.is_none() {
            self.world.administrator(name).await;
        }
        self.caller(name).await
    }

    /// Somebody with a Power Apps licence, made when there is none.
    pub async fn person(&self, name: &str) -> Caller<'_> {
        if self.user(name).await.is_none() {
            self.world.person(name).await;
        }
        self.caller(name).await
    }

    /// Somebody without any licence.
    pub async fn unlicensed(&self, name: &str) -> Caller<'_> {
        let id = self.world.person(name).await;
        let licence = identity::Licence::PowerAppsPlan;
        let directory = &self.world.directory;
        directory.licence_revoke(&self.world.system, id, licence).await.unwrap();
        self.caller(name).await
    }

    /// An app registration, by client id, with the token of its service principal.
    pub async fn application(&self, name: &str) -> (uuid::Uuid, Caller<'_>) {
        let (cx, directory) = (&self.world.system, &self.world.directory);
        let input = identity::ApplicationInput {
            display_name: name.to_owned(),
            is_enabled: true,
            ..identity::ApplicationInput::default()
        };
        let id = directory.application_create(cx, input).await.unwrap().id;
        let until = cx.now().plus_seconds(3600);
        let secret = directory.secret_add(cx, id, "test", until).await.unwrap().value;
        let name = id.to_string();
        let client = directory.client_authenticate(cx, &name, Some(&secret)).await.unwrap();
        let request = identity::TokenRequest {
            client: &client,
            version: identity::Version::V2,
            origin: "http://login.example",
            requested: Some(
                identity::Requested::parse("https://service.powerapps.com//.default").unwrap(),
            ),
            grant: identity::Grant::Client,
        };
        let token = directory.token(cx, request).await.unwrap().access_token;
        (id, Caller { server: self, token: Some(token) })
    }

    /// Nobody.
    pub fn nobody(&self) -> Caller<'_> {
        Caller { server: self, token: None }
    }

    pub async fn id(&self, name: &str) -> uuid::Uuid {
        self.user(name).await.unwrap().id
    }

    async fn user(&self, name: &str) -> Option<identity::User> {
        let upn = format!("{name}@contoso.example");
        self.world.directory.user_by_upn(&upn).await.unwrap()
    }

    async fn caller(&self, name: &str) -> Caller<'_> {
        let user = self.user(name).await.unwrap();
        let (cx, audience) = (&self.world.system, "https://service.powerapps.com/");
        let token =
            self.world.directory.issue_token(cx, &user, "http://login.example", audience).unwrap();
        Caller { server: self, token: Some(token) }
    }
}

impl Caller<'_> {
    /// Sends a request without a body.
    pub async fn get(&self, path: &str) -> Told {
        self.send(Method::GET, path, Value::Null).await
    }

    /// Sends a request with a body.
    pub async fn post(&self, path: &str, body: Value) -> Told {
        self.send(Method::POST, path, body).await
    }

    /// Sends a request.
    pub async fn send(&self, method: Method, path: &str, body: Value) -> Told {
        let mut request = Request::builder().method(method).uri(path).header("host", HOST);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        let answer = self.server.world.send(request.body(body).unwrap()).await;
        let body = match answer.body.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&answer.body).unwrap(),
        };
        Told { status: answer.status, headers: answer.headers, body }
    }

    /// Creates an environment, follows its operation, and gives the environment.
    pub async fn create(&self, body: Value) -> Value {
        let told = self.post(&format!("{BAP}/environments?api-version=2023-06-01"), body).await;
        assert_eq!(told.status, 202, "{}", told.body);
        let ended = self.follow(&told).await;
        assert_eq!(ended["state"]["id"], "Succeeded", "{ended}");
        let name = told.body["name"].as_str().unwrap();
        self.get(&format!("{BAP}/scopes/admin/environments/{name}")).await.body
    }

    /// Follows an operation by its state until it has ended.
    pub async fn follow(&self, told: &Told) -> Value {
        loop {
            let told = self.get(&told.location()).await;
            assert_eq!(told.status, 200, "{}", told.body);
            if matches!(told.body["state"]["id"].as_str(), Some("Succeeded" | "Failed")) {
                return told.body;
            }
        }
    }
}

impl Told {
    /// The path of the `Location` header.
    pub fn location(&self) -> String {
        let location = self.headers["location"].to_str().unwrap();
        location.strip_prefix(&format!("http://{HOST}")).unwrap().to_owned()
    }

    /// The status, and the code and message of the error.
    pub fn line(&self) -> String {
        let error = &self.body["error"];
        match error["code"].as_str() {
            Some(code) => {
                let message = error["message"].as_str().unwrap_or_default();
                format!("{} {code}: {message}", self.status.as_u16())
            }
            None => self.status.as_u16().to_string(),
        }
    }

    /// The status and the code of the error.
    pub fn code(&self) -> String {
        let line = self.line();
        line.split(':').next().unwrap_or_default().to_owned()
    }
}

/// The body of a create without a database.
pub fn plain(sku: &str) -> Value {
    serde_json::json!({
        "location": "unitedstates",
        "properties": {
            "billingPolicy": {"id": ""}, "displayName": "nodb",
            "updateCadence": {"id": "Moderate"}, "environmentSku": sku,
        },
    })
}

/// The body of a create with a database, as the Terraform provider sends it.
pub fn with_database(sku: &str, domain: &str) -> Value {
    serde_json::json!({
        "location": "europe",
        "properties": {
            "azureRegion": "northeurope", "billingPolicy": {"id": ""},
            "databaseType": "CommonDataService", "displayName": "example_environment",
            "description": "desc", "updateCadence": {"id": "Moderate"}, "environmentSku": sku,
            "linkedEnvironmentMetadata": {
                "baseLanguage": 1033, "domainName": domain, "currency": {"code": "USD"},
                "securityGroupId": "00000000-0000-0000-0000-000000000000",
            },
        },
    })
}
