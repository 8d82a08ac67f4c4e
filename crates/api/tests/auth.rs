//! Sign-in over HTTP, as clients do it: text in, text out, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use api::Scheme;
use api::auth::{Auth, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use base::limits::{
    ACCESS_TOKEN_SECONDS, AUTHORIZATION_CODE_SECONDS, DEVICE_CODE_SECONDS,
    REFRESH_REUSE_GRACE_SECONDS, REFRESH_TOKEN_SECONDS, SESSION_SECONDS, SIGN_IN_FAILURES_MAX,
};
use base::{Caller, Cx, FixedClock, SystemRandom, Uuid};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use identity::{
    Application, ApplicationInput, CLI_CLIENT_ID, Directory, PORTAL_CLIENT_ID, Sealed, User,
    UserInput,
};
use serde_json::{Value, json};
use tower::ServiceExt;

const PASSWORD: &str = "correct horse";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge of [`VERIFIER`]: RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Server {
    cx: Cx,
    clock: Arc<FixedClock>,
    directory: Arc<Directory>,
    router: Router,
    /// What stands for `{name}` in requests.
    words: BTreeMap<&'static str, String>,
    cookies: Mutex<BTreeMap<String, String>>,
    user: User,
    application: Application,
}

/// Runs `test` against a fresh server on each database: Ada, and an app registration with a secret.
async fn each<F: Future<Output = ()>>(test: impl Fn(Server) -> F) {
    for database in db::testing::all().await {
        let clock = Arc::new(FixedClock::new(1_700_000_000_000));
        let random = Arc::new(SystemRandom);
        let cx = Cx::new(Caller::System, clock.clone(), random.clone());
        let store = database.create("tenant").await.unwrap();
        let sealed = Arc::new(Sealed::new(&[7; 32]));
        let directory = Directory::open_sealed(&cx, store, sealed).await.unwrap();
        let user = UserInput {
            upn: "ada@freehold.localhost".into(),
            display_name: "Ada Lovelace".into(),
            given_name: Some("Ada".into()),
            is_enabled: true,
            ..UserInput::default()
        };
        let user = directory.user_create(&cx, user, Some(PASSWORD)).await.unwrap();
        let application = ApplicationInput {
            display_name: "Robot <1>".into(),
            is_enabled: true,
            redirect_uris: vec!["https://robot.example/in".into()],
            ..ApplicationInput::default()
        };
        let application = directory.application_create(&cx, application).await.unwrap();
        let until = cx.now().plus_seconds(100 * 24 * 3600);
        let secret = directory.secret_add(&cx, application.id, "s", until).await.unwrap();
        let auth = Auth { identity: directory.clone(), clock: clock.clone(), random };
        let words = [
            ("tenant", directory.tenant().id.to_string()),
            ("app", application.id.to_string()),
            ("secret", secret.value),
            ("user", user.id.to_string()),
            ("portal", PORTAL_CLIENT_ID.to_string()),
            ("cli", CLI_CLIENT_ID.to_string()),
            ("verifier", VERIFIER.into()),
            ("challenge", CHALLENGE.into()),
        ];
        test(Server {
            cx,
            clock,
            router: router::<Auth>().with_state(auth),
            directory,
            words: words.into(),
            cookies: Mutex::default(),
            user,
            application,
        })
        .await;
    }
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Server {
    /// Sends a request written as text: the line with method and path, headers, an empty line, the
    /// form. `{name}` stands for what the server knows by that name. Cookies are kept.
    async fn send(&self, text: &str) -> Answer {
        let text = self.words.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut lines = head.lines();
        let (method, path) = lines.next().unwrap().split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "login.example")
            .header("cookie", self.cookie_line())
            .extension(Scheme("https"));
        if method == "POST" && !head.contains("content-type: ") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            self.keep_cookie(cookie.to_str().unwrap());
        }
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(header).collect(),
            body: String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().into()).unwrap(),
        }
    }

    fn cookie_line(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookie(&self, text: &str) {
        assert!(text.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{text}");
        let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
        assert!(name.starts_with("__Host-"), "{text}");
        let mut cookies = self.cookies.lock().unwrap();
        match text.contains("Max-Age=0") {
            true => cookies.remove(name),
            false => cookies.insert(name.into(), value.into()),
        };
    }

    /// `POST` to the token address of version 2.0.
    async fn token(&self, form: &str) -> Answer {
        self.send(&format!("POST /{{tenant}}/oauth2/v2.0/token\n\n{form}")).await
    }

    /// Fills in the form of a sign-in page, and follows it to where it leads.
    async fn sign_in(&self, page: &Answer, password: &str) -> Answer {
        let form = format!(
            "{}&username=Ada%40freehold.localhost&password={}",
            page.hidden_fields(),
            password.replace(' ', "+")
        );
        let answer = self.send(&format!("POST {}\n\n{form}", page.form_action())).await;
        match answer.status {
            302 => self.send(&format!("GET {}", answer.headers["location"])).await,
            _ => answer,
        }
    }

    /// A code for the command line, by way of the sign-in page if nobody is signed in.
    async fn code(&self) -> String {
        let answer = self.send(&format!("GET {}", cli("state=s"))).await;
        let answer = match answer.status {
            200 => self.sign_in(&answer, PASSWORD).await,
            _ => answer,
        };
        answer.redirected("http://localhost:5555/")["code"].clone()
    }

    /// The tokens for a fresh code.
    async fn tokens(&self) -> Value {
        let code = self.code().await;
        self.token(&redeem(&code)).await.json(200)
    }

    /// What a token says, once its signature is checked.
    async fn verify(&self, token: &Value) -> String {
        match self.directory.verify_token(&self.cx, token.as_str().unwrap(), &[]).await {
            Ok(principal) => principal.name.clone(),
            Err(error) => error.code.into_owned(),
        }
    }
}

impl Answer {
    fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/json; charset=utf-8");
        serde_json::from_str(&self.body).unwrap()
    }

    /// Status, error word and number of a refusal; its shape is checked.
    fn refusal(&self) -> String {
        let body = self.json(self.status);
        let number = &body["error_codes"][0];
        let text = body["error_description"].as_str().unwrap();
        assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
        for name in ["trace_id", "correlation_id"] {
            body[name].as_str().unwrap().parse::<Uuid>().unwrap();
        }
        assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(self.headers["cache-control"], "no-store");
        format!("{} {} {number}", self.status, body["error"].as_str().unwrap())
    }

    /// The parameters that the browser is sent to `uri` with.
    fn redirected(&self, uri: &str) -> BTreeMap<String, String> {
        assert_eq!(self.status, 302, "{}", self.body);
        let location = &self.headers["location"];
        let rest = location.strip_prefix(uri).unwrap_or_else(|| panic!("sent to {location}"));
        let pairs = rest.trim_start_matches(['?', '#', '&']).split('&');
        pairs.filter_map(|p| p.split_once('=')).map(|(n, v)| (n.into(), v.into())).collect()
    }

    fn form_action(&self) -> String {
        let (_, rest) =
            self.body.split_once("action=\"").unwrap_or_else(|| panic!("{}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The hidden fields of the form, as a form.
    fn hidden_fields(&self) -> String {
        let mut fields = Vec::new();
        for line in self.body.split("<input type=\"hidden\" name=\"").skip(1) {
            let (name, rest) = line.split_once("\" value=\"").unwrap();
            let value = rest.split('"').next().unwrap().replace("&amp;", "&");
            let encode = |b: u8| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(b).to_string(),
                _ => format!("%{b:02X}"),
            };
            fields.push(format!("{name}={}", value.bytes().map(encode).collect::<String>()));
        }
        fields.join("&")
    }
}

/// The sign-in address of the command line, with more parameters.
fn cli(more: &str) -> String {
    format!(
        "/{{tenant}}/oauth2/v2.0/authorize?client_id={{cli}}&response_type=code\
         &redirect_uri=http%3A%2F%2Flocalhost%3A5555%2F&nonce=n\
         &scope=https%3A%2F%2Forg.example%2F.default+openid+offline_access\
         &code_challenge={{challenge}}&code_challenge_method=S256&{more}"
    )
}

fn redeem(code: &str) -> String {
    format!(
        "grant_type=authorization_code&client_id={{cli}}&code={code}&code_verifier={{verifier}}\
         &redirect_uri=http://localhost:5555/&client_info=1"
    )
}

fn refresh(tokens: &Value) -> String {
    let token = tokens["refresh_token"].as_str().unwrap();
    format!("grant_type=refresh_token&client_id={{cli}}&refresh_token={token}")
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn documents_lead_to_the_addresses_and_keys() {
    each(async |server| {
        let document = server.send("GET /{tenant}/v2.0/.well-known/openid-configuration?").await;
        assert_eq!(document.headers["access-control-allow-origin"], "*");
        let document = document.json(200);
        let tenant = &server.words["tenant"];
        let base = format!("https://login.example/{tenant}");
        for (name, want) in [
            ("issuer", "/v2.0"),
            ("authorization_endpoint", "/oauth2/v2.0/authorize"),
            ("token_endpoint", "/oauth2/v2.0/token"),
            ("device_authorization_endpoint", "/oauth2/v2.0/devicecode"),
            ("end_session_endpoint", "/oauth2/v2.0/logout"),
            ("jwks_uri", "/discovery/v2.0/keys"),
        ] {
            assert_eq!(document[name], format!("{base}{want}"), "{name}");
        }
        let v1 = server.send("GET /common/.well-known/openid-configuration").await.json(200);
        assert_eq!(v1["issuer"], format!("{base}/"));
        assert_eq!(v1["token_endpoint"], "https://login.example/common/oauth2/token");

        let keys = server.send("GET /{tenant}/discovery/v2.0/keys").await.json(200);
        let key = &keys["keys"][0];
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"]),
            (&json!("EC"), &json!("P-256"), &json!("ES256"))
        );
        for name in ["x", "y"] {
            assert_eq!(URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap().len(), 32);
        }

        let instance = server
            .send(
                "GET /common/discovery/instance?api-version=1.1&authorization_endpoint=\
                 https%3A%2F%2Flogin.microsoftonline.com%2F{tenant}%2Foauth2%2Fv2.0%2Fauthorize",
            )
            .await
            .json(200);
        assert_eq!(
            instance["tenant_discovery_endpoint"],
            format!("{base}/v2.0/.well-known/openid-configuration")
        );
        assert_eq!(
            instance["metadata"][0]["aliases"],
            json!(["login.microsoftonline.com", "login.example"])
        );
        let realm =
            server.send("GET /common/userrealm/x@y.example?api-version=1.0").await.json(200);
        assert_eq!(realm["account_type"], "Managed");
        let unknown = server.send("GET /other.example/v2.0/.well-known/openid-configuration").await;
        assert_eq!(unknown.refusal(), "400 invalid_request 90002");
        let none = server.send("GET /common/discovery/instance").await;
        assert_eq!(none.refusal(), "400 invalid_request 900144");
    })
    .await;
}

#[tokio::test]
async fn applications_get_tokens_with_their_secret() {
    each(async |server| {
        let form = "grant_type=client_credentials&client_id={app}&client_secret={secret}\
                    &client_info=1&scope=https://org.example//.default+openid+offline_access+profile";
        let answer = server.token(form).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        let body = answer.json(200);
        let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["token_type", "expires_in", "ext_expires_in", "access_token"]);
        assert_eq!(body["expires_in"], ACCESS_TOKEN_SECONDS);
        let claims = claims(&body["access_token"]);
        let tenant = &server.words["tenant"];
        assert_eq!(claims["aud"], "https://org.example/");
        assert_eq!(claims["iss"], format!("https://login.example/{tenant}/v2.0"));
        assert_eq!(claims["tid"], json!(tenant));
        assert_eq!(claims["oid"], json!(server.application.object_id));
        assert_eq!(claims["sub"], claims["oid"]);
        assert_eq!(claims["azp"], json!(server.application.id));
        assert_eq!((&claims["idtyp"], &claims["ver"]), (&json!("app"), &json!("2.0")));
        assert_eq!((&claims["scp"], &claims["upn"]), (&Value::Null, &Value::Null));
        assert_eq!(server.verify(&body["access_token"]).await, "Robot <1>");

        let pair = format!("{}:{}", server.words["app"], server.words["secret"]);
        let basic = STANDARD.encode(pair);
        let body = server
            .send(&format!(
                "POST /{{tenant}}/oauth2/token\nauthorization: Basic {basic}\n\n\
                 grant_type=client_credentials&resource=https%3A%2F%2Fservice.powerapps.com%2F"
            ))
            .await
            .json(200);
        assert_eq!(body["expires_in"], ACCESS_TOKEN_SECONDS.to_string());
        assert_eq!(body["resource"], "https://service.powerapps.com/");
        assert_eq!(server.verify(&body["access_token"]).await, "Robot <1>");

        for (form, want) in [
            ("", "400 invalid_request 900144"),
            ("grant_type=client_credentials", "400 invalid_request 900144"),
            ("grant_type=magic&client_id={app}", "400 unsupported_grant_type 70003"),
            (
                "grant_type=client_credentials&client_id={app}&client_secret=wrong&scope=https://a.b/.default",
                "401 invalid_client 7000215",
            ),
            (
                "grant_type=client_credentials&client_id={app}&scope=https://a.b/.default",
                "401 invalid_client 7000218",
            ),
            (
                "grant_type=client_credentials&client_id={cli}&scope=https://a.b/.default",
                "401 invalid_client 7000218",
            ),
            (
                "grant_type=client_credentials&client_id={portal}&client_secret=x&scope=https://a.b/.default",
                "401 invalid_client 700025",
            ),
            (
                "grant_type=client_credentials&client_id={user}&client_secret=x&scope=https://a.b/.default",
                "400 unauthorized_client 700016",
            ),
            (
                "grant_type=client_credentials&client_id={app}&client_secret={secret}",
                "400 invalid_request 900144",
            ),
            (
                "grant_type=client_credentials&client_id={app}&client_secret={secret}&scope=https://a.b/x",
                "400 invalid_scope 70011",
            ),
            (
                "grant_type=client_credentials&client_id={app}&client_secret={secret}&scope=api://nobody/.default",
                "400 invalid_resource 500011",
            ),
            (
                "grant_type=client_credentials&client_id={app}&client_assertion=x&scope=https://a.b/.default",
                "401 invalid_client 700027",
            ),
            ("grant_type=a&grant_type=b", "400 invalid_request 90023"),
            ("grant_type=%ff", "400 invalid_request 90023"),
        ] {
            assert_eq!(server.token(form).await.refusal(), want, "{form}");
        }
        let twice = format!("POST /common/oauth2/v2.0/token\nauthorization: Basic {basic}\n\n{form}");
        assert_eq!(server.send(&twice).await.refusal(), "400 invalid_request 90023");
        let wrong = STANDARD.encode(format!("{}:wrong", server.words["app"]));
        let wrong = format!(
            "POST /common/oauth2/v2.0/token\nauthorization: Basic {wrong}\n\n\
             grant_type=client_credentials&scope=https://a.b/.default"
        );
        let answer = server.send(&wrong).await;
        assert_eq!(answer.refusal(), "401 invalid_client 7000215");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"token\"");

        let form = &form.replace("//.default", "/.default");
        server.clock.advance_ms(100 * 24 * 3600 * 1000);
        assert_eq!(server.token(form).await.refusal(), "401 invalid_client 7000222");
        let disabled = ApplicationInput { is_enabled: false, ..server.application.to_input() };
        let id = server.application.id;
        server.directory.application_update(&server.cx, id, disabled).await.unwrap();
        assert_eq!(server.token(form).await.refusal(), "400 unauthorized_client 7000112");
    })
    .await;
}

#[tokio::test]
async fn people_sign_in_with_a_code_and_a_proof_key() {
    each(async |server| {
        let page = server.send(&format!("GET {}", cli("state=s%261&login_hint=ada%40x"))).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("to continue to Freehold command line"), "{}", page.body);
        assert!(page.body.contains("value=\"ada@x\""), "{}", page.body);
        let policy = &page.headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
        assert!(policy.contains("form-action 'self' http://localhost:5555;"), "{policy}");
        assert_eq!(page.headers["x-frame-options"], "DENY");

        let wrong = server.sign_in(&page, "wrong horse").await;
        assert_eq!(wrong.status, 401);
        assert!(wrong.body.contains("role=\"alert\">The user name or the password is wrong."));
        assert!(!wrong.body.contains("wrong horse"));
        let back = server.sign_in(&wrong, PASSWORD).await;
        let params = back.redirected("http://localhost:5555/");
        assert_eq!(params["state"], "s%261");
        assert!(!params.contains_key("client_info"));

        let code = &params["code"];
        let body = server.token(&redeem(code)).await.json(200);
        assert_eq!(
            body["scope"],
            "https://org.example/user_impersonation https://org.example/.default openid \
             offline_access"
        );
        let info = URL_SAFE_NO_PAD.decode(body["client_info"].as_str().unwrap()).unwrap();
        let info: Value = serde_json::from_slice(&info).unwrap();
        assert_eq!(info, json!({"uid": server.words["user"], "utid": server.words["tenant"]}));
        let access = claims(&body["access_token"]);
        assert_eq!(access["aud"], "https://org.example");
        assert_eq!(access["scp"], "user_impersonation");
        assert_eq!(access["upn"], "ada@freehold.localhost");
        assert_eq!(access["appid"], json!(CLI_CLIENT_ID));
        assert_eq!(server.verify(&body["access_token"]).await, "Ada Lovelace");
        let id = claims(&body["id_token"]);
        assert_eq!((&id["aud"], &id["nonce"]), (&json!(CLI_CLIENT_ID), &json!("n")));
        assert_eq!((&id["sub"], &id["oid"]), (&access["sub"], &json!(server.user.id)));
        assert_eq!(server.verify(&body["id_token"]).await, "InvalidAuthenticationToken");

        // Used twice: refused, and what the first use gave is revoked.
        assert_eq!(server.token(&redeem(code)).await.refusal(), "400 invalid_grant 54005");
        let revoked = server.token(&refresh(&body)).await;
        assert_eq!(revoked.refusal(), "400 invalid_grant 9002313");

        // Signed in already: straight back.
        let again = server.send(&format!("GET {}", cli("client_info=1"))).await;
        assert!(again.redirected("http://localhost:5555/").contains_key("client_info"));
        server.clock.advance_ms(SESSION_SECONDS * 1000);
        assert_eq!(server.send(&format!("GET {}", cli(""))).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn codes_are_good_for_their_client_proof_and_address_only() {
    each(async |server| {
        for (change, want) in [
            (("client_id={cli}", "client_id={portal}"), "400 invalid_grant 70000"),
            (("code=", "code=x"), "400 invalid_grant 70000"),
            (("{verifier}", "wrong"), "400 invalid_grant 501481"),
            (("&code_verifier={verifier}", ""), "400 invalid_grant 501481"),
            (("5555", "5556"), "400 invalid_grant 500112"),
        ] {
            let form = redeem(&server.code().await).replacen(change.0, change.1, 1);
            assert_eq!(server.token(&form).await.refusal(), want, "{change:?}");
        }
        let code = server.code().await;
        server.clock.advance_ms(AUTHORIZATION_CODE_SECONDS * 1000);
        assert_eq!(server.token(&redeem(&code)).await.refusal(), "400 invalid_grant 70008");

        let code = server.code().await;
        let disabled = UserInput { is_enabled: false, ..server.user.to_input() };
        server.directory.user_update(&server.cx, server.user.id, disabled).await.unwrap();
        assert_eq!(server.token(&redeem(&code)).await.refusal(), "400 invalid_grant 70000");
        let page = server.send(&format!("GET {}", cli(""))).await;
        assert_eq!(page.status, 200, "the session has ended");
        let refused = server.sign_in(&page, PASSWORD).await;
        assert!(refused.body.contains("The user account is disabled."), "{}", refused.body);
    })
    .await;
}

#[tokio::test]
async fn wrong_requests_for_a_code_never_leave_the_client() {
    each(async |server| {
        let page = "";
        for (change, sent_to, want) in [
            (("{cli}", "{user}"), page, "AADSTS700016"),
            (("{cli}", ""), page, "AADSTS900144"),
            (
                ("http%3A%2F%2Flocalhost%3A5555%2F", "https%3A%2F%2Fevil.example"),
                page,
                "AADSTS50011",
            ),
            (("&nonce", "&response_mode=carrier_pigeon&nonce"), page, "AADSTS90023"),
            (("response_type=code", "response_type=token"), "?", "unsupported_response_type"),
            (("response_type=code", "response_type="), "?", "invalid_request"),
            (("{challenge}", ""), "?", "invalid_request"),
            (("{challenge}", "short"), "?", "invalid_request"),
            (("=S256", "=plain"), "?", "invalid_request"),
            (("&nonce", "&request=x&nonce"), "?", "invalid_request"),
            (("&nonce", "&prompt=dance&nonce"), "?", "invalid_request"),
            (("&nonce", "&prompt=none&nonce"), "?", "login_required"),
            (
                ("https%3A%2F%2Forg.example%2F.default", "api%3A%2F%2Fnobody%2F.default"),
                "?",
                "invalid_resource",
            ),
            (("&nonce", "&response_mode=fragment&prompt=none&nonce"), "#", "login_required"),
        ] {
            let uri = cli("state=s").replacen(change.0, change.1, 1);
            let answer = server.send(&format!("GET {uri}")).await;
            if sent_to.is_empty() {
                assert_eq!(answer.status, 400);
                assert!(answer.body.contains(want), "{change:?} {}", answer.body);
            } else {
                let params = answer.redirected(&format!("http://localhost:5555/{sent_to}"));
                assert_eq!((params["error"].as_str(), params["state"].as_str()), (want, "s"));
            }
        }
        let evil = cli("").replacen("{cli}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", 1);
        let answer = server.send(&format!("GET {evil}")).await;
        assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
    })
    .await;
}

#[tokio::test]
async fn the_sign_in_form_takes_only_its_own() {
    each(async |server| {
        let page = server.send(&format!("GET {}", cli(""))).await;
        let form =
            page.hidden_fields() + "&username=ada%40freehold.localhost&password=correct+horse";
        let post = |form: &str| format!("POST /{{tenant}}/login\n\n{form}");
        let forged = form.replace("fh_form=", "fh_form=0");
        assert_eq!(server.send(&post(&forged)).await.status, 400);
        for back in [
            "https%3A%2F%2Fevil.example%2Foauth2%2Fauthorize",
            "%2F%2Fevil.example%2Foauth2%2Fauthorize",
            "%2F",
            "",
        ] {
            let start = form.find("back=").unwrap();
            let end = start + form[start..].find('&').unwrap();
            let forged = format!("{}back={back}{}", &form[..start], &form[end..]);
            assert_eq!(server.send(&post(&forged)).await.status, 400, "{back}");
        }
        let cookies = std::mem::take(&mut *server.cookies.lock().unwrap());
        assert_eq!(server.send(&post(&form)).await.status, 400, "no cookie");
        *server.cookies.lock().unwrap() = cookies;

        let wrong = form.replace("correct", "wrong");
        for _ in 0..SIGN_IN_FAILURES_MAX {
            assert_eq!(server.send(&post(&wrong)).await.status, 401);
        }
        let locked = server.send(&post(&form)).await;
        assert_eq!(locked.status, 429);
        assert!(locked.body.contains("Wait 5 minutes"), "{}", locked.body);
    })
    .await;
}

#[tokio::test]
async fn prompts_hints_and_ages_ask_again() {
    each(async |server| {
        server.code().await;
        server.clock.advance_ms(100_000);
        for (more, status) in [
            ("prompt=none", 302),
            ("prompt=consent", 302),
            ("prompt=login", 200),
            ("prompt=select_account", 200),
            ("login_hint=ADA%40freehold.localhost", 302),
            ("login_hint=bob%40freehold.localhost", 200),
            ("max_age=100", 302),
            ("max_age=99", 200),
        ] {
            assert_eq!(server.send(&format!("GET {}", cli(more))).await.status, status, "{more}");
        }
        let page = server.send(&format!("GET {}", cli("prompt=login"))).await;
        let back = server.sign_in(&page, PASSWORD).await;
        assert!(back.redirected("http://localhost:5555/").contains_key("code"));

        let posted = server.send(&format!("GET {}", cli("response_mode=form_post"))).await;
        assert_eq!(posted.status, 200);
        assert_eq!(posted.form_action(), "http://localhost:5555/");
        assert!(posted.hidden_fields().starts_with("code="), "{}", posted.body);
        let fragment = server.send(&format!("GET {}", cli("response_mode=fragment"))).await;
        assert!(fragment.redirected("http://localhost:5555/#").contains_key("code"));
    })
    .await;
}

#[tokio::test]
async fn the_portal_lives_on_our_own_origin() {
    each(async |server| {
        let uri = cli("").replacen("{cli}", "{portal}", 1);
        let own = uri.replacen(
            "http%3A%2F%2Flocalhost%3A5555%2F",
            "https%3A%2F%2Flogin.example%2Fsignin",
            1,
        );
        assert_eq!(server.send(&format!("GET {own}")).await.status, 200);
        assert_eq!(server.send(&format!("GET {uri}")).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn refresh_tokens_are_good_once() {
    each(async |server| {
        let first = server.tokens().await;
        server.clock.advance_ms(ACCESS_TOKEN_SECONDS * 1000);
        assert_eq!(server.verify(&first["access_token"]).await, "ExpiredAuthenticationToken");
        let second = server.token(&refresh(&first)).await.json(200);
        assert_eq!(server.verify(&second["access_token"]).await, "Ada Lovelace");
        assert_ne!(second["refresh_token"], first["refresh_token"]);

        // For another resource too, as MSAL does.
        let form = refresh(&second) + "&scope=https://service.powerapps.com//.default";
        let third = server.token(&form).await.json(200);
        assert_eq!(claims(&third["access_token"])["aud"], "https://service.powerapps.com/");

        // A race of two tabs is no theft; later it is, and everything ends.
        let race = server.token(&refresh(&second)).await.json(200);
        server.clock.advance_ms(REFRESH_REUSE_GRACE_SECONDS * 1000);
        assert_eq!(server.token(&refresh(&second)).await.refusal(), "400 invalid_grant 50173");
        for tokens in [&race, &third, &first] {
            assert_eq!(server.token(&refresh(tokens)).await.refusal(), "400 invalid_grant 9002313");
        }

        let other = server.tokens().await;
        let stolen = refresh(&other).replace("{cli}", "{portal}");
        assert_eq!(server.token(&stolen).await.refusal(), "400 invalid_grant 9002313");
        server.clock.advance_ms(REFRESH_TOKEN_SECONDS * 1000);
        assert_eq!(server.token(&refresh(&other)).await.refusal(), "400 invalid_grant 700082");

        assert!(server.directory.expired_remove(&server.cx).await.unwrap() > 0);

        let last = server.tokens().await;
        let id = server.user.id;
        server.directory.user_set_password(&server.cx, id, "another horse").await.unwrap();
        assert_eq!(server.token(&refresh(&last)).await.refusal(), "400 invalid_grant 9002313");
    })
    .await;
}

#[tokio::test]
async fn devices_sign_in_with_a_code_typed_elsewhere() {
    each(async |server| {
        let start = "POST /organizations/oauth2/v2.0/devicecode\n\n\
                     client_id={cli}&scope=https://org.example/.default+offline_access";
        let started = server.send(start).await.json(200);
        assert_eq!(started["verification_uri"], "https://login.example/devicelogin");
        let user_code = started["user_code"].as_str().unwrap();
        assert!(started["message"].as_str().unwrap().contains(user_code));
        let poll = |started: &Value| {
            let code = started["device_code"].as_str().unwrap();
            format!(
                "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={{cli}}\
                 &device_code={code}"
            )
        };
        let pending = "400 authorization_pending 70016";
        assert_eq!(server.token(&poll(&started)).await.refusal(), pending);

        let to = server.send("GET /devicelogin").await.headers["location"].clone();
        let page = server.send(&format!("GET {to}")).await;
        let page = server.sign_in(&page, PASSWORD).await;
        assert!(page.body.contains("Signed in as <strong>ada@freehold.localhost"), "{}", page.body);
        let post = |page: &Answer, more: &str| {
            format!("POST {}\n\n{}&{more}", page.form_action(), page.hidden_fields())
        };
        let wrong = server.send(&post(&page, "user_code=AAAAAAAAA")).await;
        assert!(wrong.body.contains("That code did not work."), "{}", wrong.body);
        let typed = format!("user_code={}", user_code.to_lowercase());
        let ask = server.send(&post(&wrong, &typed)).await;
        assert!(ask.body.contains("Sign in to Freehold command line?"), "{}", ask.body);
        assert_eq!(server.token(&poll(&started)).await.refusal(), pending);
        let done = server.send(&post(&ask, "decision=approve")).await;
        assert!(done.body.contains("You are signed in"), "{}", done.body);

        let other = poll(&started).replace("{cli}", "{portal}");
        assert_eq!(server.token(&other).await.refusal(), "400 bad_verification_code 70018");
        let tokens = server.token(&poll(&started)).await.json(200);
        assert_eq!(server.verify(&tokens["access_token"]).await, "Ada Lovelace");
        assert!(tokens["refresh_token"].is_string());
        let again = server.token(&poll(&started)).await;
        assert_eq!(again.refusal(), "400 bad_verification_code 70018");

        let started = server.send(start).await.json(200);
        let typed = format!("user_code={}", started["user_code"].as_str().unwrap());
        let ask = server.send(&post(&page, &typed)).await;
        let done = server.send(&post(&ask, "decision=decline")).await;
        assert!(done.body.contains("Nothing was signed in"), "{}", done.body);
        let declined = server.token(&poll(&started)).await;
        assert_eq!(declined.refusal(), "400 authorization_declined 65004");

        let started = server.send(start).await.json(200);
        server.clock.advance_ms(DEVICE_CODE_SECONDS * 1000);
        assert_eq!(server.token(&poll(&started)).await.refusal(), "400 expired_token 70020");
    })
    .await;
}

#[tokio::test]
async fn passwords_typed_into_a_program_work_too() {
    each(async |server| {
        let form = "grant_type=password&client_id={cli}&username=ada%40freehold.localhost\
                    &password=correct+horse&scope=https://org.example/.default+openid";
        let body = server.token(form).await.json(200);
        assert_eq!(server.verify(&body["access_token"]).await, "Ada Lovelace");
        assert!(body["id_token"].is_string());
        assert!(body.get("refresh_token").is_none());
        let wrong = form.replace("correct", "wrong");
        assert_eq!(server.token(&wrong).await.refusal(), "400 invalid_grant 50126");
        let confidential = form.replace("{cli}", "{app}");
        assert_eq!(server.token(&confidential).await.refusal(), "401 invalid_client 7000218");
    })
    .await;
}

#[tokio::test]
async fn userinfo_tells_who_the_token_is_of() {
    each(async |server| {
        let tokens = server.tokens().await;
        let form = refresh(&tokens);
        for token in [
            &tokens["access_token"],
            &server.token(&(form + "&scope=User.Read")).await.json(200)["access_token"],
        ] {
            let token = token.as_str().unwrap();
            let request = format!("GET /oidc/userinfo\nauthorization: Bearer {token}");
            let info = server.send(&request).await.json(200);
            assert_eq!(info["name"], "Ada Lovelace");
            assert_eq!(info["sub"], claims(&tokens["id_token"])["sub"]);
        }
        let none = server.send("GET /oidc/userinfo").await;
        assert_eq!(none.status, 401);
        assert_eq!(none.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_goes_back_only_to_the_client() {
    each(async |server| {
        for (query, location) in [
            ("", None),
            ("?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F", None),
            (
                "?post_logout_redirect_uri=https%3A%2F%2Flogin.example%2Fbye&state=1",
                Some("https://login.example/bye?state=1"),
            ),
            (
                "?client_id={app}&post_logout_redirect_uri=https%3A%2F%2Frobot.example%2Fin",
                Some("https://robot.example/in"),
            ),
        ] {
            server.code().await;
            let cookies = server.cookies.lock().unwrap().clone();
            let answer = server.send(&format!("GET /common/oauth2/v2.0/logout{query}")).await;
            assert_eq!(answer.headers.get("location").map(String::as_str), location, "{query}");
            *server.cookies.lock().unwrap() = cookies;
            let page = server.send(&format!("GET {}", cli(""))).await;
            assert_eq!(page.status, 200, "the old cookie opens nothing");
        }
    })
    .await;
}

#[tokio::test]
async fn confidential_clients_may_do_without_a_proof_key_but_not_without_their_secret() {
    each(async |server| {
        let uri = "/{tenant}/oauth2/authorize?client_id={app}&response_type=code\
                   &resource=https%3A%2F%2Forg.example%2F";
        let page = server.send(&format!("GET {uri}")).await;
        assert!(page.body.contains("to continue to Robot &lt;1&gt;"), "{}", page.body);
        let back = server.sign_in(&page, PASSWORD).await;
        let code = back.redirected("https://robot.example/in")["code"].clone();
        let form = format!(
            "POST /{{tenant}}/oauth2/token\n\ngrant_type=authorization_code&client_id={{app}}\
             &code={code}&redirect_uri=https://robot.example/in"
        );
        assert_eq!(server.send(&form).await.refusal(), "401 invalid_client 7000218");
        let body = server.send(&(form + "&client_secret={secret}")).await.json(200);
        assert_eq!(body["resource"], "https://org.example/");
        assert_eq!(claims(&body["access_token"])["ver"], "1.0");
        assert!(body["id_token"].is_string() && body["refresh_token"].is_string());
    })
    .await;
}

#[tokio::test]
async fn pages_of_other_origins_may_ask_for_tokens() {
    each(async |server| {
        let answer = server
            .send(
                "OPTIONS /{tenant}/oauth2/v2.0/token\norigin: https://spa.example\n\
                 access-control-request-method: POST\n\
                 access-control-request-headers: content-type,x-client-sku",
            )
            .await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert_eq!(answer.headers["access-control-allow-headers"], "content-type,x-client-sku");
        let page = server.send(&format!("GET {}", cli(""))).await;
        assert!(!page.headers.contains_key("access-control-allow-origin"));
        let text = server
            .send("POST /{tenant}/oauth2/v2.0/token\ncontent-type: application/json\n\n{}")
            .await;
        assert_eq!(text.refusal(), "400 invalid_request 90023");
    })
    .await;
}
