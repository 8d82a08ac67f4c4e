//! What should not be sent: each is answered soon, in the shape of its protocol, with a code and
//! words that help, and changes nothing.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use base::limits::{ADMIN_BODY_BYTES_MAX, AUTH_FORM_BYTES_MAX, BODY_BYTES_MAX};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::common::Answer;
use crate::packages;
use crate::scene::{Findings, HOST, Scene};

/// Long enough for a slow machine, short enough to notice something that grows.
const PATIENCE: Duration = Duration::from_secs(60);
const DATA: &str = "/orgs/alpha/api/data/v9.2";
const BAP: &str = "/providers/Microsoft.BusinessAppPlatform";

/// One bad request.
struct Case<'a> {
    method: &'a str,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: Vec<u8>,
}

impl<'a> Case<'a> {
    fn get(path: &'a str) -> Self {
        Self { method: "GET", path, headers: &[], body: Vec::new() }
    }

    fn post(path: &'a str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: "POST", path, headers: JSON, body: body.into() }
    }
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const FORM: &[(&str, &str)] = &[("content-type", "application/x-www-form-urlencoded")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_none() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    let nested = format!("{{\"name\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let texts: [(&str, u16, &str); 11] = [
        ("{\"name\":", 400, "0x80048d19"),
        ("{\"name\" \"x\"}", 400, "0x80048d19"),
        ("{\"name\":\"x\"} and more", 400, "0x80048d19"),
        ("[]", 400, "0x80048d19"),
        ("\"name\"", 400, "0x80048d19"),
        ("{\"name\":{\"a\":1}}", 400, "0x80048d19"),
        ("{\"name\":\"a\\u0000b\"}", 400, "0x"),
        ("{\"name\":\"\\ud800\"}", 400, "0x80048d19"),
        ("{\"revenue\":1e999}", 400, "0x80044330"),
        ("{\"numberofemployees\":99999999999999999999}", 400, "0x"),
        (&nested, 400, "0x80048d19"),
    ];
    for (body, status, code) in texts {
        let answer = ask(&scene, &Case::post(&format!("{DATA}/accounts"), body)).await;
        findings.refused(&answer, status, code, &body[..body.len().min(80)]);
    }
    let not_text =
        Case::post("/orgs/alpha/api/data/v9.2/accounts", b"{\"name\":\"\xff\"}".to_vec());
    findings.refused(&ask(&scene, &not_text).await, 400, "0x80048d19", "not UTF-8");
    for content in ["text/plain", "application/x-www-form-urlencoded", "multipart/mixed", "*/*"] {
        let path = format!("{DATA}/accounts");
        let headers = [("content-type", content)];
        let case = Case {
            method: "POST",
            path: &path,
            headers: &headers,
            body: b"{\"name\":\"x\"}".into(),
        };
        let told = findings.refused(&ask(&scene, &case).await, 415, "0x80048d19", content);
        findings.expect(told.contains("send application/json"), || told);
    }
    let length = (BODY_BYTES_MAX + 1).to_string();
    for path in ["accounts", "ImportSolution", "EntityDefinitions", "nosuch"] {
        let path = format!("{DATA}/{path}");
        let headers = [("content-type", "application/json"), ("content-length", length.as_str())];
        let case = Case { method: "POST", path: &path, headers: &headers, body: Vec::new() };
        findings.refused(&ask(&scene, &case).await, 413, "0x80040203", &path);
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_are_none() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    let deep = format!("accounts?$filter={}name eq 'x'{}", "(".repeat(2000), ")".repeat(2000));
    let not = format!("accounts?$filter={}name eq 'x'", "not ".repeat(2000));
    let conditions = format!("accounts?$filter={}", vec!["revenue gt 1"; 501].join(" or "));
    let values = format!(
        "accounts?$filter=Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=[{}])",
        vec!["'x'"; 2001].join(",")
    );
    let expands =
        format!("accounts?$expand={}", vec!["primarycontactid($select=fullname)"; 16].join(","));
    let long = format!("accounts?$filter=name eq '{}'", "x".repeat(33_000));
    let broken = [
        "accounts(",
        "accounts()",
        "accounts('x')",
        "accounts(1)",
        "accounts(accountid=)",
        "accounts(nosuch='x')",
        "accounts?$filter=",
        "accounts?$filter=name",
        "accounts?$filter=name eq",
        "accounts?$filter=name eq 'x",
        "accounts?$filter=name eq 'x' and",
        "accounts?$filter=name eq 'x')",
        "accounts?$filter=name is 'x'",
        "accounts?$filter=name eq 'a' 'b'",
        "accounts?$filter=nosuch eq 1",
        "accounts?$filter=revenue eq 'much'",
        "accounts?$filter=createdon gt yesterday",
        "accounts?$filter=tolower(name) eq 'x'",
        "accounts?$filter=Microsoft.Dynamics.CRM.Nosuch(PropertyName='name')",
        "accounts?$filter=Microsoft.Dynamics.CRM.In(PropertyName='name')",
        "accounts?$filter=Account_Tasks/any(t:t/nosuch eq 1)",
        "accounts?$filter=Account_Tasks/any(t:",
        "accounts?$filter=name eq '%00'",
        "accounts?$select=nosuch",
        "accounts?$select=name,,",
        "accounts?$orderby=name sideways",
        "accounts?$orderby=nosuch",
        "accounts?$top=-1",
        "accounts?$top=many",
        "accounts?$top=99999999999999999999999",
        "accounts?$top=1&$top=2",
        "accounts?$count=maybe",
        "accounts?$skip=1",
        "accounts?$skiptoken=x",
        "accounts?$expand=nosuch",
        "accounts?$expand=primarycontactid(",
        "accounts?$expand=primarycontactid($select=nosuch)",
        "accounts?$expand=primarycontactid($levels=2)",
        "accounts?$format=json",
        "accounts?$search=x",
        "accounts?$nosuch=x",
        "EntityDefinitions(LogicalName=",
        "EntityDefinitions?$filter=LogicalName eq",
        "EntityDefinitions?$select=Nosuch",
        "WhoAmI(x=1)",
        "RetrieveSolutionImportResult(ImportJobId=x)",
        "systemusers({u})/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={",
        &deep,
        &not,
        &conditions,
        &values,
        &expands,
        &long,
    ];
    for path in broken {
        let uri = scene.filled(&format!("{DATA}/{path}"));
        let answer = ask(&scene, &Case::get(&uri)).await;
        findings.refused(&answer, 400, "0x", &path[..path.len().min(80)]);
    }
    for path in
        ["nosuch", "accounts/nosuch", "accounts/$value", "accounts({a})/nosuch", "Nonsense()"]
    {
        let uri = scene.filled(&format!("{DATA}/{path}"));
        findings.refused(&ask(&scene, &Case::get(&uri)).await, 404, "0x8006088a", path);
    }
    for version in ["v8.2", "v9", "v10.0", "9.2"] {
        let uri = format!("/orgs/alpha/api/data/{version}/accounts");
        findings.refused(&ask(&scene, &Case::get(&uri)).await, 404, "0x8006088a", version);
    }
    for (name, value) in [("if-match", "nonsense"), ("if-none-match", "W/\"x\"")] {
        let path = scene.filled(&format!("{DATA}/accounts({{a}})"));
        let case = Case { method: "GET", path: &path, headers: &[(name, value)], body: Vec::new() };
        findings.refused(&ask(&scene, &case).await, 400, "0x", name);
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packages_that_are_none() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    for action in ["ImportSolution", "ImportSolutionAsync", "StageSolution"] {
        for bad in packages::bad() {
            let body = import(action, &STANDARD.encode(&bad.bytes));
            let answer = ask(&scene, &Case::post(&format!("{DATA}/{action}"), body)).await;
            let context = format!("{action} of {}", bad.what);
            let told = findings.refused(&answer, bad.status, bad.code, &context);
            findings.expect(told.contains(bad.message), || format!("{context}: {told}"));
        }
        let no_text = import(action, "no base64!");
        let answer = ask(&scene, &Case::post(&format!("{DATA}/{action}"), no_text)).await;
        findings.refused(&answer, 400, "0x80048d19", "no base64");
        let empty = ask(&scene, &Case::post(&format!("{DATA}/{action}"), "{}")).await;
        findings.refused(&empty, 400, "0x80040200", "no package");
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn solution_messages_about_what_is_not_there() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    let id = "11111111-1111-1111-1111-111111111111";
    let good = STANDARD.encode(packages::good());
    let staged = json!({ "SolutionParameters": { "StageSolutionUploadId": id } });
    let cases = [
        ("ImportSolution", staged.clone(), 404, "0x80040217"),
        ("ImportSolutionAsync", staged, 404, "0x80040217"),
        (
            "ImportSolution",
            json!({ "CustomizationFile": good, "ImportJobId": "x" }),
            400,
            "0x80048d19",
        ),
        (
            "ImportSolution",
            json!({ "CustomizationFile": good, "HoldingSolution": true }),
            501,
            "0x80040219",
        ),
        (
            "ImportSolution",
            json!({ "CustomizationFile": good, "ComponentParameters": [{ "@odata.type": "x" }] }),
            501,
            "0x80040219",
        ),
        ("ImportSolution", json!({ "CustomizationFile": good, "Nosuch": 1 }), 400, "0x80048d19"),
        ("ExportSolution", json!({ "SolutionName": "Nosuch", "Managed": false }), 404, "0x"),
        ("ExportSolutionAsync", json!({ "SolutionName": "Nosuch", "Managed": false }), 404, "0x"),
        ("DownloadSolutionExportData", json!({ "ExportJobId": id }), 404, "0x80040217"),
        ("UninstallSolutionAsync", json!({ "SolutionUniqueName": "Nosuch" }), 404, "0x"),
        (
            "AddSolutionComponent",
            json!({ "ComponentId": id, "ComponentType": 1, "SolutionUniqueName": "Nosuch" }),
            404,
            "0x",
        ),
        ("CloneAsPatch", json!({}), 501, "0x80040219"),
    ];
    for (action, body, status, code) in cases {
        let answer = ask(&scene, &Case::post(&format!("{DATA}/{action}"), body.to_string())).await;
        findings.refused(&answer, status, code, &format!("{action} {body}"));
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admin_requests_that_are_none() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let alpha = scene.environment("alpha");
    let before = scene.stored().await;
    let nested = format!("{{\"properties\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let named = |name: &str| {
        json!({ "properties": { "displayName": name, "environmentSku": "Sandbox" } }).to_string()
    };
    let environments = format!("{BAP}/environments");
    let environment = format!("{BAP}/scopes/admin/environments/{alpha}");
    let add_user = format!("{environment}/addUser");
    let settings = format!("{BAP}/scopes/admin/updateTenantSettings");
    let lots = "x".repeat(ADMIN_BODY_BYTES_MAX + 1);
    for (path, body, status, code) in [
        (environments.as_str(), "{\"properties\":".to_owned(), 400, "InvalidRequestContent"),
        (&environments, "{} {}".to_owned(), 400, "InvalidRequestContent"),
        (&environments, "\u{feff}nothing".to_owned(), 400, "InvalidRequestContent"),
        (&environments, nested, 400, "InvalidRequestContent"),
        (&environments, "[]".to_owned(), 400, "InvalidRequest"),
        (&environments, "{}".to_owned(), 400, "InvalidRequest"),
        (&environments, named("a\u{0}b"), 400, ""),
        (&environments, named(""), 400, ""),
        (&environments, named(&"x".repeat(100_000)), 400, ""),
        (&environments, lots.clone(), 413, "RequestTooLarge"),
        (&settings, lots, 413, "RequestTooLarge"),
        (&settings, "[]".to_owned(), 400, "InvalidTenantSettings"),
        (&settings, json!({ "a": "x".repeat(300_000) }).to_string(), 413, ""),
        (&add_user, json!({ "objectId": "x" }).to_string(), 400, "InvalidRequest"),
        ("/api/freehold/users", json!({ "displayName": "a\u{0}b" }).to_string(), 400, ""),
        ("/api/freehold/groups", json!({ "displayName": "a\u{0}b" }).to_string(), 400, ""),
        ("/api/freehold/applications", json!({ "displayName": 7 }).to_string(), 400, ""),
    ] {
        let answer = ask(&scene, &Case::post(path, body.clone())).await;
        findings.refused(&answer, status, code, &format!("{path} {}", &body[..body.len().min(60)]));
    }
    for (path, status, code) in [
        (format!("{BAP}/lifecycleOperations/x"), 400, "InvalidRequest"),
        (format!("{BAP}/scopes/admin/environments?$top=0"), 400, "InvalidRequest"),
        (format!("{BAP}/scopes/admin/environments?$top=x"), 400, "InvalidRequest"),
        (format!("{BAP}/scopes/admin/environments?$filter=name eq 1"), 501, "NotImplemented"),
        (format!("{BAP}/scopes/admin/environments/%00"), 404, "EnvironmentNotFound"),
        (format!("{BAP}/scopes/admin/environments/%FF"), 404, "ResourceNotFound"),
        (format!("{BAP}/scopes/admin/environments/..%2F..%2Ftenant"), 404, "EnvironmentNotFound"),
        (format!("{BAP}/locations/%00/templates"), 404, "LocationNotFound"),
        ("/api/freehold/users/%00".to_owned(), 400, "InvalidRequest"),
        ("/api/freehold/users?$search=%00".to_owned(), 400, ""),
        ("/api/freehold/groups/x/members".to_owned(), 400, ""),
        ("/providers/Microsoft.PowerApps/apps".to_owned(), 404, "ResourceNotFound"),
    ] {
        findings.refused(&ask(&scene, &Case::get(&path)).await, status, code, &path);
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_requests_that_are_none() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    let large = format!("grant_type=password&x={}", "x".repeat(AUTH_FORM_BYTES_MAX));
    let password = "grant_type=password&client_id=11111111-1111-1111-1111-111111111111";
    for (path, headers, body) in [
        ("token", JSON, "{}".to_owned()),
        ("token", &[] as &[(&str, &str)], "grant_type=password".to_owned()),
        ("token", FORM, "grant_type=%ff".to_owned()),
        ("token", FORM, "grant_type=password&grant_type=password".to_owned()),
        ("token", FORM, "grant_type=%00".to_owned()),
        ("token", FORM, large),
        ("token", FORM, format!("{password}&username=%00&password=%00&scope=x")),
        (
            "token",
            FORM,
            format!("grant_type=refresh_token&client_id=%00&refresh_token={}", "x".repeat(9999)),
        ),
        (
            "token",
            &[("authorization", "Basic !"), FORM[0]],
            "grant_type=client_credentials".to_owned(),
        ),
        ("devicecode", FORM, "client_id=x&scope=%00".to_owned()),
        ("devicecode", JSON, "{\"client_id\":1}".to_owned()),
    ] {
        let path = format!("/common/oauth2/v2.0/{path}");
        let case = Case { method: "POST", path: &path, headers, body: body.clone().into() };
        let answer = send(&scene, &case, None).await;
        let context = format!("{path} {}", &body[..body.len().min(60)]);
        oauth_refused(&mut findings, &answer, &context);
    }
    for path in [
        "/common/oauth2/v2.0/authorize?client_id=%ff",
        "/common/oauth2/v2.0/authorize?client_id=x&client_id=x",
        "/%00/oauth2/v2.0/token",
        "/common/discovery/instance?authorization_endpoint=nonsense",
    ] {
        let method = if path.ends_with("token") { "POST" } else { "GET" };
        let case = Case { method, path, headers: FORM, body: Vec::new() };
        oauth_refused(&mut findings, &send(&scene, &case, None).await, path);
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_cannot_be_is_refused() {
    let scene = Scene::new().await;
    let mut findings = Findings::default();
    for host in ["", "a b", "a/b", "evil\"><script>", &"x".repeat(300)] {
        for path in [format!("{DATA}/WhoAmI"), format!("{BAP}/tenant")] {
            let request = Request::builder().uri(&path);
            let request = request.header("authorization", format!("Bearer {}", scene.ada));
            let mut request = request.body(Body::empty()).unwrap();
            request.headers_mut().insert("host", HeaderValue::from_str(host).unwrap());
            let answer = scene.world.send(request).await;
            findings.refused(&answer, 400, "", &format!("{path} at {host}"));
        }
    }
    findings.check();
}

/// The body of an import of `file`.
fn import(action: &str, file: &str) -> String {
    match action {
        "StageSolution" => json!({ "CustomizationFile": file }),
        _ => json!({
            "CustomizationFile": file,
            "OverwriteUnmanagedCustomizations": false,
            "PublishWorkflows": false,
            "ImportJobId": "22222222-2222-2222-2222-222222222222",
        }),
    }
    .to_string()
}

/// Sends a case as the administrator of everything.
async fn ask(scene: &Scene, case: &Case<'_>) -> Answer {
    send(scene, case, Some(&scene.ada)).await
}

async fn send(scene: &Scene, case: &Case<'_>, token: Option<&str>) -> Answer {
    let escape = |c: char| match c {
        ' ' | '"' | '<' | '>' | '{' | '}' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    let uri: String = case.path.chars().map(escape).collect();
    let mut request = Request::builder().method(case.method).uri(uri).header("host", HOST);
    for (name, value) in case.headers {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(case.body.clone())).unwrap();
    let answer = tokio::time::timeout(PATIENCE, scene.world.send(request)).await;
    answer.unwrap_or_else(|_| panic!("{} {} takes too long", case.method, case.path))
}

/// A refusal in the shape of OAuth.
fn oauth_refused(findings: &mut Findings, answer: &Answer, context: &str) {
    let text = String::from_utf8_lossy(&answer.body);
    let found = format!("{context}: {} {text}", answer.status.as_u16());
    findings.expect([400, 401].contains(&answer.status.as_u16()), || found.clone());
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let is_for_programs = body["error"].is_string() && body["error_codes"][0].is_number();
    let is_for_people = text.starts_with("<!") && text.contains("AADSTS");
    findings.expect(is_for_programs || is_for_people, || found);
}
