//! `freehold env`: the environments that one can work in.
//!
//! To add a verb: a file, and a line in [`Verb`] and in [`Verb::run`].

mod fetch;
mod list;
mod select;
mod who;

use clap::Subcommand;

use super::failure::Result;
use super::shell::Shell;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Read rows with FetchXML.
    Fetch(fetch::Fetch),
    /// List the environments that you see.
    List(list::List),
    /// Choose the environment that commands work in.
    Select(select::Select),
    /// Show the environment, and who you are in it.
    Who(who::Who),
}

impl Verb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self {
            Self::Fetch(verb) => verb.run(shell),
            Self::List(verb) => verb.run(shell),
            Self::Select(verb) => verb.run(shell),
            Self::Who(verb) => verb.run(shell),
        }
    }
}
