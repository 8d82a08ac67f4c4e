//! The walk: every route as nobody, with tokens that open nothing, as somebody without licence or
//! role, and as the administrator of another environment.

use api::admin::{ROUTES, Right};
use serde_json::Value;

use crate::common::Answer;
use crate::list::{AUTH, DATA, INSIGHT};
use crate::scene::{Findings, HOST, Scene, error};

const ID: &str = "11111111-1111-1111-1111-111111111111";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_good_token_nothing_opens() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let requests = requests(&scene).await;
    let useless = scene.useless().await;
    let before = scene.stored().await;
    for (what, authorization) in &useless {
        for (method, path, body) in &requests {
            let answer = scene.send(method, path, body, authorization.as_deref()).await;
            let context = format!("{what}: {method} {path}");
            let is_data = path.contains("/api/data/");
            findings.refused(&answer, 401, if is_data { "0x" } else { "" }, &context);
            let challenge = answer.headers.get("www-authenticate").map(|c| c.to_str().unwrap());
            let is_good = challenge.is_some_and(|c| c.starts_with("Bearer authorization_uri="));
            findings.expect(is_good, || format!("{context}: {challenge:?}"));
        }
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn public_routes_are_these_and_give_nothing_away() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    let public: Vec<&str> = ROUTES
        .iter()
        .filter(|route| route.right == Right::Public)
        .map(|route| route.path)
        .collect();
    assert_eq!(public, ["/api/freehold/portal"]);
    for authorization in [None, Some("Bearer abc"), Some("Basic YWRhOmFkYQ==")] {
        assert_eq!(scene.send("GET", public[0], "", authorization).await.status, 200);
        for (method, path, status) in AUTH {
            let answer =
                form(&scene, method, &path.replace("{tenant}", "common"), authorization).await;
            let told = text(&answer);
            let context = format!("{method} {path}: {} {told}", answer.status);
            // Credentials in the header are looked at where a client shows who it is.
            let is_wrong_client =
                *status == 400 && answer.status == 401 && !path.ends_with("/login");
            findings.expect(answer.status == *status || is_wrong_client, || context.clone());
            for secret in SECRETS {
                findings.expect(!told.contains(secret), || format!("{secret} in {context}"));
            }
            findings.expect(has_shape(&answer, path), || context);
        }
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_knows_one_tenant() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    for (method, path, _) in AUTH.iter().filter(|(_, path, _)| path.contains("{tenant}")) {
        let path = path.replace("{tenant}", "fabrikam.example");
        let answer = form(&scene, method, &path, None).await;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let is_told = answer.status == 400 && body["error_codes"] == serde_json::json!([90002]);
        findings.expect(is_told, || format!("{method} {path}: {}", text(&answer)));
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_role_the_data_service_shows_nothing() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let mut requests = data_requests(&scene).await;
    requests.extend(insight_requests("alpha"));
    scene.world.person("stranger").await;
    let callers = [
        ("no role", scene.world.token("stranger", "http://localhost:8400").await, "0x80042f09"),
        ("the administrator of another environment", scene.ben.clone(), "0x80042f09"),
        ("no licence", scene.unlicensed("visitor").await, "UserNotLicensed"),
        ("an application that is no user", scene.application().await, "0x80072560"),
    ];
    // Whoever may enter becomes a user of the environment the first time, without any right.
    for (_, token, _) in &callers {
        scene.data("GET", "WhoAmI", "", token).await;
    }
    let before = scene.stored().await;
    for (who, token, code) in &callers {
        let authorization = format!("Bearer {token}");
        for (method, path, body) in &requests {
            let answer = scene.send(method, path, body, Some(&authorization)).await;
            findings.refused(&answer, 403, code, &format!("{who}: {method} {path}"));
        }
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_environment_is_not_there_for_its_neighbours() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let alpha = scene.environment("alpha").to_string();
    let power = scene.power_administrator("grace").await;
    let directory = scene.directory().await;
    let before = scene.stored().await;
    for route in ROUTES {
        let path = with_ids(route.path, &directory).unwrap_or_else(|| filled(route.path, &alpha));
        let send = async |token: &str| {
            let authorization = format!("Bearer {token}");
            let body = body_of(route.path, route.method.as_str());
            scene.send(route.method.as_str(), &path, body, Some(&authorization)).await
        };
        let context = format!("{} {}", route.method, route.path);
        let (status, code) = match route.right {
            // For everybody, or for everybody with a licence.
            Right::Public | Right::SignedIn | Right::Create => continue,
            Right::Environment(_) => (404, "EnvironmentNotFound"),
            Right::Operation => (404, "LifecycleOperationNotFound"),
            Right::TenantAdmin | Right::GlobalAdmin => (403, "Forbidden"),
        };
        findings.refused(&send(&scene.ben).await, status, code, &context);
        if route.right == Right::GlobalAdmin {
            findings.refused(&send(&power).await, 403, "", &context);
        }
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_nobody_registered_administers_nothing() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let authorization = format!("Bearer {}", scene.application().await);
    let alpha = scene.environment("alpha").to_string();
    let before = scene.stored().await;
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/providers/")) {
        let path = filled(route.path, &alpha);
        let body = body_of(route.path, route.method.as_str());
        let answer = scene.send(route.method.as_str(), &path, body, Some(&authorization)).await;
        let context = format!("{} {}", route.method, route.path);
        let message = findings.refused(&answer, 403, "Forbidden", &context);
        let words = "does not have permission to access the path";
        findings.expect(message.contains(words), || format!("{context}: {message}"));
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_that_is_not_there_is_told() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let authorization = format!("Bearer {}", scene.ada);
    let data = data_requests(&scene).await;
    let gone = scene.environment("beta").to_string();
    let path = format!("{BAP}/scopes/admin/environments/{gone}?api-version=2023-06-01");
    assert_eq!(scene.send("DELETE", &path, "", Some(&authorization)).await.status, 202);
    scene.world.tenant.operations_settled().await.unwrap();
    let before = scene.stored_in(&["tenant"]).await;
    for domain in ["nosuch", "beta"] {
        for (method, path, body) in data.iter().chain(&insight_requests("alpha")) {
            let path = path.replace("/orgs/alpha/", &format!("/orgs/{domain}/"));
            let answer = scene.send(method, &path, body, Some(&authorization)).await;
            let context = format!("{method} {path}");
            let message = findings.refused(&answer, 404, "EnvironmentNotFound", &context);
            findings.expect(message.contains(domain), || format!("{context}: {message}"));
        }
    }
    for environment in [ID, "nosuch", &gone] {
        for route in ROUTES {
            let is_recover = route.path.ends_with("/recover");
            if !matches!(route.right, Right::Environment(_)) && !is_recover {
                continue;
            }
            // The deleted one can be recovered; that is another test.
            if is_recover && environment == gone {
                continue;
            }
            let path = filled(route.path, environment);
            let body = body_of(route.path, route.method.as_str());
            let answer = scene.send(route.method.as_str(), &path, body, Some(&authorization)).await;
            let context = format!("{} {path}", route.method);
            findings.refused(&answer, 404, "EnvironmentNotFound", &context);
        }
    }
    findings.check();
    assert_eq!(before, scene.stored_in(&["tenant"]).await);
}

const BAP: &str = "/providers/Microsoft.BusinessAppPlatform";

/// Every request that needs a token.
async fn requests(scene: &Scene) -> Vec<(String, String, String)> {
    let alpha = scene.environment("alpha").to_string();
    let admin = ROUTES.iter().filter(|route| route.right != Right::Public).map(|route| {
        let method = route.method.to_string();
        let body = body_of(route.path, &method).to_owned();
        (method, filled(route.path, &alpha), body)
    });
    let mut requests: Vec<_> = admin.collect();
    requests.extend(insight_requests("alpha"));
    let instances = "/api/discovery/v2.0/Instances";
    requests.push(("GET".to_owned(), instances.to_owned(), String::new()));
    requests.extend(data_requests(scene).await);
    requests
}

fn insight_requests(domain: &str) -> Vec<(String, String, String)> {
    let filled = |path: &str| {
        let path = path.replace("{domain}", domain).replace("{job}", ID);
        path.replace("{name}", "Default")
    };
    INSIGHT.iter().map(|(method, path)| ((*method).into(), filled(path), String::new())).collect()
}

/// Every form of request to the data service of `alpha`, with every function and action that it
/// says it has.
async fn data_requests(scene: &Scene) -> Vec<(String, String, String)> {
    let document = scene.data("GET", "$metadata", "", &scene.ada).await;
    let document = String::from_utf8(document.body).unwrap();
    let mut requests: Vec<_> = DATA
        .iter()
        .map(|(method, path, body)| ((*method).to_owned(), scene.filled(path), scene.filled(body)))
        .collect();
    for (element, method) in [("Function", "GET"), ("Action", "POST")] {
        let found = operations(&document, element);
        assert!(found.len() >= 7, "{element}: {found:?}");
        for (name, table) in found {
            let path = match table.as_deref() {
                None => name,
                Some("audit") => format!("audits({ID})/Microsoft.Dynamics.CRM.{name}"),
                Some("role") => {
                    scene.filled(&format!("roles({{r}})/Microsoft.Dynamics.CRM.{name}"))
                }
                Some("systemuser") => {
                    scene.filled(&format!("systemusers({{u}})/Microsoft.Dynamics.CRM.{name}"))
                }
                Some("queue") => format!("queues({ID})/Microsoft.Dynamics.CRM.{name}"),
                Some("team") => format!("teams({ID})/Microsoft.Dynamics.CRM.{name}"),
                Some(other) => panic!("say here where the rows of {other} are"),
            };
            let body = if method == "POST" { "{}" } else { "" };
            requests.push((method.to_owned(), path, body.to_owned()));
        }
    }
    for (_, path, _) in &mut requests {
        path.insert_str(0, "/orgs/alpha/api/data/v9.2/");
    }
    requests
}

/// The names of the functions or actions of a `$metadata` document, with the tables they are bound
/// to.
fn operations(document: &str, element: &str) -> Vec<(String, Option<String>)> {
    let attribute = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!(" {name}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let mut found = Vec::new();
    for part in document.split(&format!("<{element} ")).skip(1) {
        let (head, rest) = part.split_once('>').unwrap();
        let name = attribute(&format!(" {head}"), "Name").unwrap();
        let is_bound = head.contains("IsBound=\"true\"");
        let table = is_bound.then(|| attribute(rest, "Type").unwrap().replace("mscrm.", ""));
        found.push((name, table));
    }
    found
}

/// The path of an admin route with something in its places.
fn filled(path: &str, environment: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        "{id}" if path.contains("nvironments/{id}") => environment,
        "{location}" => "europe",
        segment if segment.starts_with('{') => ID,
        segment => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The path of a route of the directory with the ids of what is there.
fn with_ids(path: &str, directory: &[(&str, String)]) -> Option<String> {
    let (kind, id) = directory.iter().find(|(kind, _)| path.starts_with(*kind))?;
    let rest = path.strip_prefix(kind)?.replace("{id}", id);
    Some(format!("{kind}{}", rest.replace("{member}", id)))
}

/// A body that would do, so that it is the right that is missing.
fn body_of(path: &str, method: &str) -> &'static str {
    if matches!(method, "GET" | "DELETE") {
        return "";
    }
    match path.rsplit('/').next().unwrap_or_default() {
        "applications" | "groups" => r#"{"displayName":"x"}"#,
        "members" => r#"{"id":"11111111-1111-1111-1111-111111111111"}"#,
        "users" => r#"{"userPrincipalName":"x@contoso.example","displayName":"x"}"#,
        "addAppUser" => r#"{"servicePrincipalAppId":"11111111-1111-1111-1111-111111111111"}"#,
        "addUser" => r#"{"objectId":"11111111-1111-1111-1111-111111111111"}"#,
        "environments" => {
            r#"{"location":"europe","properties":{"displayName":"x","environmentSku":"Sandbox"}}"#
        }
        "modifySku" => r#"{"environmentSku":"Production"}"#,
        "updateTenantSettings" => r#"{"walkMeOptOut":true}"#,
        "{id}" if path.contains("/scopes/admin/environments/") => {
            r#"{"properties":{"description":"x"}}"#
        }
        "{id}" if path.contains("/users/") => r#"{"displayName":"x"}"#,
        _ => "{}",
    }
}

/// An address of sign-in, with an empty form.
async fn form(scene: &Scene, method: &str, path: &str, authorization: Option<&str>) -> Answer {
    let request = axum::http::Request::builder().method(method).uri(path).header("host", HOST);
    let mut request = request.header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    scene.world.send(request.body(axum::body::Body::empty()).unwrap()).await
}

/// Whether a refusal for a program is in the shape of OAuth, and one for a person a page.
fn has_shape(answer: &Answer, path: &str) -> bool {
    if answer.status.is_success() || answer.status.is_redirection() {
        return true;
    }
    let told = text(answer);
    if path.ends_with("userinfo") {
        error(answer);
        return answer.headers.contains_key("www-authenticate");
    }
    if ["/authorize", "/login", "/deviceauth"].iter().any(|end| path.ends_with(end)) {
        return told.contains("AADSTS");
    }
    let body: Value = serde_json::from_str(&told).unwrap_or_default();
    let description = body["error_description"].as_str().unwrap_or_default();
    body["error"].is_string()
        && body["error_codes"][0].is_number()
        && description.starts_with("AADSTS")
        && answer.headers["cache-control"] == "no-store"
}

/// What nobody gets without signing in.
const SECRETS: &[&str] =
    &["\"access_token\":", "\"refresh_token\":", "\"id_token\":", "\"device_code\":", "code="];

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}
