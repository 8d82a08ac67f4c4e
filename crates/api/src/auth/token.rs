//! The token address: <https://learn.microsoft.com/entra/identity-platform/v2-protocols>.

use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::{Denial, Grant, Requested, TokenRequest, TokenSet, Version};
use serde_json::{Value, json};

use super::denied;
use super::params::{Params, decode};
use super::visit::{Form, Visit};

/// Version 2.0, with `scope`.
pub(super) async fn v2(visit: Visit, Form(form): Form) -> Response {
    respond(&visit, &form, Version::V2).await
}

/// Version 1.0, with `resource`.
pub(super) async fn v1(visit: Visit, Form(form): Form) -> Response {
    respond(&visit, &form, Version::V1).await
}

async fn respond(visit: &Visit, form: &Params, version: Version) -> Response {
    match redeem(visit, form, version).await {
        Ok(tokens) => {
            let body = match version {
                Version::V1 => body_v1(&tokens),
                Version::V2 => body_v2(&tokens),
            };
            answer(&with_client_info(body, form, &tokens))
        }
        Err(denial) => refuse(visit, denial),
    }
}

/// A client that used `Authorization` learns that it may (RFC 6749, 5.2); others do not, because a
/// browser would ask the person for a password.
fn refuse(visit: &Visit, denial: Denial) -> Response {
    let mut response = denied::json(&visit.cx, visit.correlation_id(), denial);
    let used_header = visit.headers.contains_key(AUTHORIZATION);
    if used_header && response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"token\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

async fn redeem(visit: &Visit, form: &Params, version: Version) -> Result<TokenSet, Denial> {
    let grant = grant(form)?;
    let (id, secret) = credentials(&visit.headers, form)?;
    let directory = visit.directory();
    let client = directory.client_authenticate(&visit.cx, &id, secret.as_deref()).await?;
    let request = TokenRequest {
        client: &client,
        version,
        origin: &visit.origin,
        requested: requested(form, version, grant)?,
        grant,
    };
    directory.token(&visit.cx, request).await
}

fn grant(form: &Params) -> Result<Grant<'_>, Denial> {
    match form.need("grant_type")? {
        "authorization_code" => Ok(Grant::Code {
            code: form.need("code")?,
            redirect_uri: form.get("redirect_uri"),
            verifier: form.get("code_verifier"),
        }),
        "client_credentials" => Ok(Grant::Client),
        "password" => {
            Ok(Grant::Password { upn: form.need("username")?, password: form.need("password")? })
        }
        "refresh_token" => Ok(Grant::Refresh { token: form.need("refresh_token")? }),
        "urn:ietf:params:oauth:grant-type:device_code" => {
            Ok(Grant::Device { code: form.need("device_code")? })
        }
        // Version 1.0 calls the device code `code`.
        "device_code" => {
            let code = form.get("code").or_else(|| form.get("device_code"));
            Ok(Grant::Device { code: code.ok_or(Denial::Missing("code"))? })
        }
        other => Err(Denial::GrantUnsupported(other.into())),
    }
}

/// Client id and secret: from the form, or from `Authorization: Basic`, not both.
pub(super) fn credentials(
    headers: &HeaderMap,
    form: &Params,
) -> Result<(String, Option<String>), Denial> {
    if form.get("client_assertion").is_some() {
        return Err(Denial::AssertionUnsupported);
    }
    let Some(header) = headers.get(AUTHORIZATION) else {
        let secret = form.get("client_secret").map(str::to_owned);
        return Ok((form.need("client_id")?.to_owned(), secret));
    };
    let malformed = || Denial::Malformed("The Authorization header is not Basic.".into());
    let (scheme, text) =
        header.to_str().ok().and_then(|h| h.split_once(' ')).ok_or_else(malformed)?;
    let text = STANDARD.decode(text.trim()).ok().and_then(|b| String::from_utf8(b).ok());
    let text = text.filter(|_| scheme.eq_ignore_ascii_case("basic")).ok_or_else(malformed)?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    let (id, secret) = (decode(id)?, decode(secret)?);
    if form.get("client_id").is_some_and(|other| other != id) || form.get("client_secret").is_some()
    {
        let text = "The client is named twice: in the Authorization header and in the body.";
        return Err(Denial::Malformed(text.into()));
    }
    Ok((id, Some(secret).filter(|s| !s.is_empty())))
}

/// What the request asks for. Codes and refresh tokens know it themselves.
fn requested(
    form: &Params,
    version: Version,
    grant: Grant<'_>,
) -> Result<Option<Requested>, Denial> {
    if let (Version::V1, Some(resource)) = (version, form.get("resource")) {
        return Ok(Some(Requested::resource(resource)));
    }
    let requested = form.get("scope").map(Requested::parse).transpose()?;
    match grant {
        Grant::Client | Grant::Password { .. } if requested.is_none() => {
            Err(Denial::Missing(if version == Version::V1 { "resource" } else { "scope" }))
        }
        Grant::Client | Grant::Password { .. } => Ok(requested),
        Grant::Code { .. } | Grant::Device { .. } | Grant::Refresh { .. } => {
            Ok(requested.filter(|r| !r.scopes.is_empty()))
        }
    }
}

fn body_v2(tokens: &TokenSet) -> Value {
    let mut body = json!({
        "token_type": "Bearer",
        "scope": tokens.scope,
        "expires_in": tokens.expires_in_seconds,
        "ext_expires_in": tokens.expires_in_seconds,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "id_token": tokens.id_token,
    });
    remove_nulls(&mut body);
    body
}

/// Version 1.0 writes numbers as text.
fn body_v1(tokens: &TokenSet) -> Value {
    let mut body = json!({
        "token_type": "Bearer",
        "scope": tokens.scope,
        "expires_in": tokens.expires_in_seconds.to_string(),
        "ext_expires_in": tokens.expires_in_seconds.to_string(),
        "expires_on": tokens.expires_at.0.to_string(),
        "not_before": tokens.not_before.0.to_string(),
        "resource": tokens.audience,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "id_token": tokens.id_token,
    });
    remove_nulls(&mut body);
    body
}

fn with_client_info(mut body: Value, form: &Params, tokens: &TokenSet) -> Value {
    if let (Some("1"), Some(info)) = (form.get("client_info"), &tokens.client_info) {
        body["client_info"] = json!(info);
    }
    body
}

fn remove_nulls(body: &mut Value) {
    if let Value::Object(members) = body {
        members.retain(|_, value| !value.is_null());
    }
}

/// An answer that no cache may keep (RFC 6749, 5.1).
pub(super) fn answer(body: &Value) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (PRAGMA, "no-cache"),
    ];
    (headers, body.to_string()).into_response()
}
