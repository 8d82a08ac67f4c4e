//! Signing in with a password, and browser sessions.

use base::limits::SESSION_SECONDS;
use base::{Cx, Instant, Result, Uuid};

use crate::directory::{fold, params};
use crate::{Denial, Directory, User, secret};

/// A browser in which a user is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The user.
    pub user: User,
    /// When the password was given.
    pub signed_in_at: Instant,
}

impl Directory {
    /// The user with this name and password. Whether the name or the password was wrong is not told.
    pub async fn sign_in(&self, cx: &Cx, upn: &str, password: &str) -> Result<User, Denial> {
        let name = fold(upn);
        self.attempt_begin(cx, &name).await?;
        let (user, hash) = self.user_with_password(&name).await?;
        let is_right = self.passwords.verify(password, hash).await?;
        let user = user.filter(|_| is_right).ok_or(Denial::UserWrong)?;
        self.attempts_forget(&name).await?;
        if user.is_enabled { Ok(user) } else { Err(Denial::UserDisabled) }
    }

    /// Starts a session of `user`; gives the value for the cookie, which is kept only as a hash.
    pub async fn session_create(&self, cx: &Cx, user: Uuid) -> Result<String> {
        let value = secret::generate(cx);
        let insert = "insert into {directory_session} (hash, user_id, signed_in_at, expires_at)
            values (?1, ?2, ?3, ?4)";
        let until = cx.now().plus_seconds(SESSION_SECONDS);
        self.execute(insert, params![secret::hash(&value), user, cx.now(), until]).await?;
        Ok(value)
    }

    /// The session that a cookie belongs to, while it lasts and its user may sign in.
    pub async fn session_find(&self, cx: &Cx, cookie: &str) -> Result<Option<Session>> {
        let select = "select user_id, signed_in_at from {directory_session}
            where hash = ?1 and expires_at > ?2";
        let params = params![secret::hash(cookie), cx.now()];
        let Some(row) = self.row(select, params).await? else { return Ok(None) };
        let user = self.user_find(row.get(0)?).await?.filter(|u| u.is_enabled);
        let signed_in_at = row.get(1)?;
        Ok(user.map(|user| Session { user, signed_in_at }))
    }

    /// Ends a session, if there is one.
    pub async fn session_delete(&self, cookie: &str) -> Result<()> {
        let delete = "delete from {directory_session} where hash = ?1";
        self.execute(delete, params![secret::hash(cookie)]).await?;
        Ok(())
    }

    /// Removes what has expired: sessions, codes, tokens. For a schedule, such as once an hour.
    pub async fn expired_remove(&self, cx: &Cx) -> Result<u64> {
        let now = || params![cx.now()];
        self.execute_all(&[
            ("delete from {directory_code} where expires_at <= ?1", now()),
            ("delete from {directory_device} where expires_at <= ?1", now()),
            ("delete from {directory_key} where retired_at <= ?1", now()),
            ("delete from {directory_refresh_token} where expires_at <= ?1", now()),
            ("delete from {directory_session} where expires_at <= ?1", now()),
        ])
        .await
    }
}
