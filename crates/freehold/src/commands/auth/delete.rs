//! `freehold auth delete`: forget a profile.

use clap::Args;

use super::create::profile_json;
use crate::commands::failure::Result;
use crate::commands::profiles::Store;
use crate::commands::shell::Shell;

/// Forget a profile, with its tokens.
#[derive(Debug, Args)]
pub struct Delete {
    /// Its number, as `auth list` shows it.
    #[arg(long, short)]
    index: Option<usize>,
    /// Its name.
    #[arg(long, short)]
    name: Option<String>,
}

impl Delete {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let store = Store::of(shell)?;
        let mut profiles = store.read()?;
        let position = profiles.position(self.index, self.name.as_deref())?;
        let gone = profiles.remove(position);
        store.write(&profiles)?;
        store.put_secret(&gone.name, None)?;
        shell.show(&profile_json(&gone), || format!("The profile {} was deleted.", gone.name))
    }
}
