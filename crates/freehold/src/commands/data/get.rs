//! `freehold data get`: one row.

use clap::Args;

use super::address;
use crate::commands::client::query;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::rows;
use crate::commands::shell::Shell;

/// Show a row.
#[derive(Debug, Args)]
pub struct Get {
    /// The table, such as account.
    table: String,
    /// The id of the row, or an alternate key such as "code='A1'".
    id: String,
    /// Columns, with commas between them; all of them without it.
    #[arg(long, short)]
    select: Option<String>,
    /// Related rows, such as "primarycontactid($select=fullname)".
    #[arg(long, short = 'x')]
    expand: Option<String>,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl Get {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(&self.table)?;
        let members = [("$select", &self.select), ("$expand", &self.expand)];
        let members: Vec<(&str, &str)> =
            members.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
        let row =
            dataverse.get(&format!("{}?{}", address(&table, &self.id), query(&members)))?.body;
        shell.show(&row, || rows::card(&row))
    }
}
