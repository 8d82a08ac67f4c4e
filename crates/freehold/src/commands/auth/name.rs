//! `freehold auth name`: rename a profile.

use clap::Args;

use super::create::{profile_json, shown};
use super::update::rename;
use crate::commands::failure::Result;
use crate::commands::profiles::Store;
use crate::commands::shell::Shell;

/// Rename a profile.
#[derive(Debug, Args)]
pub struct Name {
    /// Its number, as `auth list` shows it.
    #[arg(long, short)]
    index: usize,
    /// Its new name.
    #[arg(long, short)]
    name: String,
}

impl Name {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let store = Store::of(shell)?;
        let mut profiles = store.read()?;
        let position = profiles.position(Some(self.index), None)?;
        rename(&store, &mut profiles, position, &self.name)?;
        store.write(&profiles)?;
        let profile = &profiles.profiles[position];
        shell.show(&profile_json(profile), || shown(profile))
    }
}
