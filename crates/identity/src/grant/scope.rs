//! What a client asks for: one resource, scopes of it, and the OpenID Connect extras.

use base::Uuid;

use crate::audience::{is_web_address, is_well_known};
use crate::token::USER_SCOPE;
use crate::{Denial, Directory};

/// The audience of tokens that were asked for without a resource, good for `userinfo` only:
/// Microsoft Graph's id, as in Entra ID.
pub const GRAPH_AUDIENCE: &str = "00000003-0000-0000-c000-000000000000";
/// What a scope without a resource belongs to.
const GRAPH_ADDRESS: &str = "https://graph.microsoft.com";

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// The resource, as the client writes it; the audience of the access token.
    pub audience: String,
    /// The names of the scopes of the resource, `.default` among them.
    pub scopes: Vec<String>,
    /// The extras: `openid`, `profile`, `email`, `offline_access`.
    pub extras: Vec<String>,
}

impl Requested {
    /// Reads the parameter `scope`.
    pub fn parse(scope: &str) -> Result<Self, Denial> {
        let mut requested =
            Self { audience: String::new(), scopes: Vec::new(), extras: Vec::new() };
        for word in scope.split_whitespace() {
            requested.add(word)?;
        }
        if requested.scopes.is_empty() && requested.extras.is_empty() {
            return Err(Denial::Missing("scope"));
        }
        if requested.scopes.is_empty() {
            requested.audience = GRAPH_AUDIENCE.into();
        }
        Ok(requested)
    }

    /// Everything of a resource, as version 1.0 of the protocol asks: `resource`.
    pub fn resource(resource: &str) -> Self {
        Self {
            audience: resource.into(),
            scopes: vec![DEFAULT.into()],
            extras: EXTRAS.iter().map(|&e| e.into()).collect(),
        }
    }

    fn add(&mut self, word: &str) -> Result<(), Denial> {
        if EXTRAS.contains(&word) {
            self.extras.push(word.into());
            return Ok(());
        }
        let (audience, name) = split(word);
        if name.is_empty() {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid: '{word}' names \
                 no scope. Ask for '{word}/.default'."
            );
            return Err(Denial::ScopeInvalid(text));
        }
        if !self.scopes.is_empty() && self.audience != audience {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid because it \
                 contains more than one resource: '{}' and '{audience}'.",
                self.audience
            );
            return Err(Denial::ScopeInvalid(text));
        }
        self.audience = audience.into();
        self.scopes.push(name.into());
        Ok(())
    }

    /// Whether an ID token is wanted.
    pub fn wants_id_token(&self) -> bool {
        self.has_extra("openid")
    }

    /// Whether a refresh token is wanted.
    pub fn wants_refresh_token(&self) -> bool {
        self.has_extra("offline_access")
    }

    fn has_extra(&self, name: &str) -> bool {
        self.extras.iter().any(|e| e == name)
    }

    /// The text that [`parse`](Self::parse) reads again.
    pub fn text(&self) -> String {
        let scopes = self.scopes.iter().map(|s| format!("{}/{s}", self.audience));
        scopes.chain(self.extras.iter().cloned()).collect::<Vec<_>>().join(" ")
    }

    /// What was granted to a user's client, for the answer: as asked, `.default` spelt out too.
    pub(crate) fn granted_text(&self) -> String {
        let spelt_out = format!("{}/{USER_SCOPE}", self.audience);
        let has_default = self.scopes.iter().any(|s| s == DEFAULT);
        let mut text = self.text();
        if has_default && !self.scopes.iter().any(|s| s == USER_SCOPE) {
            text = format!("{spelt_out} {text}");
        }
        text
    }

    /// The claim `scp` of a user's token: the scopes by name.
    pub(crate) fn claim(&self) -> String {
        let mut names: Vec<_> =
            self.scopes.iter().map(|s| if s == DEFAULT { USER_SCOPE } else { s }).collect();
        if names.is_empty() {
            names = self.extras.iter().map(String::as_str).collect();
        }
        names.join(" ")
    }
}

impl Directory {
    /// Refuses resources that nobody here is: a web address may be one of this server's, an id or
    /// `api://` name must be registered.
    pub async fn resource_check(&self, requested: &Requested) -> Result<(), Denial> {
        let audience = requested.audience.as_str();
        if is_web_address(audience) || is_well_known(audience) || audience == GRAPH_AUDIENCE {
            return Ok(());
        }
        let id = audience.strip_prefix("api://").unwrap_or(audience).parse::<Uuid>();
        let application = match id {
            Ok(id) => self.application_find(id).await?,
            Err(_) => None,
        };
        match application {
            Some(application) if application.is_enabled => Ok(()),
            Some(application) => Err(Denial::ApplicationDisabled(application.id)),
            None => Err(Denial::ResourceUnknown(audience.into())),
        }
    }
}

const DEFAULT: &str = ".default";
const EXTRAS: &[&str] = &["email", "offline_access", "openid", "profile"];

/// Resource and scope name. A resource that ends in `/` gives a double slash, and keeps its own. A
/// bare name is a scope of Microsoft Graph.
fn split(word: &str) -> (&str, &str) {
    if !word.contains('/') {
        return (GRAPH_ADDRESS, word);
    }
    match word.rsplit_once('/') {
        // `https://host` alone: the slashes belong to the resource.
        Some((resource, _)) if resource.ends_with(":/") => (word, ""),
        Some(parts) => parts,
        None => (word, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_name_one_resource() {
        let check = |scope: &str, want: &str| {
            let got = match Requested::parse(scope) {
                Ok(r) => format!("{} {:?} {:?} [{}]", r.audience, r.scopes, r.extras, r.claim()),
                Err(denial) => format!("AADSTS{}", denial.number()),
            };
            assert_eq!(got, want, "{scope}");
        };
        check(
            "https://org.example/.default openid offline_access profile",
            r#"https://org.example [".default"] ["openid", "offline_access", "profile"] [user_impersonation]"#,
        );
        check(
            "https://org.example//.default",
            r#"https://org.example/ [".default"] [] [user_impersonation]"#,
        );
        check(
            "https://org.example:8400/orgs/a/user_impersonation",
            r#"https://org.example:8400/orgs/a ["user_impersonation"] [] [user_impersonation]"#,
        );
        check(
            "00000007-0000-0000-c000-000000000000/.default",
            r#"00000007-0000-0000-c000-000000000000 [".default"] [] [user_impersonation]"#,
        );
        check("openid", &format!(r#"{GRAPH_AUDIENCE} [] ["openid"] [openid]"#));
        check("User.Read", r#"https://graph.microsoft.com ["User.Read"] [] [User.Read]"#);
        check("", "AADSTS900144");
        check("https://org.example", "AADSTS70011");
        check("https://org.example/", "AADSTS70011");
        check("https://a.example/.default https://b.example/.default", "AADSTS70011");
    }

    #[test]
    fn the_text_reads_back() {
        for scope in ["https://o.example//.default openid", "openid profile", "User.Read email"] {
            let requested = Requested::parse(scope).unwrap();
            assert_eq!(Requested::parse(&requested.text()).unwrap(), requested);
        }
    }
}
