//! The client: the program that asks for tokens.

use base::{Cx, Uuid};

use crate::first_party::{self, PORTAL_CLIENT_ID};
use crate::{Denial, Directory};

/// A program that asks for tokens: an app registration, or a client known without one.
#[derive(Clone, Debug)]
pub struct Client {
    /// The application (client) id.
    pub id: Uuid,
    /// The display name.
    pub name: String,
    /// Whether it may do without a secret.
    pub is_public: bool,
    /// Whether it proved itself with a secret in this request.
    pub is_authenticated: bool,
    redirect_uris: Vec<String>,
}

impl Directory {
    /// The client with this id.
    pub async fn client(&self, id: &str) -> Result<Client, Denial> {
        let unknown = || Denial::ApplicationUnknown(id.to_owned());
        let uuid: Uuid = id.parse().map_err(|_| unknown())?;
        if first_party::find(uuid).is_some() {
            return Ok(Client::first_party(uuid));
        }
        let application = self.application_find(uuid).await?.ok_or_else(unknown)?;
        if !application.is_enabled {
            return Err(Denial::ApplicationDisabled(uuid));
        }
        Ok(Client {
            id: uuid,
            name: application.display_name,
            is_public: application.is_public,
            is_authenticated: false,
            redirect_uris: application.redirect_uris,
        })
    }

    /// The client with this id, proven by `secret`; without one only if it is public.
    pub async fn client_authenticate(
        &self,
        cx: &Cx,
        id: &str,
        secret: Option<&str>,
    ) -> Result<Client, Denial> {
        let mut client = self.client(id).await?;
        match secret {
            Some(_) if first_party::find(client.id).is_some() => {
                return Err(Denial::SecretUnexpected(client.id));
            }
            Some(secret) => {
                self.secret_check(cx, client.id, secret).await?;
                client.is_authenticated = true;
            }
            None if client.is_public => {}
            None => return Err(Denial::SecretMissing),
        }
        Ok(client)
    }
}

impl Client {
    pub(crate) fn first_party(id: Uuid) -> Self {
        let found = first_party::find(id).expect("only ids of the list are given");
        Self {
            id,
            name: found.name.into(),
            is_public: true,
            is_authenticated: false,
            redirect_uris: found.redirect_uris.iter().map(|&u| u.into()).collect(),
        }
    }

    /// Whether a browser may be sent back to `uri` with a code. The portal lives on the server's
    /// own `origin`; for all others the URI must be registered. The port of a loopback address is
    /// free, because programs take any (RFC 8252, 7.3).
    pub fn allows_redirect(&self, uri: &str, origin: &str) -> bool {
        if uri.contains('#') || !uri.bytes().all(|b| b.is_ascii_graphic()) {
            return false;
        }
        if self.id == PORTAL_CLIENT_ID {
            return is_below(uri, origin);
        }
        self.redirect_uris.iter().any(|known| known == uri || same_loopback(known, uri))
    }

    /// Where to send the browser back to if the request does not say: the only one registered.
    pub fn only_redirect(&self) -> Option<&str> {
        match self.redirect_uris.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

fn is_below(uri: &str, origin: &str) -> bool {
    let rest = uri.strip_prefix(origin.trim_end_matches('/'));
    rest.is_some_and(|r| r.is_empty() || r.starts_with(['/', '?']))
}

/// Whether both are loopback addresses that differ in the port only.
fn same_loopback(known: &str, uri: &str) -> bool {
    match (loopback_parts(known), loopback_parts(uri)) {
        (Some(known), Some(uri)) => known == uri,
        _ => false,
    }
}

/// Host and path of a loopback address, without the port.
fn loopback_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host =
        ["localhost", "127.0.0.1", "[::1]"].into_iter().find(|h| authority.starts_with(h))?;
    let port = &authority[host.len()..];
    let is_port = |p: &str| !p.is_empty() && p.len() <= 5 && p.bytes().all(|b| b.is_ascii_digit());
    let is_plain = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    is_plain.then_some((host, if path == "/" { "" } else { path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_sent_back_only_to_where_the_client_lives() {
        let client = |uris: &[&str]| Client {
            redirect_uris: uris.iter().map(|&u| u.into()).collect(),
            ..Client::first_party(crate::CLI_CLIENT_ID)
        };
        let web = client(&["https://app.example/in"]);
        let loopback = client(&["http://localhost", "http://127.0.0.1/cb"]);
        let portal = Client::first_party(PORTAL_CLIENT_ID);
        let cases = [
            (&web, "https://app.example/in", true),
            (&web, "https://app.example/in/", false),
            (&web, "https://app.example/in?x=1", false),
            (&web, "https://APP.example/in", false),
            (&web, "https://app.example:8443/in", false),
            (&web, "https://app.example/in#x", false),
            (&loopback, "http://localhost:53001", true),
            (&loopback, "http://localhost:53001/", true),
            (&loopback, "http://localhost/", true),
            (&loopback, "http://localhost:53001/other", false),
            (&loopback, "http://localhost.evil.example/", false),
            (&loopback, "http://localhost:80@evil.example/", false),
            (&loopback, "http://127.0.0.1:1/cb", true),
            (&loopback, "http://127.0.0.1:1/", false),
            (&portal, "http://own.example:8400", true),
            (&portal, "http://own.example:8400/", true),
            (&portal, "http://own.example:8400/signin?x", true),
            (&portal, "http://own.example:84001/", false),
            (&portal, "http://own.example:8400.evil.example/", false),
            (&portal, "http://own.example:8400@evil.example/", false),
            (&portal, "http://localhost/", false),
        ];
        for (client, uri, want) in cases {
            assert_eq!(client.allows_redirect(uri, "http://own.example:8400"), want, "{uri}");
        }
    }
}
