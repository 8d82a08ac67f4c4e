//! Signing in: device code, password, client secret, and new tokens when the old ones end.

use std::thread::sleep;
use std::time::Duration;

use base::Cx;
use serde_json::Value;

use super::client::{Client, checked, refused};
use super::failure::{Failure, Result};
use super::profiles::{Kind, Profile, Secret, Store};
use super::shell::Shell;

/// A token is renewed when it is good for fewer seconds than this.
const RENEW_SECONDS: i64 = 120;
/// What OAuth 2.0 adds to the wait when the server says `slow_down` (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// What a server says of itself.
pub struct Server {
    /// The id of its tenant.
    pub tenant_id: String,
    /// The name of its tenant.
    pub tenant_name: String,
}

/// Asks a server who it is.
pub fn discover(client: &Client) -> Result<Server> {
    let answer = client.get("/api/freehold/portal")?;
    let text = |name: &str| answer.body[name].as_str().map(str::to_owned);
    match (text("tenantId"), text("tenantName")) {
        (Some(tenant_id), Some(tenant_name)) => Ok(Server { tenant_id, tenant_name }),
        _ => Err(Failure::unexpected(format!("{} without saying its tenant", answer.status))),
    }
}

/// The client id of this program.
pub fn client_id() -> String {
    identity::CLI_CLIENT_ID.to_string()
}

/// Signs a person in, in a browser on any device.
pub fn by_device_code(shell: &Shell, client: &Client, tenant: &str) -> Result<Secret> {
    let (id, scope) = (client_id(), scope(client));
    let fields = [("client_id", id.as_str()), ("scope", scope.as_str())];
    let answer = checked(client.post_form(&format!("/{tenant}/oauth2/v2.0/devicecode"), &fields)?)?;
    let code = need(&answer.body, "device_code")?;
    let message = need(&answer.body, "message")?;
    // Also in JSON mode: nobody can sign in without it.
    shell.tell(&message);
    let mut wait = Duration::from_secs(answer.body["interval"].as_u64().unwrap_or(5));
    loop {
        sleep(wait);
        let answer = client.post_form(
            &format!("/{tenant}/oauth2/v2.0/token"),
            &[
                ("client_id", &id),
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", &code),
            ],
        )?;
        match answer.body["error"].as_str() {
            None => return tokens(&checked(answer)?.body),
            Some("authorization_pending") => {}
            Some("slow_down") => wait += SLOWER,
            Some(_) => return Err(not_signed_in(refused(&answer))),
        }
    }
}

/// Signs a person in with name and password.
pub fn by_password(client: &Client, tenant: &str, user: &str, password: &str) -> Result<Secret> {
    let (id, scope) = (client_id(), scope(client));
    let fields = [
        ("client_id", id.as_str()),
        ("grant_type", "password"),
        ("scope", scope.as_str()),
        ("username", user),
        ("password", password),
    ];
    grant(client, tenant, &fields)
}

/// Signs an application in with its secret, which is kept to sign in again.
pub fn by_client_secret(client: &Client, tenant: &str, id: &str, secret: &str) -> Result<Secret> {
    let scope = format!("{}/.default", client.base());
    let fields = [
        ("client_id", id),
        ("grant_type", "client_credentials"),
        ("scope", scope.as_str()),
        ("client_secret", secret),
    ];
    let tokens = grant(client, tenant, &fields)?;
    Ok(Secret { client_secret: Some(secret.to_owned()), ..tokens })
}

/// Whether the server gives tokens for name and password.
pub fn offers_password(client: &Client, tenant: &str) -> Result<bool> {
    let answer = client.get(&format!("/{tenant}/v2.0/.well-known/openid-configuration"))?;
    let grants = answer.body["grant_types_supported"].as_array();
    Ok(grants.is_some_and(|grants| grants.iter().any(|grant| grant == "password")))
}

fn grant(client: &Client, tenant: &str, fields: &[(&str, &str)]) -> Result<Secret> {
    let answer = client.post_form(&format!("/{tenant}/oauth2/v2.0/token"), fields)?;
    match answer.status {
        200 => tokens(&answer.body),
        _ => Err(not_signed_in(refused(&answer))),
    }
}

/// Whatever the reason, the result is that nobody is signed in.
fn not_signed_in(failure: Failure) -> Failure {
    Failure {
        exit: super::exit::Exit::NotSignedIn,
        suggestion: "Check name and secret, then sign in again: freehold auth create".to_owned(),
        ..failure
    }
}

fn scope(client: &Client) -> String {
    format!("{}/.default openid profile offline_access", client.base())
}

fn tokens(body: &Value) -> Result<Secret> {
    let life = body["expires_in"].as_i64().unwrap_or_default();
    Ok(Secret {
        access_token: need(body, "access_token")?,
        expires_at: Cx::system().now().0 + life,
        refresh_token: body["refresh_token"].as_str().map(str::to_owned),
        client_secret: None,
    })
}

fn need(body: &Value, name: &str) -> Result<String> {
    let text = body[name].as_str().map(str::to_owned);
    text.ok_or_else(|| Failure::unexpected(format!("a sign-in without {name}")))
}

/// The token of a profile, renewed when it ends.
pub struct Renewing {
    store: Store,
    profile: Profile,
    secret: Secret,
}

impl Renewing {
    /// The token of `profile`, which must be signed in.
    pub fn new(store: Store, profile: Profile) -> Result<Self> {
        let Some(secret) = store.secret(&profile.name)? else {
            return Err(Failure::not_signed_in(format!(
                "The profile {} is not signed in any more.",
                profile.name
            )));
        };
        Ok(Self { store, profile, secret })
    }

    /// A token that is good for some minutes. New ones are kept.
    pub fn token(&mut self, client: &Client) -> Result<String> {
        if self.secret.expires_at - Cx::system().now().0 > RENEW_SECONDS {
            return Ok(self.secret.access_token.clone());
        }
        let tenant = &self.profile.tenant_id;
        self.secret = match (self.profile.kind, &self.secret.refresh_token) {
            (Kind::User, Some(token)) => {
                let fields = [
                    ("client_id", self.profile.client_id.as_str()),
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token.as_str()),
                ];
                let renewed = grant(client, tenant, &fields)?;
                let refresh_token = renewed.refresh_token.clone().or_else(|| Some(token.clone()));
                Secret { refresh_token, ..renewed }
            }
            (Kind::Application, _) => {
                let secret = self.secret.client_secret.as_deref().unwrap_or_default();
                by_client_secret(client, tenant, &self.profile.client_id, secret)?
            }
            (Kind::Token | Kind::User, _) => {
                let text = format!("The token of the profile {} has ended.", self.profile.name);
                return Err(Failure::not_signed_in(text));
            }
        };
        self.store.put_secret(&self.profile.name, Some(self.secret.clone()))?;
        Ok(self.secret.access_token.clone())
    }
}
