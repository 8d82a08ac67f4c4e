//! The people of the demo: a maker and a user, made for it.

use base::Cx;
use serde_json::{Value, json};
use ureq::http::Method;

use crate::commands::client::{Access, Client};
use crate::commands::failure::{Failure, Result};
use crate::commands::sign_in;

/// Somebody who was made for the demo, signed in.
pub struct Person {
    /// The id in the directory.
    pub id: String,
    /// The user principal name.
    pub upn: String,
    /// The server, called by this person.
    pub client: Client,
}

impl Person {
    /// Makes somebody and signs them in.
    pub fn create(admin: &Client, name: &str, given: &str, domain: &str) -> Result<Self> {
        let password = password();
        let upn = format!("{name}@{domain}");
        let body = json!({
            "userPrincipalName": upn,
            "displayName": given,
            "password": password,
            "licences": ["PowerAppsPlan"],
            "usageLocation": "US",
        });
        let made = admin.post("/api/freehold/users", &body)?.body;
        let id = made["id"].as_str().map(str::to_owned);
        let id = id.ok_or_else(|| Failure::unexpected("a user without an id"))?;
        let nobody = admin.with_access(Access::Nobody);
        let tokens = sign_in::by_password(&nobody, "organizations", &upn, &password)?;
        let client = admin.with_access(Access::Token(tokens.access_token));
        Ok(Self { id, upn, client })
    }

    /// Takes somebody out of the directory.
    pub fn delete(&self, admin: &Client) -> Result<()> {
        let url = format!("/api/freehold/users/{}", self.id);
        admin.call(&Method::DELETE, &url, &[], None).map(|_| ())
    }
}

/// The domain of the tenant's users.
pub fn domain(admin: &Client) -> Result<String> {
    let of = |user: &Value| {
        let upn = user["userPrincipalName"].as_str()?;
        upn.split_once('@').map(|(_, domain)| domain.to_owned())
    };
    if let Some(domain) = of(&admin.get("/api/freehold/me")?.body) {
        return Ok(domain);
    }
    // An application has no name like that.
    let users = admin.get("/api/freehold/users?$top=1")?.body;
    of(&users["value"][0]).ok_or_else(|| Failure::unexpected("no user"))
}

/// A password that nobody needs to know.
fn password() -> String {
    let bytes = Cx::system().random_bytes::<16>();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("Aa1!{hex}")
}
