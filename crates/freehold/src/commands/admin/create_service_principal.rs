//! `freehold admin create-service-principal`: an app registration that works in an environment.

use clap::Args;
use serde_json::json;

use super::assign_user::{add_application, give_role, require_role};
use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, chosen};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, list};

/// Create an app registration with a secret, and let it work in an environment. The secret is
/// shown only now.
#[derive(Debug, Args)]
pub struct CreateServicePrincipal {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// The name of the app registration.
    #[arg(long, short, default_value = "freehold")]
    name: String,
    /// The security role that it gets.
    #[arg(long, short, default_value = "System Administrator")]
    role: String,
}

impl CreateServicePrincipal {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let client = &connection.client;
        let environment = chosen(&connection, &self.environment)?;
        let dataverse = Dataverse::of(client, &environment)?;
        require_role(&dataverse, &self.role)?;
        let body = json!({ "displayName": self.name });
        let made = client.post("/api/freehold/applications", &body)?.body;
        let id = made["appId"].as_str().map(str::to_owned);
        let id = id.ok_or_else(|| Failure::unexpected("an application without its id"))?;
        let secrets = format!("/api/freehold/applications/{id}/secrets");
        let secret = client.post(&secrets, &json!({ "displayName": self.name }))?.body;
        let user = add_application(&dataverse, &id)?;
        give_role(&dataverse, &user, &self.role)?;
        let tenant = client.get("/api/freehold/portal")?.body["tenantId"].clone();
        let value = json!({
            "tenantId": tenant,
            "applicationId": id,
            "clientSecret": secret["secretText"],
            "expiration": secret["endDateTime"],
            "environmentId": environment.id,
            "role": self.role,
        });
        shell.show(&value, || {
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            list(&[
                ("Tenant ID", text("tenantId")),
                ("Application ID", id),
                ("Client secret", text("clientSecret")),
                ("Good until", text("expiration")),
                ("Role", format!("{} in {}", self.role, environment.name)),
            ])
        })
    }
}
