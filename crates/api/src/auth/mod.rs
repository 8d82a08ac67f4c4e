//! Sign-in and tokens: OAuth 2.0 and OpenID Connect, with the addresses and answers of Microsoft
//! Entra ID, so the sign-in libraries of any client work unchanged.
//!
//! `{tenant}` in an address is the tenant's id or domain, `organizations` or `common`. What is
//! granted to whom is decided in `identity`; here it is only read and written. App registrations
//! are made by administrators, so registering one is the consent to it: nobody is asked again.

mod authorize;
mod cookies;
mod denied;
mod device;
mod discovery;
mod login;
mod logout;
mod pages;
mod params;
mod token;
mod userinfo;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base::limits::AUTH_FORM_BYTES_MAX;
use base::{Caller, Clock, Cx, Random};
use identity::Directory;

use crate::App;

/// What sign-in needs of the server's state.
#[derive(Clone)]
pub struct Auth {
    /// Who may sign in.
    pub identity: Arc<Directory>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub random: Arc<dyn Random>,
}

impl Auth {
    /// The context of a new request; nobody has signed in yet.
    fn cx(&self) -> Cx {
        Cx::new(Caller::Anonymous, self.clock.clone(), self.random.clone())
    }
}

impl FromRef<App> for Auth {
    fn from_ref(app: &App) -> Self {
        let (clock, random) = (app.clock.clone(), app.random.clone());
        Self { identity: app.identity.clone(), clock, random }
    }
}

/// The routes.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Auth: FromRef<S>,
{
    for_browsers().merge(for_programs()).layer(DefaultBodyLimit::max(AUTH_FORM_BYTES_MAX))
}

/// Pages that people see.
fn for_browsers<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Auth: FromRef<S>,
{
    Router::new()
        .route("/devicelogin", get(device::short))
        .route("/{tenant}/login", post(login::submit))
        .route("/{tenant}/oauth2/authorize", get(authorize::v1))
        .route("/{tenant}/oauth2/deviceauth", get(device::enter).post(device::submit))
        .route("/{tenant}/oauth2/logout", get(logout::logout))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::v2))
        .route("/{tenant}/oauth2/v2.0/logout", get(logout::logout))
}

/// Addresses that programs call, also from pages of other origins. They look at no cookie, so every
/// origin may.
fn for_programs<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Auth: FromRef<S>,
{
    Router::new()
        .route("/common/discovery/instance", get(discovery::instance))
        .route("/oidc/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/{tenant}/.well-known/openid-configuration", get(discovery::v1))
        .route("/{tenant}/discovery/keys", get(discovery::keys))
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/oauth2/devicecode", post(device::start_v1))
        .route("/{tenant}/oauth2/token", post(token::v1))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::start_v2))
        .route("/{tenant}/oauth2/v2.0/token", post(token::v2))
        .route("/{tenant}/openid/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/{tenant}/userrealm/{user}", get(discovery::realm))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery::v2))
        .layer(from_fn(any_origin))
}

/// Cross-origin requests: https://fetch.spec.whatwg.org/#http-cors-protocol.
async fn any_origin(request: Request, next: Next) -> Response {
    let wanted = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Some(wanted) = wanted {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    response
}
