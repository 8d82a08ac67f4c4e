//! `freehold env fetch`: rows by FetchXML.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use package::xml::Element;
use serde_json::Value;

use crate::commands::client::query;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::{Failure, Result};
use crate::commands::rows;
use crate::commands::shell::Shell;

/// Read rows with FetchXML.
#[derive(Debug, Args)]
pub struct Fetch {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// The query.
    #[arg(long, short, required_unless_present = "xml_file")]
    xml: Option<String>,
    /// A file with the query [short: -xf].
    #[arg(long = "xmlFile", alias = "xf", conflicts_with = "xml")]
    xml_file: Option<PathBuf>,
}

impl Fetch {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let xml = match (self.xml, self.xml_file) {
            (Some(xml), _) => xml,
            (None, Some(path)) => fs::read_to_string(&path)
                .map_err(|error| Failure::file("This file cannot be read:", &path, &error))?,
            (None, None) => return Err(Failure::usage("Give --xml or --xmlFile.")),
        };
        let table = table_of(&xml)?;
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(&table)?;
        let found = dataverse.list(&format!("{}?{}", table.set, query(&[("fetchXml", &xml)])))?;
        shell.show(&Value::Array(found.clone()), || rows::table(&found))
    }
}

/// The table that a query reads.
fn table_of(xml: &str) -> Result<String> {
    let wrong = || {
        Failure::usage("This is no FetchXML: it names no table.")
            .suggest("A query begins with <fetch><entity name=\"account\">.")
    };
    let root = Element::parse(xml.as_bytes())
        .map_err(|error| Failure::usage(format!("The query is not XML: {error}")))?;
    let entity = root.child("entity").filter(|_| root.name == "fetch").ok_or_else(wrong)?;
    entity.attribute("name").map(str::to_owned).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_its_table() {
        let table =
            table_of("<fetch top='5'><entity name='account'><all-attributes/></entity></fetch>");
        assert_eq!(table.unwrap(), "account");
        assert!(table_of("<fetch/>").is_err());
        assert!(table_of("name eq 1").is_err());
    }
}
