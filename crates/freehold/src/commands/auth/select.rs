//! `freehold auth select`: choose a profile.

use clap::Args;

use super::create::{profile_json, shown};
use crate::commands::failure::Result;
use crate::commands::profiles::Store;
use crate::commands::shell::Shell;

/// Choose the profile that commands use.
#[derive(Debug, Args)]
pub struct Select {
    /// Its number, as `auth list` shows it.
    #[arg(long, short)]
    index: Option<usize>,
    /// Its name.
    #[arg(long, short)]
    name: Option<String>,
}

impl Select {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let store = Store::of(shell)?;
        let mut profiles = store.read()?;
        let position = profiles.position(self.index, self.name.as_deref())?;
        profiles.current = Some(profiles.profiles[position].name.clone());
        store.write(&profiles)?;
        let profile = &profiles.profiles[position];
        shell.show(&profile_json(profile), || shown(profile))
    }
}
