//! `freehold auth create`: sign in.

use std::path::PathBuf;

use base::Cx;
use clap::Args;

use crate::commands::client::{Access, Client};
use crate::commands::connection::authority;
use crate::commands::environments::{self, Environment};
use crate::commands::failure::{Failure, Result};
use crate::commands::profiles::{Kind, Profile, Profiles, Secret, Selected, Store};
use crate::commands::shell::{Shell, list};
use crate::commands::sign_in::{self, Server};

/// Where a server is when nobody says.
const DEFAULT_URL: &str = "http://localhost:8400";

/// Sign in, and keep it as a profile. Without any option a code is shown that is entered in a
/// browser.
#[derive(Args)]
pub struct Create {
    /// What the profile is called.
    #[arg(long, short)]
    name: Option<String>,
    /// The address of the server, or of an environment on it.
    #[arg(long, short, env = "FREEHOLD_URL")]
    url: Option<String>,
    /// The environment to select: id, URL, unique name, domain or part of the name [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: Option<String>,
    /// The tenant: id or domain.
    #[arg(long, short, default_value = "organizations", hide_default_value = true)]
    tenant: String,
    /// The user; the password is asked for unless it is given [short: -un].
    #[arg(long, alias = "un")]
    username: Option<String>,
    /// The password of the user.
    #[arg(long, short, requires = "username")]
    password: Option<String>,
    /// The id of an app registration, to sign in as the application [short: -id].
    #[arg(long = "applicationId", alias = "id", requires = "client_secret")]
    application_id: Option<String>,
    /// The secret of the app registration [short: -cs].
    #[arg(long = "clientSecret", alias = "cs", requires = "application_id")]
    client_secret: Option<String>,
    /// Show a code that is entered in a browser; this is what happens without options [short: -dc].
    #[arg(long = "deviceCode", alias = "dc", conflicts_with_all = ["username", "application_id"])]
    device_code: bool,
    /// Use this access token as it is; it is not renewed.
    #[arg(long, conflicts_with_all = ["username", "application_id", "device_code"])]
    token: Option<String>,
    /// The file with the authority to trust (ca.pem in the data folder of the server).
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Says nothing of secrets.
impl std::fmt::Debug for Create {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Create").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Create {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let place = Place::of(self.url.as_deref(), self.environment.as_deref())?;
        let ca = authority(shell, &place.server, self.ca.as_deref())?;
        let client = Client::new(&place.server, ca.as_deref(), Access::Nobody)?;
        let server = sign_in::discover(&client)?;
        let (kind, secret) = self.sign_in(shell, &client)?;
        let signed_in = client.with_access(Access::Token(secret.access_token.clone()));
        let me = signed_in.get("/api/freehold/me")?.body;
        let user = me["userPrincipalName"].as_str().or(me["applicationId"].as_str());
        let mut profile = Profile {
            name: String::new(),
            url: client.base().to_owned(),
            tenant_id: server.tenant_id.clone(),
            tenant_name: server.tenant_name.clone(),
            kind,
            user: user.unwrap_or_default().to_owned(),
            client_id: self.application_id.clone().unwrap_or_else(sign_in::client_id),
            environment: None,
            ca,
        };
        if let Some(text) = &place.environment {
            profile.environment = Some(selected(&environments::find_any(&signed_in, text)?));
        }
        let store = Store::of(shell)?;
        let mut profiles = store.read()?;
        profile.name = self.name.unwrap_or_else(|| name(&profiles, &profile, &server));
        store.put_secret(&profile.name, Some(secret))?;
        profiles.put(profile.clone())?;
        store.write(&profiles)?;
        shell.show(&profile_json(&profile), || shown(&profile))
    }

    fn sign_in(&self, shell: &Shell, client: &Client) -> Result<(Kind, Secret)> {
        if let Some(token) = &self.token {
            return Ok((Kind::Token, given(token)));
        }
        if let (Some(id), Some(secret)) = (&self.application_id, &self.client_secret) {
            let secret = sign_in::by_client_secret(client, &self.tenant, id, secret)?;
            return Ok((Kind::Application, secret));
        }
        let Some(user) = &self.username else {
            return Ok((Kind::User, sign_in::by_device_code(shell, client, &self.tenant)?));
        };
        if !sign_in::offers_password(client, &self.tenant)? {
            return Err(Failure::not_supported("The server gives no tokens for a password.")
                .suggest("Leave out --username: a code is shown for the browser."));
        }
        let password = match &self.password {
            Some(password) => password.clone(),
            None => shell.ask_secret(&format!("Password of {user}: "))?,
        };
        Ok((Kind::User, sign_in::by_password(client, &self.tenant, user, &password)?))
    }
}

/// A token whose end is written in it; without that, it is taken to be good for an hour.
fn given(token: &str) -> Secret {
    let expires_at = end_of(token).unwrap_or_else(|| Cx::system().now().0 + 3600);
    Secret { access_token: token.to_owned(), expires_at, ..Secret::default() }
}

/// The claim `exp` of a JSON Web Token. Nothing is decided by it: the server checks the token.
fn end_of(token: &str) -> Option<i64> {
    use base64::Engine;
    let claims = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice::<serde_json::Value>(&bytes).ok()?["exp"].as_i64()
}

/// Signing in again takes the name that it had.
fn name(profiles: &Profiles, profile: &Profile, server: &Server) -> String {
    let same = |known: &&Profile| known.url == profile.url && known.user == profile.user;
    match profiles.profiles.iter().find(same) {
        Some(known) => known.name.clone(),
        None => profiles.free_name(&server.tenant_name),
    }
}

/// What a profile keeps of an environment.
pub fn selected(environment: &Environment) -> Selected {
    Selected {
        id: environment.id.clone(),
        name: environment.name.clone(),
        sku: environment.sku.clone(),
        domain: environment.domain.clone(),
    }
}

/// A profile, for programs.
pub fn profile_json(profile: &Profile) -> serde_json::Value {
    serde_json::json!({
        "name": profile.name,
        "url": profile.url,
        "tenantId": profile.tenant_id,
        "tenantName": profile.tenant_name,
        "kind": profile.kind.name(),
        "user": profile.user,
        "environment": profile.environment,
    })
}

/// A profile, for people.
pub fn shown(profile: &Profile) -> String {
    let environment = profile.environment.as_ref();
    let environment = environment.map(|e| format!("{} ({})", e.name, e.sku)).unwrap_or_default();
    list(&[
        ("Profile", profile.name.clone()),
        ("Server", profile.url.clone()),
        ("Tenant", format!("{}  {}", profile.tenant_name, profile.tenant_id)),
        (profile.kind.name(), profile.user.clone()),
        ("Environment", environment),
    ])
}

/// Which server, and which environment on it.
#[derive(Debug, PartialEq)]
struct Place {
    server: String,
    environment: Option<String>,
}

impl Place {
    /// `pac` takes the address of an environment for both options.
    fn of(url: Option<&str>, environment: Option<&str>) -> Result<Self> {
        let from_environment = environment.filter(|text| text.contains("://"));
        let address = url.or(from_environment).unwrap_or(DEFAULT_URL);
        let (scheme, rest) = address.split_once("://").ok_or_else(|| {
            Failure::usage(format!("'{address}' is not the address of a server."))
                .suggest(format!("An address is like {DEFAULT_URL}."))
        })?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let domain = match segments.next() {
            Some(first) if first.eq_ignore_ascii_case("orgs") => segments.next(),
            _ => None,
        };
        let environment = environment.or(domain).map(str::to_owned);
        Ok(Self { server: format!("{scheme}://{host}"), environment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_server_and_maybe_an_environment() {
        let check = |url: Option<&str>, environment: Option<&str>| {
            let place = Place::of(url, environment).unwrap();
            format!("{} {}", place.server, place.environment.unwrap_or_default())
        };
        assert_eq!(check(None, None), "http://localhost:8400 ");
        assert_eq!(check(Some("https://h:1/"), Some("Dev")), "https://h:1 Dev");
        assert_eq!(check(Some("https://h:1/orgs/dev/"), None), "https://h:1 dev");
        assert_eq!(check(None, Some("http://h/orgs/dev")), "http://h http://h/orgs/dev");
        assert!(Place::of(Some("localhost"), None).is_err());
    }

    #[test]
    fn the_end_of_a_token_is_read_from_it() {
        // {"exp":1700000000}
        assert_eq!(end_of("e30.eyJleHAiOjE3MDAwMDAwMDB9.x"), Some(1_700_000_000));
        assert_eq!(end_of("opaque"), None);
    }
}
