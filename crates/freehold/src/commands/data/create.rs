//! `freehold data create`: a new row.

use clap::Args;
use serde_json::json;

use super::Values;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Create a row.
#[derive(Debug, Args)]
pub struct Create {
    /// The table, such as account.
    table: String,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl Create {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(&self.table)?;
        let row = self.values.read(&dataverse, &table)?;
        let id = dataverse.create(&table.set, &row)?;
        shell.show(&json!({ "table": table.name, "id": id }), || id.clone())
    }
}
