//! `freehold solution list`: the solutions of an environment.

use clap::Args;
use serde_json::{Value, json};

use crate::commands::client::query;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::{Shell, table};

/// List the solutions of an environment.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Also those of the platform.
    #[arg(long = "includeSystemSolutions", alias = "include-system-solutions")]
    include_system_solutions: bool,
}

impl List {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let mut options = vec![
            ("$select", "solutionid,uniquename,friendlyname,version,ismanaged,installedon"),
            ("$expand", "publisherid($select=friendlyname,uniquename)"),
            ("$orderby", "friendlyname"),
        ];
        if !self.include_system_solutions {
            options.push(("$filter", "isvisible eq true"));
        }
        let rows = dataverse.list(&format!("solutions?{}", query(&options)))?;
        let rows: Vec<_> = rows.iter().map(shown).collect();
        shell.show(&rows, || to_text(&rows))
    }
}

fn shown(row: &Value) -> Value {
    json!({
        "solutionId": row["solutionid"],
        "uniqueName": row["uniquename"],
        "friendlyName": row["friendlyname"],
        "version": row["version"],
        "isManaged": row["ismanaged"],
        "installedOn": row["installedon"],
        "publisher": row["publisherid"]["friendlyname"],
    })
}

fn to_text(rows: &[Value]) -> String {
    let titles = ["Unique Name", "Friendly Name", "Version", "Managed", "Publisher"];
    let lines = rows.iter().map(|row| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let is_managed = row["isManaged"] == true;
        [
            text("uniqueName"),
            text("friendlyName"),
            text("version"),
            if is_managed { "True" } else { "False" }.to_owned(),
            text("publisher"),
        ]
    });
    table(titles, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_are_shown_as_a_table() {
        let row = json!({"solutionid": "1", "uniquename": "ProjectTracker", "friendlyname": "Project Tracker",
            "version": "1.0.0.0", "ismanaged": true, "publisherid": {"friendlyname": "Freehold"}});
        insta::assert_snapshot!(to_text(&[shown(&row)]), @"
        Unique Name     Friendly Name    Version  Managed  Publisher
        ProjectTracker  Project Tracker  1.0.0.0  True     Freehold
        ");
    }
}
