//! `freehold auth who`: who is signed in where.

use clap::Args;

use super::create::{profile_json, shown};
use crate::commands::connection::connect;
use crate::commands::failure::Result;
use crate::commands::shell::{Shell, list};

/// Show who is signed in where, as the server sees it.
#[derive(Debug, Args)]
pub struct Who {}

impl Who {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let me = connection.client.get("/api/freehold/me")?.body;
        let mut value = me.clone();
        value["url"] = connection.client.base().into();
        value["profile"] = connection.profile.as_ref().map(profile_json).into();
        let text = |name: &str| me[name].as_str().unwrap_or_default().to_owned();
        let names = |name: &str| {
            let items = me[name].as_array().map_or(&[][..], Vec::as_slice);
            items.iter().filter_map(|item| item.as_str()).collect::<Vec<_>>().join(", ")
        };
        shell.show(&value, || {
            let profile = connection
                .profile
                .as_ref()
                .map(shown)
                .unwrap_or_else(|| list(&[("Server", connection.client.base().to_owned())]));
            let me = list(&[
                ("Name", text("displayName")),
                ("User", text("userPrincipalName")),
                ("Application", text("applicationId")),
                ("Object id", text("id")),
                ("Roles", names("roles")),
                ("Licences", names("licences")),
            ]);
            format!("{profile}\n{me}")
        })
    }
}
