//! Every route, as nobody and as somebody without rights.

use api::admin::{ROUTES, Right};
use axum::http::Method;
use serde_json::{Value, json};

use crate::server::{BAP, each, plain};

/// The path of a route with something in its places.
fn filled(path: &str, environment: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "{id}" if path.contains("nvironments/{id}") => environment,
        "{location}" => "europe",
        segment if segment.starts_with('{') => "11111111-1111-1111-1111-111111111111",
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn nobody_gets_in_anywhere_but_the_public_routes() {
    each(|server| async move {
        for route in ROUTES {
            let path = filled(route.path, "~default");
            let told = server.nobody().send(route.method.clone(), &path, Value::Null).await;
            let expected = if route.right == Right::Public { 200 } else { 401 };
            assert_eq!(told.status, expected, "{} {}: {}", route.method, route.path, told.body);
            if expected == 401 {
                let challenge = told.headers["www-authenticate"].to_str().unwrap();
                assert!(challenge.starts_with("Bearer authorization_uri="), "{challenge}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_without_rights_is_refused_wherever_rights_are_needed() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let name = maker.create(plain("Sandbox")).await["name"].as_str().unwrap().to_owned();
        let stranger = server.unlicensed("stranger").await;
        for route in ROUTES {
            let path = filled(route.path, &name);
            let body = match route.path {
                _ if route.method == Method::DELETE => Value::Null,
                path if path.ends_with("/environments") => plain("Sandbox"),
                path => body_of(path),
            };
            let told = stranger.send(route.method.clone(), &path, body).await;
            let (status, line) = (told.status.as_u16(), told.line());
            let context = format!("{} {}: {line}", route.method, route.path);
            match route.right {
                Right::Public | Right::SignedIn => assert_eq!(status, 200, "{context}"),
                // To somebody who may not see it, it is not there.
                Right::Environment(_) => {
                    assert_eq!(told.code(), "404 EnvironmentNotFound", "{context}");
                }
                Right::Operation => assert_eq!(status, 404, "{context}"),
                Right::Create => assert_eq!(told.code(), "403 UserNotLicensed", "{context}"),
                Right::TenantAdmin | Right::GlobalAdmin => assert_eq!(status, 403, "{context}"),
            }
        }
    })
    .await;
}

/// A body that would do, so that it is the right that is missing.
fn body_of(path: &str) -> Value {
    let id = "11111111-1111-1111-1111-111111111111";
    match path.rsplit('/').next().unwrap_or_default() {
        "modifySku" => json!({ "environmentSku": "Production" }),
        "addUser" => json!({ "objectId": id }),
        "addAppUser" => json!({ "servicePrincipalAppId": id }),
        "{id}" if path.contains("scopes/admin/environments") => {
            json!({ "properties": { "description": "x" } })
        }
        _ => json!({}),
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_usual_shape() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        let told = admin.get(&format!("{BAP}/nothing/here")).await;
        assert_eq!(
            told.body,
            json!({ "error": {
                "code": "ResourceNotFound",
                "message": format!("There is nothing at {BAP}/nothing/here."),
                "detailUrlType": "NotSpecified",
            }})
        );
        let told = admin.send(Method::PUT, &format!("{BAP}/locations"), Value::Null).await;
        assert_eq!(told.code(), "405 MethodNotAllowed");
        let tenant = server.world.tenant.id();
        let told = admin.get(&format!("{BAP}/scopes/admin/environments/nope")).await;
        assert_eq!(
            told.line(),
            format!(
                "404 EnvironmentNotFound: The environment 'nope' could not be found in the tenant \
                 '{tenant}'."
            )
        );
        assert!(told.headers.contains_key("x-ms-request-id"));
    })
    .await;
}

/// No body, whatever it is, makes the server answer 500.
#[tokio::test]
async fn bad_bodies_are_bad_requests() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        let name = admin.create(plain("Sandbox")).await["name"].as_str().unwrap().to_owned();
        let bodies = [
            json!([]),
            json!("x"),
            json!(7),
            json!({ "properties": 7 }),
            json!({ "properties": { "displayName": 7, "environmentSku": "Sandbox" } }),
            json!({ "properties": { "displayName": "x", "environmentSku": 7 } }),
            json!({ "properties": { "linkedEnvironmentMetadata": [] } }),
            json!({ "properties": { "states": { "runtime": { "id": "Sleeping" } } } }),
            json!({ "properties": { "updateCadence": {} } }),
            json!({ "add": 7 }),
            json!({ "add": [7] }),
            json!({ "add": [{ "properties": {} }] }),
            json!({ "remove": [{}] }),
            json!({ "objectId": "x" }),
            json!({ "environmentSku": "?" }),
            json!({ "baseLanguage": -1 }),
            json!({ "currency": "EUR" }),
        ];
        for route in ROUTES.iter().filter(|route| route.method != Method::GET) {
            // The environment itself is kept.
            if route.method == Method::DELETE || route.path.ends_with("/recover") {
                continue;
            }
            for body in &bodies {
                let path = filled(route.path, &name);
                let told = admin.send(route.method.clone(), &path, body.clone()).await;
                let status = told.status.as_u16();
                assert!(status < 500 || status == 501, "{} {body}: {}", route.path, told.line());
            }
        }
    })
    .await;
}
