//! Two environments, the people of each, and what is stored.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use base::{Caller, Cx, FixedClock, SystemRandom, Uuid};
use identity::{
    ApplicationInput, DirectoryRole, Grant, GroupInput, Licence, Requested, TokenRequest, Version,
};
use serde_json::Value;

use crate::common::{Answer, START_MS, World};

/// Where the environments are reached: `http://localhost:8400/orgs/<domain>/…`.
pub const HOST: &str = "localhost:8400";
/// What the tokens are for; every resource of the server is the same to it.
pub const AUDIENCE: &str = "https://service.powerapps.com/";

/// A tenant with the environments `alpha`, which Ada administers, and `beta`, which Ben does.
pub struct Scene {
    pub world: World,
    pub ada: String,
    pub ben: String,
    /// Ids of rows in `alpha`, by the letter that stands for them.
    pub rows: BTreeMap<&'static str, String>,
}

impl Scene {
    pub async fn new() -> Self {
        let world = World::open(db::testing::sqlite().await).await;
        let ada = world.administrator("ada").await;
        let ben = world.person("ben").await;
        world.environment(ada, "alpha").await;
        world.environment(ben, "beta").await;
        let ada = world.token("ada", "http://localhost:8400").await;
        let ben = world.token("ben", "http://localhost:8400").await;
        let mut scene = Self { world, ada, ben, rows: BTreeMap::new() };
        let body = r#"{"name":"Ada's","Account_Tasks":[{"subject":"Call"}]}"#;
        let made = scene.data("POST", "accounts", body, &scene.ada).await;
        let url = made.headers["odata-entityid"].to_str().unwrap();
        let account = url.split(['(', ')']).nth(1).unwrap().to_owned();
        scene.rows.insert("a", account);
        for (letter, path, column) in [
            ("t", "tasks?$select=activityid", "activityid"),
            ("r", "roles?$select=roleid&$filter=name eq 'System Administrator'", "roleid"),
        ] {
            let found = scene.data("GET", path, "", &scene.ada).await;
            let body: Value = serde_json::from_slice(&found.body).unwrap();
            let id = body["value"][0][column].as_str().unwrap().to_owned();
            scene.rows.insert(letter, id);
        }
        let me = scene.data("GET", "WhoAmI", "", &scene.ada).await;
        let me: Value = serde_json::from_slice(&me.body).unwrap();
        scene.rows.insert("u", me["UserId"].as_str().unwrap().to_owned());
        scene
    }

    /// A text with the ids of rows put in.
    pub fn filled(&self, text: &str) -> String {
        let put = |text: String, (letter, id): (&&str, &String)| {
            text.replace(&format!("{{{letter}}}"), id)
        };
        self.rows.iter().fold(text.to_owned(), put)
    }

    /// Asks the data service of `alpha`.
    pub async fn data(&self, method: &str, path: &str, body: &str, token: &str) -> Answer {
        let path = format!("/orgs/alpha/api/data/v9.2/{}", self.filled(path));
        let authorization = format!("Bearer {token}");
        self.send(method, &path, &self.filled(body), Some(&authorization)).await
    }

    /// Sends a request; a body is JSON.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: &str,
        authorization: Option<&str>,
    ) -> Answer {
        let escape = |c: char| match c {
            ' ' | '"' | '<' | '>' | '{' | '}' => format!("%{:02X}", u32::from(c)),
            c => c.to_string(),
        };
        let uri: String = path.chars().map(escape).collect();
        let mut request = Request::builder().method(method).uri(uri).header("host", HOST);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        self.world.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Values of `Authorization` that open nothing anywhere, with what each is.
    pub async fn useless(&self) -> Vec<(&'static str, Option<String>)> {
        let other = World::open(db::testing::sqlite().await).await;
        other.administrator("ada").await;
        let foreign = other.token("ada", "http://localhost:8400").await;
        let (signed, signature) = self.ada.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        let tampered = format!("{signed}.{first}{}", &signature[1..]);
        let unsigned = format!("{signed}.");
        let long = "x".repeat(base::limits::TOKEN_BYTES_MAX + 1);
        let bearer = |token: &str| Some(format!("Bearer {token}"));
        vec![
            ("nothing", None),
            ("an empty token", bearer("")),
            ("another scheme", Some("Basic YWRhOmFkYQ==".to_owned())),
            ("garbage", bearer("abc")),
            ("garbage in three parts", bearer("a.b.c")),
            ("a token that is too long", bearer(&long)),
            ("a tampered token", bearer(&tampered)),
            ("a token without a signature", bearer(&unsigned)),
            ("a token of another tenant", bearer(&foreign)),
            ("an expired token", bearer(&self.expired().await)),
            ("an ID token", bearer(&self.id_token().await)),
        ]
    }

    async fn expired(&self) -> String {
        let clock = Arc::new(FixedClock::new(START_MS - 2 * 3600 * 1000));
        let past = Cx::new(Caller::System, clock, Arc::new(SystemRandom));
        let directory = &self.world.directory;
        let user = directory.user_by_upn("ada@contoso.example").await.unwrap().unwrap();
        directory.issue_token(&past, &user, "http://login.example", AUDIENCE).unwrap()
    }

    async fn id_token(&self) -> String {
        let directory = &self.world.directory;
        let client = directory.client(&identity::CLI_CLIENT_ID.to_string()).await.unwrap();
        let scope = format!("openid {AUDIENCE}.default");
        let request = TokenRequest {
            client: &client,
            version: Version::V2,
            origin: "http://login.example",
            requested: Some(Requested::parse(&scope).unwrap()),
            grant: Grant::Password {
                upn: "ada@contoso.example",
                password: crate::common::PASSWORD,
            },
        };
        directory.token(&self.world.system, request).await.unwrap().id_token.unwrap()
    }

    /// Somebody without a licence.
    pub async fn unlicensed(&self, name: &str) -> String {
        let (cx, directory) = (&self.world.system, &self.world.directory);
        let id = self.world.person(name).await;
        directory.licence_revoke(cx, id, Licence::PowerAppsPlan).await.unwrap();
        self.world.token(name, "http://localhost:8400").await
    }

    /// Somebody who administers environments, but not the directory.
    pub async fn power_administrator(&self, name: &str) -> String {
        let id = self.world.person(name).await;
        let role = DirectoryRole::PowerPlatformAdministrator;
        self.world.directory.role_assign(&self.world.system, id, role).await.unwrap();
        self.world.token(name, "http://localhost:8400").await
    }

    /// An app registration that nobody let into anything.
    pub async fn application(&self) -> String {
        let (cx, directory) = (&self.world.system, &self.world.directory);
        let input = ApplicationInput {
            display_name: "Robot".to_owned(),
            is_enabled: true,
            ..ApplicationInput::default()
        };
        let id = directory.application_create(cx, input).await.unwrap().id;
        let until = cx.now().plus_seconds(3600);
        let secret = directory.secret_add(cx, id, "test", until).await.unwrap().value;
        let client = directory.client_authenticate(cx, &id.to_string(), Some(&secret)).await;
        let client = client.unwrap();
        let request = TokenRequest {
            client: &client,
            version: Version::V2,
            origin: "http://login.example",
            requested: Some(Requested::parse(&format!("{AUDIENCE}/.default")).unwrap()),
            grant: Grant::Client,
        };
        directory.token(cx, request).await.unwrap().access_token
    }

    /// Something of each kind in the directory: the route of its kind, and its id.
    pub async fn directory(&self) -> Vec<(&'static str, String)> {
        let (cx, directory) = (&self.world.system, &self.world.directory);
        let application = ApplicationInput {
            display_name: "Robot".to_owned(),
            is_enabled: true,
            ..ApplicationInput::default()
        };
        let application = directory.application_create(cx, application).await.unwrap().id;
        let group = GroupInput { display_name: "Team".to_owned(), ..GroupInput::default() };
        let group = directory.group_create(cx, group).await.unwrap().id;
        let user = directory.user_by_upn("ada@contoso.example").await.unwrap().unwrap().id;
        vec![
            ("/api/freehold/applications", application.to_string()),
            ("/api/freehold/groups", group.to_string()),
            ("/api/freehold/users", user.to_string()),
        ]
    }

    /// The name of an environment in the admin services.
    pub fn environment(&self, domain: &str) -> Uuid {
        self.world.tenant.find_by_domain(domain).unwrap().id
    }

    /// What is stored of the tenant and of both environments: for each table, a number that
    /// follows from all of its rows.
    pub async fn stored(&self) -> BTreeMap<String, u64> {
        let environment = |domain| format!("env_{}", self.environment(domain).simple());
        self.stored_in(&["tenant", &environment("alpha"), &environment("beta")]).await
    }

    /// The same of stores by their name.
    pub async fn stored_in(&self, names: &[&str]) -> BTreeMap<String, u64> {
        let mut stored = BTreeMap::new();
        for name in names {
            let store = self.world.database.store(name).await.unwrap();
            let mut reader = store.read().await.unwrap();
            let tables = "select name from sqlite_master where type = 'table'";
            for row in reader.query(&db::Statement::new(tables, Vec::new())).await.unwrap() {
                let table: String = row.get(0).unwrap();
                let sql = format!("select * from {}", store.table(&table));
                let rows = reader.query(&db::Statement::new(sql, Vec::new())).await.unwrap();
                let mut hasher = DefaultHasher::new();
                for row in rows {
                    format!("{:?}", row.into_values()).hash(&mut hasher);
                }
                stored.insert(format!("{name}.{table}"), hasher.finish());
            }
        }
        stored
    }

    /// Nothing is stored that was not stored before.
    pub async fn check_unchanged(&self, before: &BTreeMap<String, u64>) {
        let after = self.stored().await;
        let changed: Vec<&String> = after
            .iter()
            .filter(|(table, rows)| before.get(*table) != Some(*rows))
            .map(|(table, _)| table)
            .collect();
        assert!(changed.is_empty() && before.len() == after.len(), "changed: {changed:?}");
    }
}

/// What is not as it should be: all of it is told at the end.
#[derive(Default)]
pub struct Findings(Vec<String>);

impl Findings {
    /// Notes what does not hold.
    pub fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            let what = what();
            self.0.push(what.chars().take(600).collect());
        }
    }

    /// An answer is a refusal with this status, and a code that is this or begins so; gives the
    /// message.
    pub fn refused(&mut self, answer: &Answer, status: u16, code: &str, context: &str) -> String {
        let text = String::from_utf8_lossy(&answer.body);
        let found = format!("{context}: {} {text}", answer.status.as_u16());
        if answer.status != status {
            self.expect(false, || format!("{found}, not {status}"));
            return String::new();
        }
        let (is, message) = error(answer);
        self.expect(is.starts_with(code), || format!("{found}, not {code}"));
        message
    }

    /// Everything was as it should be.
    pub fn check(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

/// The code and the message of an error in the shape that the data service and the admin services
/// share.
pub fn error(answer: &Answer) -> (String, String) {
    let text = String::from_utf8_lossy(&answer.body);
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    assert!(answer.headers.contains_key("x-ms-request-id"), "{text}");
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{text}"));
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["error"], "{text}");
    let part =
        |name: &str| body["error"][name].as_str().unwrap_or_else(|| panic!("{text}")).to_owned();
    let (code, message) = (part("code"), part("message"));
    assert!(!code.is_empty() && !message.is_empty(), "{text}");
    (code, message)
}

/// What the other tests rely on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_noticed() {
    let scene = Scene::new().await;
    let before = scene.stored().await;
    scene.check_unchanged(&before).await;
    scene.data("POST", "accounts", r#"{"name":"x"}"#, &scene.ada).await;
    let after = scene.stored().await;
    let environment = format!("env_{}", scene.environment("alpha").simple());
    let changed = |table: &str| {
        let name = format!("{environment}.{table}");
        before[&name] != after[&name]
    };
    assert!(changed("account") && !changed("contact"));
}
