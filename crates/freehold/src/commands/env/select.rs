//! `freehold env select`: choose the environment that commands work in.

use clap::Args;

use crate::commands::auth::selected;
use crate::commands::connection::connect;
use crate::commands::environments::find_any;
use crate::commands::failure::{Failure, Result};
use crate::commands::profiles::Store;
use crate::commands::shell::Shell;

/// Choose the environment that commands work in, for the profile in use.
#[derive(Debug, Args)]
pub struct Select {
    /// The environment: id, organization id, URL, unique name, domain, or part of the name
    /// [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: String,
}

impl Select {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let Some(profile) = connection.profile else {
            return Err(Failure::usage("There is no profile to keep the choice in.")
                .suggest("Give --environment to each command, or sign in: freehold auth create"));
        };
        let environment = find_any(&connection.client, &self.environment)?;
        let store = Store::of(shell)?;
        let mut profiles = store.read()?;
        let position = profiles.position(None, Some(&profile.name))?;
        profiles.profiles[position].environment = Some(selected(&environment));
        store.write(&profiles)?;
        shell.show(&environment.json(), || {
            format!("Commands work in {} ({}) now.", environment.name, environment.sku)
        })
    }
}
