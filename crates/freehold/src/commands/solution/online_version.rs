//! `freehold solution online-version`: set the version of a solution in an environment.

use clap::Args;
use package::Version;
use serde_json::json;
use ureq::http::Method;

use super::find;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Set the version of a solution in an environment; without --solution-version show it.
#[derive(Debug, Args)]
pub struct OnlineVersion {
    /// The unique name of the solution [short: -sn].
    #[arg(long, alias = "sn")]
    solution_name: String,
    /// The new version, such as 1.0.0.2 [short: -sv].
    #[arg(long, alias = "sv")]
    solution_version: Option<String>,
    #[command(flatten)]
    environment: EnvironmentArg,
}

impl OnlineVersion {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let version = self.solution_version.as_deref().map(str::parse::<Version>).transpose()?;
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let row = find(&dataverse, &self.solution_name)?;
        let before = row["version"].as_str().unwrap_or_default().to_owned();
        let Some(version) = version else {
            let value = json!({ "uniqueName": row["uniquename"], "version": before });
            return shell.show(&value, || before);
        };
        let path = format!("solutions({})", row["solutionid"].as_str().unwrap_or_default());
        let body = json!({ "version": version.to_string() });
        dataverse.call(&Method::PATCH, &path, &[("if-match", "*")], Some(&body))?;
        let value = json!({
            "uniqueName": row["uniquename"],
            "version": version.to_string(),
            "previousVersion": before,
        });
        shell.show(&value, || format!("{}: {before} → {version}", self.solution_name))
    }
}
