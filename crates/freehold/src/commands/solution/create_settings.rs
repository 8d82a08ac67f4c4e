//! `freehold solution create-settings`: a deployment settings file to fill in.

use std::path::PathBuf;

use clap::Args;
use package::settings;
use package::{Package, source};
use serde_json::Value;

use super::folder;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Write a deployment settings file to fill in: all environment variables and connection
/// references of a solution, without values.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("source").required(true)))]
pub struct CreateSettings {
    /// The package.
    #[arg(long, short = 'z', group = "source")]
    solution_zip: Option<PathBuf>,
    /// The folder with the source of the solution.
    #[arg(long, short = 'f', group = "source")]
    solution_folder: Option<PathBuf>,
    /// The file to write; without it the settings are shown.
    #[arg(long, short)]
    settings_file: Option<PathBuf>,
}

impl CreateSettings {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let package = match (&self.solution_zip, &self.solution_folder) {
            (Some(path), _) => {
                let bytes = folder::package_bytes(path)?;
                Package::read(&path.display().to_string(), &bytes)?
            }
            (None, Some(path)) => source::pack(&folder::read(path)?, false)?,
            (None, None) => {
                return Err(Failure::usage("Give --solution-zip or --solution-folder."));
            }
        };
        let text = settings::create_settings(&package)?.to_json();
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::local(format!("The settings are not JSON: {error}.")))?;
        let Some(path) = &self.settings_file else { return shell.show_document(&value) };
        std::fs::write(path, &text)
            .map_err(|error| Failure::file("The settings cannot be written:", path, &error))?;
        shell.show(&value, || format!("The settings to fill in are in {}.", path.display()))
    }
}
