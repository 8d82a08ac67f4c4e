//! Device codes (RFC 8628): a program without a browser shows a short code, a person enters it in
//! a browser somewhere else, the program asks until that is done.

use base::limits::DEVICE_CODE_SECONDS;
use base::{Cx, Instant, Result, Uuid};
use db::Tx;

use crate::directory::params;
use crate::grant::client::Client;
use crate::grant::scope::Requested;
use crate::grant::tokens::Redeemed;
use crate::{Denial, Directory, Session, secret};

/// A started device sign-in, for the program.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// The secret that the program asks with.
    pub device_code: String,
    /// The short code that the person enters.
    pub user_code: String,
}

/// A device sign-in that waits, for the person.
#[derive(Clone, Debug)]
pub struct DeviceRequest {
    /// The short code.
    pub user_code: String,
    /// The name of the program.
    pub client_name: String,
}

/// Letters that nobody mixes up, and that make no words.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_CHARS: usize = 9;

impl Directory {
    /// Starts a device sign-in.
    pub async fn device_create(
        &self,
        cx: &Cx,
        client: &Client,
        requested: &Requested,
    ) -> Result<DeviceCode, Denial> {
        self.resource_check(requested).await?;
        let code = DeviceCode { device_code: secret::generate(cx), user_code: user_code(cx) };
        let insert = "insert into {directory_device}
            (hash, user_code, client_id, scope, expires_at, state)
            values (?1, ?2, ?3, ?4, ?5, 'pending')";
        let params = params![
            secret::hash(&code.device_code),
            &code.user_code,
            client.id,
            requested.text(),
            cx.now().plus_seconds(DEVICE_CODE_SECONDS),
        ];
        self.execute(insert, params).await?;
        Ok(code)
    }

    /// The waiting sign-in that a person entered the code of. Guessing counts like guessing
    /// passwords.
    pub async fn device_find(
        &self,
        cx: &Cx,
        session: &Session,
        user_code: &str,
    ) -> Result<DeviceRequest, Denial> {
        let guesser = format!("device code of {}", session.user.id);
        self.attempt_begin(cx, &guesser).await?;
        let select = "select client_id from {directory_device}
            where user_code = ?1 and state = 'pending' and expires_at > ?2";
        let user_code = normalize(user_code);
        let row = self.row(select, params![&user_code, cx.now()]).await?;
        let client: Uuid = row.ok_or(Denial::DeviceCodeInvalid)?.get(0)?;
        self.attempts_forget(&guesser).await?;
        Ok(DeviceRequest { user_code, client_name: self.client(&client.to_string()).await?.name })
    }

    /// The person's yes or no.
    pub async fn device_decide(
        &self,
        cx: &Cx,
        session: &Session,
        user_code: &str,
        is_approved: bool,
    ) -> Result<(), Denial> {
        let update = "update {directory_device} set state = ?1, user_id = ?2, signed_in_at = ?3
            where user_code = ?4 and state = 'pending' and expires_at > ?5";
        let params = params![
            if is_approved { "approved" } else { "declined" },
            session.user.id,
            session.signed_in_at,
            normalize(user_code),
            cx.now(),
        ];
        match self.execute(update, params).await? {
            0 => Err(Denial::DeviceCodeInvalid),
            _ => Ok(()),
        }
    }

    /// What the device code stands for, once a person said yes; good once.
    pub(crate) async fn device_redeem(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        client: &Client,
        code: &str,
    ) -> Result<Redeemed, Denial> {
        let hash = secret::hash(code);
        let select = "select client_id, scope, expires_at, state, user_id, signed_in_at
            from {directory_device} where hash = ?1";
        let row = tx.query_opt(&self.statement(select, params![hash.clone()])).await?;
        let row = row.ok_or(Denial::DeviceCodeInvalid)?;
        if row.get::<Uuid>(0)? != client.id {
            return Err(Denial::DeviceCodeInvalid);
        }
        if row.get::<Instant>(2)? <= cx.now() {
            return Err(Denial::DeviceExpired);
        }
        match row.get::<String>(3)?.as_str() {
            "approved" => {}
            "declined" => return Err(Denial::Declined),
            _ => return Err(Denial::DevicePending),
        }
        let delete = "delete from {directory_device} where hash = ?1";
        if tx.execute(&self.statement(delete, params![hash])).await? == 0 {
            return Err(Denial::DeviceCodeInvalid);
        }
        Ok(Redeemed {
            family: cx.new_id(),
            user: row.get(4)?,
            requested: Requested::parse(&row.get::<String>(1)?)?,
            nonce: None,
            signed_in_at: row.get(5)?,
        })
    }
}

/// Nine letters, about 39 bits. Modulo 20 favours some letters a little; that costs no bit.
fn user_code(cx: &Cx) -> String {
    let bytes = cx.random_bytes::<USER_CODE_CHARS>();
    bytes.iter().map(|&b| char::from(LETTERS[usize::from(b) % LETTERS.len()])).collect()
}

/// As people type it: any case, with blanks or dashes.
fn normalize(user_code: &str) -> String {
    let is_letter = |c: &char| c.is_ascii_alphanumeric();
    user_code.chars().filter(is_letter).take(2 * USER_CODE_CHARS).collect::<String>().to_uppercase()
}
