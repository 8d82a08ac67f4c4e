//! `freehold admin delete`: delete an environment.

use clap::Args;

use super::Waiting;
use crate::commands::client::Client;
use crate::commands::connection::connect;
use crate::commands::environments::{self, BAP, Environment, VERSION, list_all};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;
use crate::commands::wait::{Deadline, operation};

/// Delete an environment. It can be recovered for seven days.
#[derive(Debug, Args)]
pub struct Delete {
    /// The environment: id, organization id, URL, unique name, domain, or part of the name
    /// [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: String,
    /// Do not ask, even if it is for production.
    #[arg(long)]
    yes_production: bool,
    #[command(flatten)]
    waiting: Waiting,
}

impl Delete {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let client = connect(shell)?.client;
        let environment = environments::find(&list_all(&client)?, &self.environment)?.clone();
        if environment.sku.eq_ignore_ascii_case("Production") {
            let question = format!("Delete the production environment {}?", environment.name);
            shell.confirm(&question, self.yes_production, "--yes-production")?;
        }
        delete(shell, &client, &environment, self.waiting.deadline())?;
        shell.show(&environment.json(), || match self.waiting.deadline() {
            Some(_) => format!("{} was deleted.", environment.name),
            None => format!("{} is being deleted.", environment.name),
        })
    }
}

/// Deletes an environment, and waits for it until the deadline; without one it does not wait.
pub fn delete(
    shell: &Shell,
    client: &Client,
    environment: &Environment,
    deadline: Option<Deadline>,
) -> Result<()> {
    let url = format!("{BAP}/scopes/admin/environments/{}?{VERSION}", environment.id);
    let accepted = client.call(&ureq::http::Method::DELETE, &url, &[], None)?;
    if let Some(deadline) = deadline {
        let mut progress = shell.progress(&format!("Deleting {}", environment.name));
        operation(client, &accepted, deadline, &mut progress)?;
    }
    Ok(())
}
