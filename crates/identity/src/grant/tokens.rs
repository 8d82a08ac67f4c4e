//! The token address: a grant comes in, a set of tokens goes out.

use base::limits::ACCESS_TOKEN_SECONDS;
use base::{Cx, Instant, PrincipalId, Result, Uuid};
use db::Tx;
use serde_json::json;

use crate::grant::client::Client;
use crate::grant::code::CodeProof;
use crate::grant::scope::Requested;
use crate::secret::base64url;
use crate::token::subject;
use crate::verify::WRONG_AUDIENCE;
use crate::{Claims, Denial, Directory, User};

/// The version of the protocol that a client speaks, seen from the address it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `/oauth2/token`, with `resource`.
    V1,
    /// `/oauth2/v2.0/token`, with `scope`.
    V2,
}

impl Version {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
        }
    }
}

/// What a client shows to get tokens.
#[derive(Clone, Copy)]
pub enum Grant<'a> {
    /// The client's own secret: tokens for the application itself.
    Client,
    /// A code from the sign-in page.
    Code {
        /// The code.
        code: &'a str,
        /// The redirect URI of the sign-in request.
        redirect_uri: Option<&'a str>,
        /// The proof key's verifier.
        verifier: Option<&'a str>,
    },
    /// A device code.
    Device {
        /// The device code.
        code: &'a str,
    },
    /// A user's name and password, typed into the client itself.
    Password {
        /// The user principal name.
        upn: &'a str,
        /// The password.
        password: &'a str,
    },
    /// A refresh token.
    Refresh {
        /// The refresh token.
        token: &'a str,
    },
}

/// A request for tokens.
pub struct TokenRequest<'a> {
    /// Who asks; already authenticated where it has to be.
    pub client: &'a Client,
    /// The version of the address.
    pub version: Version,
    /// Scheme, host and prefix that the client used.
    pub origin: &'a str,
    /// What is asked for, if this request says so.
    pub requested: Option<Requested>,
    /// What it shows.
    pub grant: Grant<'a>,
}

/// The tokens that a grant gave.
#[derive(Debug)]
pub struct TokenSet {
    /// The access token.
    pub access_token: String,
    /// Its life from now on.
    pub expires_in_seconds: i64,
    /// Its end.
    pub expires_at: Instant,
    /// From when it is good.
    pub not_before: Instant,
    /// The resource that it is good for.
    pub audience: String,
    /// What was granted, of users' tokens.
    pub scope: Option<String>,
    /// Who signed in, for the client.
    pub id_token: Option<String>,
    /// What gives the next set.
    pub refresh_token: Option<String>,
    /// Which user, as MSAL wants to know it; of users' tokens.
    pub client_info: Option<String>,
}

/// What a grant of a user stood for.
pub(crate) struct Redeemed {
    /// The sign-in: all refresh tokens of it are one family.
    pub family: Uuid,
    pub user: PrincipalId,
    pub requested: Requested,
    pub nonce: Option<String>,
    pub signed_in_at: Instant,
}

impl Directory {
    /// Tokens for a grant.
    pub async fn token(&self, cx: &Cx, request: TokenRequest<'_>) -> Result<TokenSet, Denial> {
        if let Some(requested) = &request.requested {
            self.resource_check(requested).await?;
        }
        if let Grant::Client = request.grant {
            return self.token_of_application(cx, request).await;
        }
        // The password is checked first: hashing takes long, and others wait to write.
        let signed_in = match request.grant {
            Grant::Password { upn, password } => {
                Some(self.password_redeem(cx, upn, password, request.requested.as_ref()).await?)
            }
            _ => None,
        };
        let mut tx = self.store.write().await?;
        let tokens = match signed_in {
            Some(redeemed) => self.token_of_user(cx, &mut tx, request, redeemed).await,
            None => self.token_of_grant(cx, &mut tx, request).await,
        };
        // What a refusal changed (a code is used up, a sign-in is revoked) stays changed.
        if !matches!(tokens, Err(Denial::Fault(_))) {
            tx.commit().await?;
        }
        tokens
    }

    /// The user of an access token and the name by which its client knows the user: for the
    /// address `userinfo`. Tokens that were asked for without a resource are good for this.
    pub async fn user_info(&self, cx: &Cx, token: &str) -> Result<(User, String)> {
        let principal = match self.verify_token(cx, token, &[crate::GRAPH_AUDIENCE]).await {
            Err(error) if error.code == WRONG_AUDIENCE => self.verify_token(cx, token, &[]).await?,
            result => result?,
        };
        let user = self.user_get(principal.object_id).await?;
        let subject = subject(user.id, principal.client_id);
        Ok((user, subject))
    }

    async fn token_of_application(
        &self,
        cx: &Cx,
        request: TokenRequest<'_>,
    ) -> Result<TokenSet, Denial> {
        let (client, version) = (request.client, request.version);
        if !client.is_authenticated {
            return Err(Denial::SecretMissing);
        }
        let requested = request.requested.ok_or(Denial::Missing("scope"))?;
        if requested.scopes != [".default"] {
            let text = format!(
                "The provided value for scope {} is not valid. Client credential flows must have \
                 a scope value with /.default suffixed to the resource identifier.",
                requested.text()
            );
            return Err(Denial::ScopeInvalid(text));
        }
        let application = self.application_get(client.id).await?;
        let claims = self.application_claims(cx, request.origin, version, client, &application);
        self.token_set(Claims { aud: requested.audience, ..claims })
    }

    async fn password_redeem(
        &self,
        cx: &Cx,
        upn: &str,
        password: &str,
        requested: Option<&Requested>,
    ) -> Result<Redeemed, Denial> {
        let requested = requested.cloned().ok_or(Denial::Missing("scope"))?;
        let user = self.sign_in(cx, upn, password).await?.id;
        let (family, signed_in_at) = (cx.new_id(), cx.now());
        Ok(Redeemed { family, user, requested, nonce: None, signed_in_at })
    }

    /// Uses up a code or refresh token, and gives the tokens for it in the same transaction: a
    /// revocation finds all of them, or comes first.
    async fn token_of_grant(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        request: TokenRequest<'_>,
    ) -> Result<TokenSet, Denial> {
        let client = request.client;
        let redeemed = match request.grant {
            Grant::Code { code, redirect_uri, verifier } => {
                let proof = CodeProof { code, redirect_uri, verifier };
                self.code_redeem(cx, tx, client, &proof).await?
            }
            Grant::Device { code } => self.device_redeem(cx, tx, client, code).await?,
            Grant::Refresh { token } => self.refresh_redeem(cx, tx, client, token).await?,
            Grant::Client | Grant::Password { .. } => return Err(Denial::CodeInvalid),
        };
        self.token_of_user(cx, tx, request, redeemed).await
    }

    async fn token_of_user(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        request: TokenRequest<'_>,
        redeemed: Redeemed,
    ) -> Result<TokenSet, Denial> {
        let (client, version, origin) = (request.client, request.version, request.origin);
        let user = self.user_find(redeemed.user).await?.ok_or(Denial::UserWrong)?;
        if !user.is_enabled {
            return Err(Denial::UserDisabled);
        }
        let requested = request.requested.unwrap_or_else(|| redeemed.requested.clone());
        let wants = |test: fn(&Requested) -> bool| test(&requested) || test(&redeemed.requested);
        let claims = Claims {
            auth_time: Some(redeemed.signed_in_at.0),
            ..self.user_claims(cx, origin, version, client, &user)
        };
        let id_token = wants(Requested::wants_id_token)
            .then(|| self.id_token(client, &redeemed, claims.clone()))
            .transpose()?;
        let refresh_token = match wants(Requested::wants_refresh_token) {
            true => Some(self.refresh_create(cx, tx, client, &redeemed).await?),
            false => None,
        };
        let scp = Some(requested.claim());
        let claims = Claims { aud: requested.audience.clone(), scp, ..claims };
        Ok(TokenSet {
            scope: Some(requested.granted_text()),
            id_token,
            refresh_token,
            client_info: Some(self.client_info(user.id)),
            ..self.token_set(claims)?
        })
    }

    fn id_token(&self, client: &Client, redeemed: &Redeemed, claims: Claims) -> Result<String> {
        self.keys.signer().sign(&Claims {
            aud: client.id.to_string(),
            nonce: redeemed.nonce.clone(),
            appid: None,
            azp: None,
            appidacr: None,
            azpacr: None,
            ..claims
        })
    }

    fn token_set(&self, claims: Claims) -> Result<TokenSet, Denial> {
        Ok(TokenSet {
            access_token: self.keys.signer().sign(&claims)?,
            expires_in_seconds: ACCESS_TOKEN_SECONDS,
            expires_at: Instant(claims.exp),
            not_before: Instant(claims.nbf),
            audience: claims.aud,
            scope: None,
            id_token: None,
            refresh_token: None,
            client_info: None,
        })
    }

    /// What MSAL tells accounts apart by: base64url of `{"uid":…,"utid":…}`.
    pub fn client_info(&self, user: PrincipalId) -> String {
        base64url(json!({"uid": user, "utid": self.tenant().id}).to_string().as_bytes())
    }
}
