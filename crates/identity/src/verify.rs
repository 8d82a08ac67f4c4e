//! Checking tokens that callers bring: signature, time, audience, and whether the principal may
//! still act.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use base::limits::{PRINCIPAL_RECHECK_SECONDS, TOKEN_BYTES_MAX, TOKEN_CACHE_MAX};
use base::{Caller, Cx, Error, Instant, Kind, PrincipalId, Result, Uuid};
use sha2::{Digest, Sha256};

use crate::jws::Token;
use crate::token::APPLICATION_TYPE;
use crate::{Claims, Directory, audience};

/// The code of the error for tokens that are meant for somebody else.
pub(crate) const WRONG_AUDIENCE: &str = "InvalidAuthenticationTokenAudience";

/// Who a valid token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The caller, for [`Cx::with_caller`].
    pub caller: Caller,
    /// The object id of the user or service principal.
    pub object_id: PrincipalId,
    /// The client that got the token.
    pub client_id: Uuid,
    /// The display name.
    pub name: String,
    /// The user principal name, of users only.
    pub upn: Option<String>,
    /// The resource that the token was asked for.
    pub audience: String,
    /// What the client may do for the user.
    pub scopes: Vec<String>,
    /// The end of the token's life.
    pub expires_at: Instant,
}

/// Tokens that were verified lately, by their hash. An entry is good while nothing in the directory
/// changed that could matter, and for a short time in case another process changed it.
#[derive(Default)]
pub(crate) struct TokenCache {
    entries: RwLock<HashMap<[u8; 32], Entry>>,
    generation: AtomicU64,
}

#[derive(Clone)]
struct Entry {
    principal: Arc<Principal>,
    generation: u64,
    checked_at: Instant,
}

impl Directory {
    /// Who `token` speaks for. `audiences` narrows it to tokens for these resources; empty means
    /// all resources that this server is.
    pub async fn verify_token(
        &self,
        cx: &Cx,
        token: &str,
        audiences: &[&str],
    ) -> Result<Arc<Principal>> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refused("InvalidAuthenticationToken", "The access token is too long."));
        }
        let key = Sha256::digest(token.as_bytes()).into();
        let principal = match self.verified.find(cx, &key) {
            Some(principal) => principal,
            None => {
                let generation = self.verified.generation();
                let principal = Arc::new(self.verify_unknown(cx, token).await?);
                self.verified.insert(cx, key, generation, principal.clone());
                principal
            }
        };
        check_use(cx, &principal, audiences)?;
        Ok(principal)
    }

    async fn verify_unknown(&self, cx: &Cx, token: &str) -> Result<Principal> {
        let claims = self.signed_claims(cx, token).await?;
        self.check_claims(cx, &claims)?;
        self.principal(&claims).await
    }

    async fn signed_claims(&self, cx: &Cx, text: &str) -> Result<Claims> {
        let token = Token::parse(text).ok_or_else(|| {
            let message = "The access token is invalid: it is no token of this server.";
            refused("InvalidAuthenticationToken", message)
        })?;
        let claims = match self.public_key(cx, &token.key_id).await? {
            Some(key) => token.claims(&key),
            None => None,
        };
        claims.ok_or_else(|| {
            let message = "The access token is invalid: its signature is not of this server.";
            refused("InvalidAuthenticationToken", message)
        })
    }

    fn check_claims(&self, cx: &Cx, claims: &Claims) -> Result<()> {
        let tenant = self.tenant().id;
        if claims.tid != tenant || !claims.iss.contains(&format!("/{tenant}/")) {
            let message = "The access token is from the wrong issuer: sign in to this tenant.";
            return Err(refused("InvalidAuthenticationTokenTenant", message));
        }
        if claims.nbf > cx.now().0 {
            let message = "The access token is not valid yet. Check the clock of the server.";
            return Err(refused("InvalidAuthenticationToken", message));
        }
        if claims.scp.is_none() && claims.idtyp.is_none() {
            let message = "This is an ID token; send an access token.";
            return Err(refused("InvalidAuthenticationToken", message));
        }
        check_expiry(cx, claims.expires_at())
    }

    /// The principal of checked claims, if it is still there and enabled.
    async fn principal(&self, claims: &Claims) -> Result<Principal> {
        let client_id = claims.appid.unwrap_or_default();
        let is_application = claims.idtyp.as_deref() == Some(APPLICATION_TYPE);
        let (caller, name, upn, is_enabled) = if is_application {
            let found = self.application_find(client_id).await?;
            let found = found.filter(|a| a.object_id == claims.oid).ok_or_else(unknown)?;
            (Caller::Application(client_id), found.display_name, None, found.is_enabled)
        } else {
            let found = self.user_find(claims.oid).await?.ok_or_else(unknown)?;
            (Caller::User(found.id), found.display_name, Some(found.upn), found.is_enabled)
        };
        if !is_enabled {
            let message = format!("The account '{name}' is disabled. Ask an administrator.");
            return Err(refused("AccountDisabled", message));
        }
        let scopes = claims.scp.iter().flat_map(|s| s.split(' ')).map(str::to_owned).collect();
        Ok(Principal {
            caller,
            object_id: claims.oid,
            client_id,
            name,
            upn,
            audience: claims.aud.clone(),
            scopes,
            expires_at: claims.expires_at(),
        })
    }
}

impl TokenCache {
    /// Makes every token be verified again: something changed that could matter.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn find(&self, cx: &Cx, key: &[u8; 32]) -> Option<Arc<Principal>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key).filter(|e| e.is_fresh(cx, self.generation()))?;
        Some(entry.principal.clone())
    }

    fn insert(&self, cx: &Cx, key: [u8; 32], generation: u64, principal: Arc<Principal>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= TOKEN_CACHE_MAX {
            let current = self.generation();
            entries.retain(|_, e| e.is_fresh(cx, current));
        }
        if entries.len() >= TOKEN_CACHE_MAX {
            entries.clear();
        }
        entries.insert(key, Entry { principal, generation, checked_at: cx.now() });
    }
}

impl Entry {
    fn is_fresh(&self, cx: &Cx, generation: u64) -> bool {
        let now = cx.now();
        self.generation == generation
            && now < self.checked_at.plus_seconds(PRINCIPAL_RECHECK_SECONDS)
            && now < self.principal.expires_at
    }
}

fn check_use(cx: &Cx, principal: &Principal, audiences: &[&str]) -> Result<()> {
    check_expiry(cx, principal.expires_at)?;
    if audience::accepts(&principal.audience, audiences) {
        return Ok(());
    }
    let message = format!(
        "The access token has been obtained for the wrong audience or resource '{}'. It should \
         match the address that is called.",
        principal.audience
    );
    Err(refused(WRONG_AUDIENCE, message))
}

fn check_expiry(cx: &Cx, expires_at: Instant) -> Result<()> {
    if cx.now() < expires_at {
        return Ok(());
    }
    let message = format!("The access token expired at {expires_at}. Sign in again.");
    Err(refused("ExpiredAuthenticationToken", message))
}

fn unknown() -> Error {
    let message = "The access token's user or application is not in the directory any more.";
    refused("PrincipalNotFound", message)
}

fn refused(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Unauthenticated, code, message)
}
