//! `freehold admin list-tenant-settings`: the settings of the tenant.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::commands::connection::connect;
use crate::commands::environments::{BAP, VERSION};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, table};

/// List the settings of the tenant.
#[derive(Debug, Args)]
pub struct ListTenantSettings {
    /// Write them as JSON to this file, to be changed and given to update-tenant-settings.
    #[arg(long, short)]
    settings_file: Option<PathBuf>,
}

impl ListTenantSettings {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let client = connect(shell)?.client;
        let settings =
            client.post(&format!("{BAP}/listTenantSettings?{VERSION}"), &Value::Null)?.body;
        if let Some(path) = &self.settings_file {
            std::fs::write(path, format!("{settings:#}\n"))
                .map_err(|error| Failure::file("This file cannot be written:", path, &error))?;
            return shell.show(&settings, || format!("The settings are in {}.", path.display()));
        }
        shell.show(&settings, || to_text(&settings))
    }
}

/// The settings by their path, sorted as the server has them.
pub fn to_text(settings: &Value) -> String {
    let mut rows = Vec::new();
    flatten("", settings, &mut rows);
    table(["Setting", "Value"], rows)
}

fn flatten(path: &str, value: &Value, rows: &mut Vec<[String; 2]>) {
    let Value::Object(members) = value else {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        rows.push([path.to_owned(), text]);
        return;
    };
    for (name, value) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        flatten(&path, value, rows);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_shown_by_their_path() {
        let settings = json!({"walkMeOptOut": false, "powerPlatform": {"search": {"disableBing": true}, "x": []}});
        insta::assert_snapshot!(to_text(&settings), @"
        Setting                           Value
        walkMeOptOut                      false
        powerPlatform.search.disableBing  true
        powerPlatform.x                   []
        ");
    }
}
