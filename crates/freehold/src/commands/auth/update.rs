//! `freehold auth update`: change a profile.

use std::cell::RefCell;

use clap::Args;

use super::create::{profile_json, selected, shown};
use crate::commands::client::{Access, Client};
use crate::commands::environments;
use crate::commands::failure::{Failure, Result};
use crate::commands::profiles::{Profiles, Store};
use crate::commands::shell::Shell;
use crate::commands::sign_in::Renewing;

/// Change the name or the environment of a profile.
#[derive(Debug, Args)]
pub struct Update {
    /// Its number, as `auth list` shows it.
    #[arg(long, short)]
    index: usize,
    /// Its new name.
    #[arg(long, short)]
    name: Option<String>,
    /// The environment to select [short: -env].
    #[arg(long, alias = "env", value_name = "ID|URL|NAME")]
    environment: Option<String>,
}

impl Update {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        if self.name.is_none() && self.environment.is_none() {
            return Err(Failure::usage("Give --name or --environment, or both."));
        }
        let store = Store::of(shell)?;
        let mut profiles = store.read()?;
        let position = profiles.position(Some(self.index), None)?;
        if let Some(text) = &self.environment {
            let profile = &profiles.profiles[position];
            let renewing = Renewing::new(store.clone(), profile.clone())?;
            let access = Access::Profile(Box::new(RefCell::new(renewing)));
            let client = Client::new(&profile.url, profile.ca.as_deref(), access)?;
            let environment = environments::find_any(&client, text)?;
            profiles.profiles[position].environment = Some(selected(&environment));
        }
        if let Some(name) = &self.name {
            rename(&store, &mut profiles, position, name)?;
        }
        store.write(&profiles)?;
        let profile = &profiles.profiles[position];
        shell.show(&profile_json(profile), || shown(profile))
    }
}

/// Gives a profile another name, which no other may have; its secret follows.
pub fn rename(store: &Store, profiles: &mut Profiles, position: usize, name: &str) -> Result<()> {
    if let Ok(taken) = profiles.position(None, Some(name))
        && taken != position
    {
        return Err(Failure::usage(format!("There is another profile '{name}'.")));
    }
    let profile = &mut profiles.profiles[position];
    let old = std::mem::replace(&mut profile.name, name.to_owned());
    if profiles.current.as_deref() == Some(old.as_str()) {
        profiles.current = Some(name.to_owned());
    }
    let secret = store.secret(&old)?;
    store.put_secret(&old, None)?;
    store.put_secret(name, secret)
}
