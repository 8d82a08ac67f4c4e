//! `freehold env who`: the environment, and who the caller is in it.

use clap::Args;
use serde_json::json;

use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, chosen};
use crate::commands::failure::Result;
use crate::commands::shell::{Shell, list};

/// Show the environment, and who you are in it.
#[derive(Debug, Args)]
pub struct Who {
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl Who {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let environment = chosen(&connection, &self.environment)?;
        let me = connection.client.get("/api/freehold/me")?.body;
        let mut value = environment.json();
        let user = me["userPrincipalName"].as_str().or(me["applicationId"].as_str());
        value["user"] = json!(user);
        if environment.domain.is_some() {
            let dataverse = Dataverse::of(&connection.client, &environment)?;
            let who = dataverse.get("WhoAmI")?.body;
            for (name, member) in [("userId", "UserId"), ("businessUnitId", "BusinessUnitId")] {
                value[name] = who[member].clone();
            }
        }
        shell.show(&value, || {
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            list(&[
                ("Environment", environment.name.clone()),
                ("Type", environment.sku.clone()),
                ("Region", environment.location.clone()),
                ("Environment ID", environment.id.clone()),
                ("URL", environment.url.clone()),
                ("Organization ID", environment.organization.clone()),
                ("Unique name", environment.unique_name.clone()),
                ("User", text("user")),
                ("User ID", text("userId")),
                ("Business unit ID", text("businessUnitId")),
            ])
        })
    }
}
