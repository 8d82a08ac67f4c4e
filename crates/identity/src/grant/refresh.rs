//! Refresh tokens: each is good once, and gives the next. One that is used twice was copied, so
//! everything from the same sign-in is revoked (RFC 9700, 4.14).

use base::limits::{REFRESH_REUSE_GRACE_SECONDS, REFRESH_TOKEN_SECONDS};
use base::{Cx, Instant, Result, Uuid};
use db::Tx;

use crate::directory::params;
use crate::grant::client::Client;
use crate::grant::scope::Requested;
use crate::grant::tokens::Redeemed;
use crate::{Denial, Directory, secret};

impl Directory {
    /// A fresh refresh token of the family of `redeemed`.
    pub(crate) async fn refresh_create(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        client: &Client,
        redeemed: &Redeemed,
    ) -> Result<String> {
        let token = secret::generate(cx);
        let insert = "insert into {directory_refresh_token}
            (hash, family_id, client_id, user_id, scope, signed_in_at, expires_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let params = params![
            secret::hash(&token),
            redeemed.family,
            client.id,
            redeemed.user,
            redeemed.requested.text(),
            redeemed.signed_in_at,
            cx.now().plus_seconds(REFRESH_TOKEN_SECONDS),
        ];
        tx.execute(&self.statement(insert, params)).await?;
        Ok(token)
    }

    /// What a refresh token stands for, once (within a short grace for tabs that race).
    pub(crate) async fn refresh_redeem(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        client: &Client,
        token: &str,
    ) -> Result<Redeemed, Denial> {
        let hash = secret::hash(token);
        let select = "select family_id, client_id, user_id, scope, signed_in_at, expires_at
            from {directory_refresh_token} where hash = ?1";
        let row = tx.query_opt(&self.statement(select, params![hash.clone()])).await?;
        let row = row.ok_or(Denial::RefreshInvalid)?;
        let family: Uuid = row.get(0)?;
        if row.get::<Uuid>(1)? != client.id {
            return Err(Denial::RefreshInvalid);
        }
        if row.get::<Instant>(5)? <= cx.now() {
            return Err(Denial::RefreshExpired);
        }
        let update = "update {directory_refresh_token} set used_at = coalesce(used_at, ?2)
            where hash = ?1 and (used_at is null or used_at > ?3)";
        let grace = cx.now().plus_seconds(-REFRESH_REUSE_GRACE_SECONDS);
        if tx.execute(&self.statement(update, params![hash, cx.now(), grace])).await? == 0 {
            self.family_revoke(tx, family).await?;
            tracing::warn!(client = %client.id, "a refresh token was used twice: sign-in revoked");
            return Err(Denial::RefreshReused);
        }
        Ok(Redeemed {
            family,
            user: row.get(2)?,
            requested: Requested::parse(&row.get::<String>(3)?)?,
            nonce: None,
            signed_in_at: row.get(4)?,
        })
    }

    /// Revokes all refresh tokens of one sign-in.
    pub(crate) async fn family_revoke(&self, tx: &mut Tx, family: Uuid) -> Result<()> {
        let delete = "delete from {directory_refresh_token} where family_id = ?1";
        tx.execute(&self.statement(delete, params![family])).await?;
        Ok(())
    }
}
