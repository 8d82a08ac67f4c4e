//! Documents by which clients find the addresses and keys of sign-in.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::{Denial, PublicKey, Version};
use serde_json::{Value, json};

use super::denied;
use super::visit::Visit;

/// OpenID Connect Discovery 1.0 for version 2.0.
pub(super) async fn v2(visit: Visit) -> Response {
    json_response(&configuration(&visit, Version::V2))
}

/// The same for version 1.0.
pub(super) async fn v1(visit: Visit) -> Response {
    json_response(&configuration(&visit, Version::V1))
}

fn configuration(visit: &Visit, version: Version) -> Value {
    let directory = visit.directory();
    let tenant = format!("{}/{}", visit.origin, visit.tenant);
    let oauth2 = match version {
        Version::V1 => format!("{tenant}/oauth2"),
        Version::V2 => format!("{tenant}/oauth2/v2.0"),
    };
    json!({
        "issuer": directory.issuer(&visit.origin, version),
        "authorization_endpoint": format!("{oauth2}/authorize"),
        "token_endpoint": format!("{oauth2}/token"),
        "device_authorization_endpoint": format!("{oauth2}/devicecode"),
        "end_session_endpoint": format!("{oauth2}/logout"),
        "jwks_uri": format!("{tenant}/discovery/v2.0/keys"),
        "userinfo_endpoint": format!("{}/oidc/userinfo", visit.origin),
        "tenant_region_scope": null,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": [
            "authorization_code",
            "client_credentials",
            "password",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_supported": [
            "aud", "auth_time", "email", "exp", "family_name", "given_name", "iat", "iss", "name",
            "nbf", "nonce", "oid", "preferred_username", "sub", "tid", "upn", "uti", "ver",
        ],
    })
}

/// The keys that tokens are signed with (RFC 7517).
pub(super) async fn keys(visit: Visit) -> Response {
    let keys: Vec<_> = visit.directory().signing_keys().iter().map(key).collect();
    json_response(&json!({ "keys": keys }))
}

fn key(key: &PublicKey) -> Value {
    // `04`, then x and y of equal length: RFC 5480, 2.2.
    let (x, y) = key.point.get(1..).unwrap_or_default().split_at(key.point.len() / 2);
    json!({
        "kty": "EC",
        "use": "sig",
        "alg": "ES256",
        "crv": "P-256",
        "kid": key.id,
        "x": URL_SAFE_NO_PAD.encode(x),
        "y": URL_SAFE_NO_PAD.encode(y),
    })
}

/// Which host names mean the same sign-in service: the one asked about, and the one asked.
pub(super) async fn instance(visit: Visit) -> Response {
    match instance_document(&visit) {
        Ok(document) => json_response(&document),
        Err(denial) => denied::json(&visit.cx, visit.correlation_id(), denial),
    }
}

fn instance_document(visit: &Visit) -> Result<Value, Denial> {
    let asked = visit.query.need("authorization_endpoint")?;
    let (host, path) = asked
        .split_once("://")
        .map(|(_, rest)| rest.split_once('/').unwrap_or((rest, "")))
        .ok_or_else(|| Denial::Malformed(format!("'{asked}' is no web address.")))?;
    let tenant = path.split('/').next().unwrap_or_default();
    if !visit.directory().is_tenant(tenant) {
        return Err(Denial::TenantUnknown(tenant.into()));
    }
    let own = visit.origin.split_once("://").map_or("", |(_, host)| host);
    let mut aliases = vec![host, own];
    aliases.dedup();
    Ok(json!({
        "tenant_discovery_endpoint":
            format!("{}/{tenant}/v2.0/.well-known/openid-configuration", visit.origin),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": own, "preferred_cache": host, "aliases": aliases }],
    }))
}

/// How a user signs in, which MSAL asks before it sends a password: here, and not by another
/// identity provider. The same for every name, so nobody learns who exists.
pub(super) async fn realm(visit: Visit) -> Response {
    let host = visit.origin.split_once("://").map_or("", |(_, host)| host);
    json_response(&json!({
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": visit.directory().tenant().domain,
        "cloud_instance_name": host,
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }))
}

fn json_response(document: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], document.to_string()).into_response()
}
