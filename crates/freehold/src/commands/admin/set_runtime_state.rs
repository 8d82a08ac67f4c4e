//! `freehold admin set-runtime-state`: administration mode and background operations.

use clap::{Args, ValueEnum};
use serde_json::json;
use ureq::http::Method;

use super::{Waiting, follow, line};
use crate::commands::connection::connect;
use crate::commands::environments::{BAP, EnvironmentArg, VERSION, chosen};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Turn administration mode and background operations on or off.
#[derive(Debug, Args)]
pub struct SetRuntimeState {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Enabled, or AdminMode: only administrators may enter [short: -rs].
    #[arg(long, alias = "rs", ignore_case = true)]
    runtime_state: Option<RuntimeState>,
    /// Whether background operations run [short: -bo].
    #[arg(long, alias = "bo", value_name = "true|false")]
    background_operations: Option<bool>,
    #[command(flatten)]
    waiting: Waiting,
}

/// Who may enter an environment.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum RuntimeState {
    /// Everybody with a role.
    Enabled,
    /// Administrators.
    AdminMode,
}

impl SetRuntimeState {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        if self.runtime_state.is_none() && self.background_operations.is_none() {
            return Err(Failure::usage(
                "Give --runtime-state or --background-operations, or both.",
            ));
        }
        let connection = connect(shell)?;
        let client = &connection.client;
        let environment = chosen(&connection, &self.environment)?;
        let mut properties = json!({});
        if let Some(state) = self.runtime_state {
            let id = match state {
                RuntimeState::Enabled => "Enabled",
                RuntimeState::AdminMode => "AdminMode",
            };
            properties["states"] = json!({ "runtime": { "id": id } });
        }
        if let Some(are_on) = self.background_operations {
            let state = if are_on { "Enabled" } else { "Disabled" };
            properties["linkedEnvironmentMetadata"] = json!({ "backgroundOperationsState": state });
        }
        let url = format!("{BAP}/scopes/admin/environments/{}?{VERSION}", environment.id);
        let body = json!({ "properties": properties });
        let accepted = client.call(&Method::PATCH, &url, &[], Some(&body))?;
        let what = format!("Changing {}", environment.name);
        let changed = follow(shell, client, &accepted, self.waiting.deadline(), &what)?;
        shell.show(&changed.document, || line(&changed, None))
    }
}
