//! What every handler of sign-in knows about a request.

use axum::extract::{FromRef, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::Response;
use base::{Cx, Uuid};
use identity::{Denial, Directory};

use super::Auth;
use super::denied;
use super::params::Params;
use crate::Origin;

/// A request to an address of sign-in.
pub(super) struct Visit {
    pub auth: Auth,
    pub cx: Cx,
    /// Scheme and host that the caller used.
    pub origin: String,
    /// The tenant as the address names it; checked.
    pub tenant: String,
    /// The path, for links back.
    pub path: String,
    pub headers: HeaderMap,
    pub query: Params,
}

impl Visit {
    pub fn directory(&self) -> &Directory {
        &self.auth.identity
    }

    /// The id by which the client knows this request, or a fresh one.
    pub fn correlation_id(&self) -> Uuid {
        let header = self.headers.get("client-request-id").and_then(|v| v.to_str().ok());
        header.and_then(|v| v.parse().ok()).unwrap_or_else(|| self.cx.random_id())
    }

    /// Whether the caller came by HTTPS.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    async fn read(auth: Auth, parts: &mut Parts) -> Result<Self, Denial> {
        let query = Params::parse(parts.uri.query().unwrap_or_default())?;
        let origin = Origin::of(parts)?.to_string();
        Ok(Self {
            cx: auth.cx(),
            tenant: tenant(&auth, parts).await?,
            path: parts.uri.path().to_owned(),
            headers: parts.headers.clone(),
            auth,
            origin,
            query,
        })
    }
}

/// The segment `{tenant}` of the address, if it means our tenant; addresses without it are common.
async fn tenant(auth: &Auth, parts: &mut Parts) -> Result<String, Denial> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let params = params.map_err(|e| Denial::Malformed(e.to_string()))?;
    let named = params.iter().find(|(name, _)| *name == "tenant").map(|(_, value)| value);
    let name = named.unwrap_or("common").to_owned();
    match auth.identity.is_tenant(&name) {
        true => Ok(name),
        false => Err(Denial::TenantUnknown(name)),
    }
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let auth = Auth::from_ref(state);
        let cx = auth.cx();
        Self::read(auth, parts).await.map_err(|denial| denied::json(&cx, cx.random_id(), denial))
    }
}

/// The form in the body of a request.
pub(super) struct Form(pub Params);

impl<S> FromRequest<S> for Form
where
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        read_form(request, state).await.map_err(|denial| {
            let cx = Auth::from_ref(state).cx();
            denied::json(&cx, cx.random_id(), denial)
        })
    }
}

async fn read_form<S: Send + Sync>(request: Request, state: &S) -> Result<Form, Denial> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let text = "Send the parameters as application/x-www-form-urlencoded.";
        return Err(Denial::Malformed(text.into()));
    }
    let text = String::from_request(request, state).await;
    let text = text.map_err(|e| Denial::Malformed(e.body_text()))?;
    Params::parse(&text).map(Form)
}
