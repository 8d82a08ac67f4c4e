//! `freehold data export`: rows of tables in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::files::{Schema, schema_beside};
use crate::commands::client::query;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, table};

/// How many rows are asked for at once.
const PAGE: &str =
    "odata.maxpagesize=1000,odata.include-annotations=\"Microsoft.Dynamics.CRM.lookuplogicalname\"";

/// Write the rows of tables to a file, a line of JSON for each, with a schema file beside it.
/// Owners, currencies and other rows that each environment has of its own are left out.
#[derive(Debug, Args)]
pub struct Export {
    /// The tables, with commas between them; those of the schema file without it.
    #[arg(long, short, value_delimiter = ',')]
    table: Vec<String>,
    /// The file to write [short: -df].
    #[arg(long = "dataFile", aliases = ["df", "data-file"], default_value = "data.jsonl")]
    data_file: PathBuf,
    /// The schema file; beside the data without it [short: -sf].
    #[arg(long = "schemaFile", aliases = ["sf", "schema-file"])]
    schema_file: Option<PathBuf>,
    /// Write over files that are there.
    #[arg(long, short)]
    overwrite: bool,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl Export {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let schema_file =
            self.schema_file.clone().unwrap_or_else(|| schema_beside(&self.data_file));
        self.refuse_existing(&self.data_file)?;
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let schema = if self.table.is_empty() {
            Schema::read(&schema_file)?
        } else {
            self.refuse_existing(&schema_file)?;
            let schema = Schema::of(&dataverse, &self.table)?;
            let text = serde_json::to_string_pretty(&schema).map_err(|error| {
                Failure::local(format!("The schema cannot be written: {error}."))
            })?;
            std::fs::write(&schema_file, text + "\n").map_err(|error| {
                Failure::file("The schema cannot be written:", &schema_file, &error)
            })?;
            schema
        };
        let wrong = |error: std::io::Error| {
            Failure::file("The data cannot be written:", &self.data_file, &error)
        };
        let mut file = BufWriter::new(File::create(&self.data_file).map_err(wrong)?);
        let mut progress = shell.progress("Exporting");
        let mut counts = Vec::new();
        for (at, one) in schema.tables.iter().enumerate() {
            let mut count = 0_usize;
            let percent = (at * 100) / schema.tables.len();
            let path = format!("{}?{}", one.set, query(&[("$select", &one.select())]));
            dataverse.pages(&path, &[("prefer", PAGE)], |rows| {
                for row in rows {
                    let line = serde_json::to_string(&one.line(row)?).map_err(|error| {
                        Failure::local(format!("A row cannot be written: {error}."))
                    })?;
                    writeln!(file, "{line}").map_err(wrong)?;
                }
                count += rows.len();
                progress.at(percent as u64, &format!("Exporting {}: {count} rows", one.table));
                Ok(())
            })?;
            counts.push((one.table.clone(), count));
        }
        file.flush().map_err(wrong)?;
        drop(progress);
        let value = json!({
            "dataFile": self.data_file,
            "schemaFile": schema_file,
            "tables": counts.iter().map(|(name, count)| json!({"table": name, "rows": count})).collect::<Vec<_>>(),
        });
        shell.show(&value, || {
            let rows = counts.into_iter().map(|(name, count)| [name, count.to_string()]);
            format!(
                "{}\n{} and {}",
                table(["Table", "Rows"], rows),
                self.data_file.display(),
                schema_file.display()
            )
        })
    }

    fn refuse_existing(&self, path: &Path) -> Result<()> {
        if path.exists() && !self.overwrite {
            return Err(Failure::local(format!("{} is there already.", path.display()))
                .suggest("Add --overwrite, or name another file."));
        }
        Ok(())
    }
}
