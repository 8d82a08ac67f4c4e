//! `freehold auth token`: an access token, for other programs.

use clap::Args;
use serde_json::json;

use crate::commands::connection::connect;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;

/// Print an access token of the profile, such as for `curl -H "Authorization: Bearer …"`.
#[derive(Debug, Args)]
pub struct Token {}

impl Token {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let token = connection.client.token()?;
        let token = token.ok_or_else(|| Failure::not_signed_in("Nobody is signed in."))?;
        shell.show(&json!({ "accessToken": token, "url": connection.client.base() }), || token)
    }
}
