//! `freehold data list`: rows of a table.

use clap::Args;
use serde_json::Value;

use crate::commands::client::query;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::rows;
use crate::commands::shell::Shell;

/// List rows of a table. Options are those of the Web API.
#[derive(Debug, Args)]
pub struct List {
    /// The table, such as account.
    table: String,
    /// Columns, with commas between them; the key and the name without it.
    #[arg(long, short)]
    select: Option<String>,
    /// A condition, such as "revenue gt 1000".
    #[arg(long, short)]
    filter: Option<String>,
    /// The order, such as "name desc".
    #[arg(long, alias = "order-by", short)]
    orderby: Option<String>,
    /// Related rows, such as "primarycontactid($select=fullname)".
    #[arg(long, short = 'x')]
    expand: Option<String>,
    /// The most rows; all of them without it.
    #[arg(long, short)]
    top: Option<u32>,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl List {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(&self.table)?;
        let usual = [table.key.as_str(), table.title.as_str()];
        let usual = usual.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(",");
        let top = self.top.map(|top| top.to_string());
        let members = [
            ("$select", Some(self.select.unwrap_or(usual))),
            ("$filter", self.filter),
            ("$orderby", self.orderby),
            ("$expand", self.expand),
            ("$top", top),
        ];
        let members: Vec<(&str, &str)> =
            members.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
        let found = dataverse.list(&format!("{}?{}", table.set, query(&members)))?;
        shell.show(&Value::Array(found.clone()), || rows::table(&found))
    }
}
