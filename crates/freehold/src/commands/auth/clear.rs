//! `freehold auth clear`: forget all profiles.

use clap::Args;
use serde_json::json;

use crate::commands::failure::Result;
use crate::commands::profiles::Store;
use crate::commands::shell::Shell;

/// Forget all profiles, with their tokens.
#[derive(Debug, Args)]
pub struct Clear {}

impl Clear {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        Store::of(shell)?.clear()?;
        shell.show(&json!({ "cleared": true }), || "All profiles were deleted.".to_owned())
    }
}
