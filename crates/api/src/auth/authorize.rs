//! The sign-in address that clients send browsers to: a signed-in user goes straight back with a
//! code, anybody else gets the form first.

use axum::response::Response;
use identity::{Client, CodeRequest, Denial, Requested, Session, Version};

use super::login::{self, Prompt};
use super::params::Params;
use super::visit::Visit;
use super::{denied, pages};

/// Version 2.0, with `scope`.
pub(super) async fn v2(visit: Visit) -> Response {
    respond(&visit, Version::V2).await
}

/// Version 1.0, with `resource`.
pub(super) async fn v1(visit: Visit) -> Response {
    respond(&visit, Version::V1).await
}

/// Where the answer goes: checked, so that a refusal may go there too.
struct Target {
    client: Client,
    uri: String,
    mode: String,
}

async fn respond(visit: &Visit, version: Version) -> Response {
    let target = match target(visit).await {
        Ok(target) => target,
        // Nobody is sent to an address that the client does not own.
        Err(denial) => return denied::page(visit, denial),
    };
    let sent = match authorize(visit, version, &target).await {
        Ok(response) => return response,
        Err(denial) => send_denial(visit, &target, denial),
    };
    sent.unwrap_or_else(|denial| denied::page(visit, denial))
}

async fn target(visit: &Visit) -> Result<Target, Denial> {
    let query = &visit.query;
    let client = visit.directory().client(query.need("client_id")?).await?;
    let uri = query.get("redirect_uri").or_else(|| client.only_redirect());
    let uri = uri.ok_or(Denial::Missing("redirect_uri"))?.to_owned();
    if !client.allows_redirect(&uri, &visit.origin) {
        return Err(Denial::RedirectUnknown { uri, client: client.id });
    }
    let mode = query.get("response_mode").unwrap_or("query");
    if !["query", "fragment", "form_post"].contains(&mode) {
        let text = format!("The response mode '{mode}' is not one of query, fragment, form_post.");
        return Err(Denial::Malformed(text));
    }
    Ok(Target { client, uri, mode: mode.to_owned() })
}

async fn authorize(visit: &Visit, version: Version, target: &Target) -> Result<Response, Denial> {
    let query = &visit.query;
    check_response_type(query)?;
    let challenge = challenge(query)?;
    if target.client.is_public && challenge.is_none() {
        return Err(Denial::ProofMissing);
    }
    let requested = requested(query, version)?;
    visit.directory().resource_check(&requested).await?;
    let Some(session) = session(visit).await? else { return ask(visit, target) };
    let request = CodeRequest {
        client: &target.client,
        session: &session,
        redirect_uri: &target.uri,
        requested: &requested,
        nonce: query.get("nonce"),
        challenge,
    };
    let code = visit.directory().code_create(&visit.cx, &request).await?;
    let client_info = visit.directory().client_info(session.user.id);
    let params = Params::default()
        .with("code", Some(&code))
        .with("client_info", query.get("client_info").and(Some(&client_info)))
        .with("state", query.get("state"));
    send(visit, target, &params)
}

fn check_response_type(query: &Params) -> Result<(), Denial> {
    if let Some(name) = ["request", "request_uri"].into_iter().find(|n| query.get(n).is_some()) {
        let text = format!("The parameter '{name}' is not supported by this server.");
        return Err(Denial::Malformed(text));
    }
    match query.need("response_type")? {
        "code" => Ok(()),
        other => Err(Denial::ResponseTypeUnsupported(other.into())),
    }
}

/// The proof key (RFC 7636). Only S256: a plain challenge proves nothing to who reads the address.
fn challenge(query: &Params) -> Result<Option<&str>, Denial> {
    let Some(challenge) = query.get("code_challenge") else { return Ok(None) };
    if query.get("code_challenge_method") != Some("S256") {
        return Err(Denial::Malformed("Send code_challenge_method=S256.".into()));
    }
    let is_digest = challenge.len() == 43
        && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    match is_digest {
        true => Ok(Some(challenge)),
        false => Err(Denial::Malformed("The code_challenge is no SHA-256 in base64url.".into())),
    }
}

fn requested(query: &Params, version: Version) -> Result<Requested, Denial> {
    match (version, query.get("resource"), query.get("scope")) {
        (Version::V1, Some(resource), _) => Ok(Requested::resource(resource)),
        (Version::V1, None, None) => Requested::parse("openid profile offline_access"),
        (_, _, Some(scope)) => Requested::parse(scope),
        (Version::V2, _, None) => Err(Denial::Missing("scope")),
    }
}

/// The session, if the request is content with it; nothing if the user has to be asked.
async fn session(visit: &Visit) -> Result<Option<Session>, Denial> {
    let query = &visit.query;
    let session = visit.session().await?.filter(|s| is_fit(visit, s));
    match query.get("prompt") {
        // Registering an app is the consent to it.
        None | Some("consent") => Ok(session),
        Some("none") => session.map(Some).ok_or(Denial::SignInRequired),
        Some("login" | "select_account") => Ok(None),
        Some(other) => {
            let text = format!("The prompt '{other}' is not supported by this server.");
            Err(Denial::Malformed(text))
        }
    }
}

/// Whether the session is of the wanted user, and young enough.
fn is_fit(visit: &Visit, session: &Session) -> bool {
    let hint = visit.query.get("login_hint");
    let is_user = hint.is_none_or(|h| h.trim().eq_ignore_ascii_case(&session.user.upn));
    let age_max = visit.query.get("max_age").and_then(|a| a.parse::<i64>().ok());
    let age = visit.cx.now().0 - session.signed_in_at.0;
    is_user && age_max.is_none_or(|max| age <= max)
}

fn ask(visit: &Visit, target: &Target) -> Result<Response, Denial> {
    // Coming back, the user has just been asked.
    let query = visit.query.without(&["prompt", "max_age", "login_hint"]);
    let prompt = Prompt {
        back: format!("{}?{}", visit.path, query.encode()),
        client_name: &target.client.name,
        user_name: visit.query.get("login_hint").unwrap_or_default(),
        site: Some(&target.uri),
    };
    login::show(visit, &prompt)
}

fn send_denial(visit: &Visit, target: &Target, denial: Denial) -> Result<Response, Denial> {
    if matches!(denial, Denial::Fault(_)) {
        return Err(denial);
    }
    let text = denied::description(&visit.cx, visit.correlation_id(), &denial);
    let params = Params::default()
        .with("error", Some(denial.error()))
        .with("error_description", Some(&text))
        .with("state", visit.query.get("state"));
    send(visit, target, &params)
}

fn send(visit: &Visit, target: &Target, params: &Params) -> Result<Response, Denial> {
    match target.mode.as_str() {
        "form_post" => Ok(pages::post(visit, &target.uri, params)),
        mode => pages::redirect(&target.uri, mode, params),
    }
}
