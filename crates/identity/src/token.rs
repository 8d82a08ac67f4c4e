//! What stands in a token, and making one.

use base::limits::ACCESS_TOKEN_SECONDS;
use base::{Cx, Instant, PrincipalId, Result, TenantId, Uuid};
use serde::{Deserialize, Serialize};

use crate::grant::client::Client;
use crate::grant::tokens::Version;
use crate::secret::base64url;
use crate::{Application, Directory, User, secret};

/// How far a token's start lies before its issue, for clocks of clients that are late.
const NOT_BEFORE_SECONDS: i64 = 300;

/// The claims of a token, named as in Microsoft Entra ID.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// For which resource.
    pub aud: String,
    /// Who issued it.
    pub iss: String,
    /// When it was issued.
    pub iat: i64,
    /// From when it is good.
    pub nbf: i64,
    /// Until when it is good.
    pub exp: i64,
    /// When the user gave the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The client id (version 1.0 name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appid: Option<Uuid>,
    /// The client id (version 2.0 name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azp: Option<Uuid>,
    /// How the client proved itself: 0 not at all, 1 with a secret (version 1.0 name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appidacr: Option<String>,
    /// The same (version 2.0 name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azpacr: Option<String>,
    /// The name of the application, in tokens without a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_displayname: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// `app` in tokens without a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idtyp: Option<String>,
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the client sent along to recognise its own request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The object id of the user or service principal.
    pub oid: Uuid,
    /// The user principal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// Application permissions, in tokens without a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// What the client may do for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scp: Option<String>,
    /// The user as this client knows it.
    pub sub: String,
    /// The tenant id.
    pub tid: TenantId,
    /// The user principal name (version 1.0 name).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
    /// The user principal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upn: Option<String>,
    /// The id of this token.
    pub uti: String,
    /// The version of the token: `1.0` or `2.0`.
    pub ver: String,
}

impl Directory {
    /// A token that `user` may use for `audience` from now on: for the command line.
    pub fn issue_token(
        &self,
        cx: &Cx,
        user: &User,
        origin: &str,
        audience: &str,
    ) -> Result<String> {
        let client = Client::first_party(crate::CLI_CLIENT_ID);
        let claims = self.user_claims(cx, origin, Version::V2, &client, user);
        let claims = Claims { aud: audience.into(), scp: Some(USER_SCOPE.into()), ..claims };
        self.keys.signer().sign(&claims)
    }

    /// The issuer that stands in tokens, seen from `origin` (scheme, host and prefix).
    pub fn issuer(&self, origin: &str, version: Version) -> String {
        let path = if version == Version::V1 { "" } else { "v2.0" };
        format!("{origin}/{}/{path}", self.tenant().id)
    }

    /// Claims about a user, for an access token that still lacks audience and scopes.
    pub(crate) fn user_claims(
        &self,
        cx: &Cx,
        origin: &str,
        version: Version,
        client: &Client,
        user: &User,
    ) -> Claims {
        Claims {
            email: user.mail.clone(),
            family_name: user.surname.clone(),
            given_name: user.given_name.clone(),
            name: Some(user.display_name.clone()),
            oid: user.id,
            preferred_username: Some(user.upn.clone()),
            sub: subject(user.id, client.id),
            unique_name: Some(user.upn.clone()),
            upn: Some(user.upn.clone()),
            ..self.client_claims(cx, origin, version, client)
        }
    }

    /// Claims about an application without a user, for an access token that still lacks its
    /// audience.
    pub(crate) fn application_claims(
        &self,
        cx: &Cx,
        origin: &str,
        version: Version,
        client: &Client,
        application: &Application,
    ) -> Claims {
        Claims {
            app_displayname: Some(application.display_name.clone()),
            idtyp: Some(APPLICATION_TYPE.into()),
            oid: application.object_id,
            roles: Some(Vec::new()),
            sub: application.object_id.to_string(),
            ..self.client_claims(cx, origin, version, client)
        }
    }

    fn client_claims(&self, cx: &Cx, origin: &str, version: Version, client: &Client) -> Claims {
        let now = cx.now();
        let proof = Some(if client.is_authenticated { "1" } else { "0" }.to_owned());
        Claims {
            iss: self.issuer(origin, version),
            iat: now.0,
            nbf: now.plus_seconds(-NOT_BEFORE_SECONDS).0,
            exp: now.plus_seconds(ACCESS_TOKEN_SECONDS).0,
            appid: Some(client.id),
            azp: Some(client.id),
            appidacr: proof.clone(),
            azpacr: proof,
            tid: self.tenant().id,
            uti: base64url(&cx.random_bytes::<16>()),
            ver: version.name().into(),
            ..Claims::default()
        }
    }
}

/// The name by which a client knows a user: each client another, as in Entra ID.
pub(crate) fn subject(user: PrincipalId, client: Uuid) -> String {
    base64url(&secret::hash(&format!("{user} {client}")))
}

/// The scope that every user token carries: whatever the user may do.
pub(crate) const USER_SCOPE: &str = "user_impersonation";
/// What `idtyp` says in tokens without a user.
pub(crate) const APPLICATION_TYPE: &str = "app";

impl Claims {
    /// The end of the token's life.
    pub(crate) fn expires_at(&self) -> Instant {
        Instant(self.exp)
    }
}
