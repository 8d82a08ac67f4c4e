//! `freehold admin list`: all environments of the tenant.

use clap::Args;
use serde_json::Value;

use crate::commands::connection::connect;
use crate::commands::environments::{self, Environment, table};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// List all environments of the tenant.
#[derive(Debug, Args)]
pub struct List {
    /// Only this one: id, URL, unique name, domain or part of the name [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: Option<String>,
    /// Only those with this in their name.
    #[arg(long, short)]
    name: Option<String>,
    /// Only those of this type.
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    sku: Option<String>,
    /// Those that were deleted and can be recovered.
    #[arg(long)]
    deleted: bool,
}

impl List {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let client = connect(shell)?.client;
        let path = match self.deleted {
            true => "scopes/admin/deletedEnvironments",
            false => "scopes/admin/environments",
        };
        let mut found = environments::list(&client, path)?;
        if let Some(text) = &self.environment {
            found = vec![environments::find(&found, text)?.clone()];
        }
        if let Some(text) = &self.name {
            found.retain(|one| one.name.to_lowercase().contains(&text.to_lowercase()));
        }
        if let Some(sku) = &self.sku {
            found.retain(|one| one.sku.eq_ignore_ascii_case(sku));
        }
        let value: Value = found.iter().map(Environment::json).collect();
        shell.show(&value, || table(&found, None))
    }
}
