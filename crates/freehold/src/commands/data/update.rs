//! `freehold data update`: a changed row.

use clap::Args;
use serde_json::json;
use ureq::http::Method;

use super::{Values, address};
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Change a row. A row that is not there is not created.
#[derive(Debug, Args)]
pub struct Update {
    /// The table, such as account.
    table: String,
    /// The id of the row, or an alternate key such as "code='A1'".
    id: String,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl Update {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(&self.table)?;
        let row = self.values.read(&dataverse, &table)?;
        let path = address(&table, &self.id);
        dataverse.call(&Method::PATCH, &path, &[("if-match", "*")], Some(&row))?;
        shell.show(&json!({ "table": table.name, "id": self.id }), || {
            format!("The row {} was changed.", self.id)
        })
    }
}
