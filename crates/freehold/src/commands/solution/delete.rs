//! `freehold solution delete`: delete a solution from an environment.

use clap::Args;
use serde_json::json;

use super::find;
use crate::commands::connection::connect;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;
use crate::commands::wait::{Deadline, async_operation};

/// Delete a solution from an environment. Of a managed one everything goes, with the rows of its
/// tables; of an unmanaged one only the list.
#[derive(Debug, Args)]
pub struct Delete {
    /// The unique name of the solution [short: -sn].
    #[arg(long, alias = "sn")]
    solution_name: String,
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Do not ask, even if it is managed and the environment is for production.
    #[arg(long)]
    yes_production: bool,
    /// How many minutes to wait for the end [short: -wt].
    #[arg(long, alias = "wt", value_name = "MINUTES", default_value_t = 60)]
    max_async_wait_time: u64,
}

impl Delete {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (environment, dataverse) = dataverse(&connection, &self.environment)?;
        let row = find(&dataverse, &self.solution_name)?;
        if environment.sku.eq_ignore_ascii_case("Production") && row["ismanaged"] == true {
            let question = format!(
                "Delete the managed solution {} and all rows of its tables from the production \
                 environment {}?",
                self.solution_name, environment.name
            );
            shell.confirm(&question, self.yes_production, "--yes-production")?;
        }
        let mut progress = shell.progress(&format!("Deleting {}", self.solution_name));
        let body = json!({ "SolutionUniqueName": row["uniquename"] });
        let begun = dataverse.post("UninstallSolutionAsync", &body)?.body;
        if let Some(operation) = begun["AsyncOperationId"].as_str() {
            let deadline = Deadline::minutes(self.max_async_wait_time);
            async_operation(&dataverse, operation, None, deadline, &mut progress)?;
        }
        drop(progress);
        let value = json!({ "uniqueName": row["uniquename"], "environmentId": environment.id });
        shell.show(&value, || {
            format!("{} was deleted from {}.", self.solution_name, environment.name)
        })
    }
}
