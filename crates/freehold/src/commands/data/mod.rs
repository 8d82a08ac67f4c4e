//! `freehold data`: rows.
//!
//! To add a verb: a file, and a line in [`Verb`] and in [`Verb::run`].

mod create;
mod delete;
mod export;
mod files;
mod get;
mod import;
mod list;
mod update;

use std::io::Read;
use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::columns::{columns, row_of};
use super::dataverse::{Dataverse, Table};
use super::failure::{Failure, Result};
use super::shell::Shell;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Create a row.
    Create(create::Create),
    /// Delete a row.
    Delete(delete::Delete),
    /// Write the rows of tables to a file.
    Export(export::Export),
    /// Show a row.
    Get(get::Get),
    /// Read rows from a file into the environment.
    Import(import::Import),
    /// List rows of a table.
    List(list::List),
    /// Change a row.
    Update(update::Update),
}

impl Verb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self {
            Self::Create(verb) => verb.run(shell),
            Self::Delete(verb) => verb.run(shell),
            Self::Export(verb) => verb.run(shell),
            Self::Get(verb) => verb.run(shell),
            Self::Import(verb) => verb.run(shell),
            Self::List(verb) => verb.run(shell),
            Self::Update(verb) => verb.run(shell),
        }
    }
}

/// The values of a row.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("values").required(true).multiple(false)))]
struct Values {
    /// Values, such as name=Contoso; for a lookup the id of the row.
    #[arg(value_name = "COLUMN=VALUE", group = "values")]
    pairs: Vec<String>,
    /// The row as JSON, as the Web API takes it; @FILE for a file, - for standard input.
    #[arg(long, short, value_name = "JSON", group = "values")]
    row: Option<String>,
}

impl Values {
    fn read(&self, dataverse: &Dataverse, table: &Table) -> Result<Value> {
        let Some(text) = &self.row else {
            return row_of(&columns(dataverse, table)?, &self.pairs);
        };
        let text = match text.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                Failure::file("This file cannot be read:", Path::new(path), &error)
            })?,
            None if text == "-" => {
                let mut all = String::new();
                std::io::stdin().read_to_string(&mut all).map_err(|error| {
                    Failure::local(format!("Standard input cannot be read: {error}."))
                })?;
                all
            }
            None => text.clone(),
        };
        let row: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::usage(format!("The row is not JSON: {error}.")))?;
        if row.is_object() { Ok(row) } else { Err(Failure::usage("The row is not a JSON object.")) }
    }
}

/// The address of a row: by its id, or by an alternate key such as `code='A1'`.
fn address(table: &Table, id: &str) -> String {
    format!("{}({})", table.set, super::client::encoded(id.trim_matches(['{', '}'])))
}
