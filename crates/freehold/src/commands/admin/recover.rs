//! `freehold admin recover`: recover a deleted environment.

use clap::Args;
use serde_json::json;

use super::{Waiting, follow, line};
use crate::commands::connection::connect;
use crate::commands::environments::{self, BAP, VERSION};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Recover a deleted environment.
#[derive(Debug, Args)]
pub struct Recover {
    /// The environment: id, or part of the name; `admin list --deleted` shows them [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: String,
    #[command(flatten)]
    waiting: Waiting,
}

impl Recover {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let client = connect(shell)?.client;
        let deleted = environments::list(&client, "scopes/admin/deletedEnvironments")?;
        let environment = environments::find(&deleted, &self.environment)?;
        let url =
            format!("{BAP}/scopes/admin/deletedEnvironments/{}/recover?{VERSION}", environment.id);
        let accepted = client.post(&url, &json!({}))?;
        let what = format!("Recovering {}", environment.name);
        let back = follow(shell, &client, &accepted, self.waiting.deadline(), &what)?;
        shell.show(&back.json(), || line(&back, None))
    }
}
