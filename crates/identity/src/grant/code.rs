//! Authorization codes: what the browser brings back from the sign-in page, good once.

use base::limits::AUTHORIZATION_CODE_SECONDS;
use base::{Cx, Instant, Result, Uuid};
use db::Tx;
use subtle::ConstantTimeEq;

use crate::directory::params;
use crate::grant::client::Client;
use crate::grant::scope::Requested;
use crate::grant::tokens::Redeemed;
use crate::secret::base64url;
use crate::{Denial, Directory, Session, secret};

/// What a code stands for.
#[derive(Clone, Debug)]
pub struct CodeRequest<'a> {
    /// Which client asks.
    pub client: &'a Client,
    /// Who signed in.
    pub session: &'a Session,
    /// Where the code is sent.
    pub redirect_uri: &'a str,
    /// What is asked for.
    pub requested: &'a Requested,
    /// What the client wants to find in the ID token.
    pub nonce: Option<&'a str>,
    /// The proof key (S256) that the token request has to match.
    pub challenge: Option<&'a str>,
}

impl Directory {
    /// A fresh code for a user who is signed in.
    pub async fn code_create(&self, cx: &Cx, request: &CodeRequest<'_>) -> Result<String, Denial> {
        if request.client.is_public && request.challenge.is_none() {
            return Err(Denial::ProofMissing);
        }
        let code = secret::generate(cx);
        let insert = "insert into {directory_code} (hash, family_id, client_id, user_id,
            redirect_uri, scope, nonce, challenge, signed_in_at, expires_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let params = params![
            secret::hash(&code),
            cx.new_id(),
            request.client.id,
            request.session.user.id,
            request.redirect_uri,
            request.requested.text(),
            request.nonce,
            request.challenge,
            request.session.signed_in_at,
            cx.now().plus_seconds(AUTHORIZATION_CODE_SECONDS),
        ];
        self.execute(insert, params).await?;
        Ok(code)
    }

    /// What `code` stands for, once. A second use revokes what the first one gave (RFC 6749, 4.1.2).
    pub(crate) async fn code_redeem(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        client: &Client,
        code: &CodeProof<'_>,
    ) -> Result<Redeemed, Denial> {
        let hash = secret::hash(code.code);
        let select = "select family_id, client_id, user_id, redirect_uri, scope, nonce, challenge,
            signed_in_at, expires_at, used_at from {directory_code} where hash = ?1";
        let row = tx.query_opt(&self.statement(select, params![hash.clone()])).await?;
        let row = row.ok_or(Denial::CodeInvalid)?;
        let family: Uuid = row.get(0)?;
        if row.get::<Uuid>(1)? != client.id {
            return Err(Denial::CodeInvalid);
        }
        let update = "update {directory_code} set used_at = ?2 where hash = ?1 and used_at is null";
        if tx.execute(&self.statement(update, params![hash, cx.now()])).await? == 0 {
            self.family_revoke(tx, family).await?;
            return Err(Denial::CodeUsed);
        }
        if row.get::<Instant>(8)? <= cx.now() {
            return Err(Denial::CodeExpired);
        }
        if code.redirect_uri.is_some_and(|uri| row.value(3) != &uri.into()) {
            return Err(Denial::RedirectChanged);
        }
        check_proof(row.get::<Option<String>>(6)?.as_deref(), code.verifier)?;
        Ok(Redeemed {
            family,
            user: row.get(2)?,
            requested: Requested::parse(&row.get::<String>(4)?)?,
            nonce: row.get(5)?,
            signed_in_at: row.get(7)?,
        })
    }
}

/// What a client shows with a code.
pub(crate) struct CodeProof<'a> {
    pub code: &'a str,
    pub redirect_uri: Option<&'a str>,
    pub verifier: Option<&'a str>,
}

/// RFC 7636, 4.6, method S256. A verifier without a challenge is refused too: somebody may have
/// taken the challenge out of the sign-in request.
fn check_proof(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Denial> {
    let is_right = match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let expected = base64url(&secret::hash(verifier));
            expected.as_bytes().ct_eq(challenge.as_bytes()).into()
        }
        _ => false,
    };
    if is_right { Ok(()) } else { Err(Denial::ProofWrong) }
}
