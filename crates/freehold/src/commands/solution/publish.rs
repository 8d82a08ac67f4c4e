//! `freehold solution publish`: publish all customizations.

use clap::Args;
use serde_json::json;

use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Publish all customizations of an environment.
#[derive(Debug, Args)]
pub struct Publish {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Publish in the background. It is done when the server answers, so there is no wait.
    #[arg(long = "async", short = 'a')]
    is_async: bool,
    /// How many minutes to wait for the end [short: -wt].
    #[arg(long, alias = "wt", value_name = "MINUTES", default_value_t = 60)]
    max_async_wait_time: u64,
}

impl Publish {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (environment, dataverse) = dataverse(&connection, &self.environment)?;
        publish(&dataverse)?;
        shell.show(&json!({ "environmentId": environment.id }), || {
            format!("All customizations of {} were published.", environment.name)
        })
    }
}

/// Publishes all customizations.
pub fn publish(dataverse: &Dataverse) -> Result<()> {
    dataverse.post("PublishAllXml", &json!({})).map(|_| ())
}
