//! The ways in which clients follow operations.

use axum::http::Method;
use serde_json::{Value, json};

use crate::server::{BAP, each, plain, with_database};

/// Terraform adds a database: it follows the environment until that has succeeded.
#[tokio::test]
async fn adding_a_database_is_followed_by_the_environment() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let name = maker.create(plain("Sandbox")).await["name"].as_str().unwrap().to_owned();
        let path = format!("{BAP}/environments/{name}/provisionInstance?api-version=2021-04-01");
        let body = json!({
            "baseLanguage": 1033, "domainName": "later", "currency": { "code": "EUR" },
            "securityGroupId": "00000000-0000-0000-0000-000000000000",
        });
        let told = maker.post(&path, body).await;
        assert_eq!(told.status, 202, "{}", told.body);
        assert_eq!(told.headers["retry-after"], "0");
        assert_eq!(told.body["properties"]["provisioningState"], "LinkedDatabaseProvisioning");
        loop {
            let polled = maker.get(&told.location()).await;
            assert_eq!(polled.status, 200);
            match polled.body["properties"]["provisioningState"].as_str() {
                Some("Succeeded") => {
                    let linked = &polled.body["properties"]["linkedEnvironmentMetadata"];
                    assert_eq!(linked["domainName"], "later");
                    break;
                }
                Some("LinkedDatabaseProvisioning") => tokio::task::yield_now().await,
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

/// PowerShell: the status tells, and the name of the environment is cut out of the address.
#[tokio::test]
async fn older_versions_follow_the_status() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let path = format!(
            "{BAP}/environments?api-version=2019-05-01&id=/providers/Microsoft.BusinessAppPlatform/\
             scopes/admin/environments"
        );
        let told = maker.post(&path, with_database("Sandbox", "shell")).await;
        assert_eq!(told.status, 202, "{}", told.body);
        let location = told.location();
        let name = told.body["name"].as_str().unwrap();
        assert!(location.contains(&format!("/environments/{name}/")), "{location}");
        assert_eq!(told.headers["location"], told.headers["operation-location"]);
        loop {
            let polled = maker.get(&location).await;
            match polled.status.as_u16() {
                202 => assert!(polled.headers.contains_key("location")),
                200 => break,
                status => panic!("{status} {}", polled.body),
            }
        }
        let admin = format!("{BAP}/scopes/admin/environments/{name}?api-version=2018-01-01");
        let told = maker.send(Method::DELETE, &admin, Value::Null).await;
        assert_eq!(told.status, 202);
        assert_eq!(maker.get(&told.location()).await.status, 200);
    })
    .await;
}

/// Newer versions, and requests without a version: 200 whatever the state.
#[tokio::test]
async fn newer_versions_follow_the_state() {
    each(|server| async move {
        let maker = server.person("maker").await;
        for version in ["?api-version=2021-04-01", "?api-version=2023-06-01", "?api-version=", ""] {
            let told = maker.post(&format!("{BAP}/environments{version}"), plain("Sandbox")).await;
            assert!(told.location().contains("/lifecycleOperations/"), "{version}");
            let polled = maker.get(&told.location()).await;
            assert_eq!(polled.status, 200);
            let stages = polled.body["stages"].as_array().unwrap();
            let names: Vec<_> = stages.iter().map(|stage| stage["id"].as_str().unwrap()).collect();
            assert_eq!(names, ["Validate", "Prepare", "Run", "Finalize"]);
            assert_eq!(polled.body["requestedBy"]["type"], "User");
        }
        let missing = format!("{BAP}/lifecycleOperations/{}", uuid::Uuid::nil());
        assert_eq!(maker.get(&missing).await.code(), "404 LifecycleOperationNotFound");
        assert_eq!(
            maker.get(&format!("{BAP}/lifecycleOperations/x")).await.code(),
            "400 InvalidRequest"
        );
    })
    .await;
}

/// To others an operation is not there.
#[tokio::test]
async fn only_who_may_follows_an_operation() {
    each(|server| async move {
        let (maker, other) = (server.person("maker").await, server.person("other").await);
        let told = maker.post(&format!("{BAP}/environments"), plain("Sandbox")).await;
        assert_eq!(other.get(&told.location()).await.code(), "404 LifecycleOperationNotFound");
        let admin = server.administrator("admin").await;
        assert_eq!(admin.get(&told.location()).await.code(), "200");
        let name = told.body["name"].as_str().unwrap();
        let history = format!("{BAP}/scopes/admin/environments/{name}/lifecycleOperations");
        assert_eq!(maker.get(&history).await.body["value"][0]["type"]["id"], "Create");
        assert_eq!(other.get(&history).await.code(), "404 EnvironmentNotFound");
    })
    .await;
}
