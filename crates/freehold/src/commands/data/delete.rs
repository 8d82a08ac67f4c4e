//! `freehold data delete`: a row less.

use clap::Args;
use serde_json::json;
use ureq::http::Method;

use super::address;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Delete a row.
#[derive(Debug, Args)]
pub struct Delete {
    /// The table, such as account.
    table: String,
    /// The id of the row, or an alternate key such as "code='A1'".
    id: String,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl Delete {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(&self.table)?;
        dataverse.call(&Method::DELETE, &address(&table, &self.id), &[], None)?;
        shell.show(&json!({ "table": table.name, "id": self.id }), || {
            format!("The row {} was deleted.", self.id)
        })
    }
}
