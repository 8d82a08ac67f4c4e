//! `freehold env list`: the environments that the caller sees.

use clap::Args;
use serde_json::Value;

use crate::commands::connection::connect;
use crate::commands::environments::{Environment, list_mine, table};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// List the environments that you see. The one that is selected has a mark.
#[derive(Debug, Args)]
pub struct List {
    /// Only those with this in their name, id or URL.
    #[arg(long, short)]
    filter: Option<String>,
}

impl List {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let mut found = list_mine(&connection.client)?;
        if let Some(text) = &self.filter {
            let text = text.to_lowercase();
            let has = |value: &str| value.to_lowercase().contains(&text);
            found.retain(|one| has(&one.name) || has(&one.id) || has(&one.url));
        }
        let value: Value = found.iter().map(Environment::json).collect();
        let selected = connection.profile.as_ref().and_then(|profile| profile.environment.as_ref());
        shell.show(&value, || table(&found, selected.map(|selected| selected.id.as_str())))
    }
}
