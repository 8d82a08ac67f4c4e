//! What every handler can reach.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base::{Caller, Clock, Cx, Error, Kind, Random, Result};
use control::Tenant;
use identity::Directory;

use crate::data::{MetadataCache, Protection, ProtectionLimits};

/// The state of the server: the tenant, its directory, and where time and randomness come from.
#[derive(Clone)]
pub struct App {
    /// The tenant with its environments.
    pub tenant: Arc<Tenant>,
    /// Who may sign in.
    pub identity: Arc<Directory>,
    /// The `$metadata` documents that were asked for lately.
    pub metadata: Arc<MetadataCache>,
    /// How much users may ask of the data service; nothing limits them without it.
    pub protection: Option<Arc<Protection>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

impl App {
    /// The state of a server.
    pub fn new(
        tenant: Arc<Tenant>,
        identity: Arc<Directory>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { tenant, identity, metadata: Arc::default(), protection: None, clock, random }
    }

    /// The same state, where users of the data service may ask only so much.
    #[must_use]
    pub fn with_protection(self, limits: ProtectionLimits) -> Self {
        let protection = Arc::new(Protection::new(limits, self.clock.clone()));
        Self { protection: Some(protection), ..self }
    }

    /// The context of a new request; nobody has signed in yet.
    pub fn cx(&self) -> Cx {
        Cx::new(Caller::Anonymous, self.clock.clone(), self.random.clone())
    }

    /// The context of a new request whose headers say who calls.
    ///
    /// # Errors
    /// [`Kind::Unauthenticated`] without a valid token.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<Cx> {
        self.identify(self.cx(), headers).await
    }

    /// The context `cx` with the caller that the headers say.
    pub(crate) async fn identify(&self, mut cx: Cx, headers: &HeaderMap) -> Result<Cx> {
        let token = bearer(headers)?;
        let principal = self.identity.verify_token(&cx, token, &[]).await?;
        cx.caller = principal.caller.clone();
        Ok(cx)
    }
}

/// The token of `Authorization: Bearer <token>`.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.trim().split_once(' ')).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() {
        return Ok(token.trim());
    }
    let message = "The request needs an access token: send 'Authorization: Bearer <token>'.";
    Err(Error::new(Kind::Unauthenticated, "0x80044302", message))
}
