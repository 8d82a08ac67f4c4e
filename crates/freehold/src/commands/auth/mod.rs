//! `freehold auth`: profiles, and signing in.
//!
//! To add a verb: a file, and a line in [`Verb`] and in [`Verb::run`].

mod clear;
mod create;
mod delete;
mod list;
mod name;
mod select;
mod token;
mod update;
mod who;

use clap::Subcommand;

pub use create::selected;

use super::failure::Result;
use super::shell::Shell;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Forget all profiles.
    Clear(clear::Clear),
    /// Sign in, and keep it as a profile.
    Create(create::Create),
    /// Forget a profile.
    Delete(delete::Delete),
    /// List the profiles.
    List(list::List),
    /// Rename a profile.
    Name(name::Name),
    /// Choose the profile that commands use.
    Select(select::Select),
    /// Print an access token, for other programs.
    Token(token::Token),
    /// Change the name or environment of a profile.
    Update(update::Update),
    /// Show who is signed in where.
    Who(who::Who),
}

impl Verb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self {
            Self::Clear(verb) => verb.run(shell),
            Self::Create(verb) => verb.run(shell),
            Self::Delete(verb) => verb.run(shell),
            Self::List(verb) => verb.run(shell),
            Self::Name(verb) => verb.run(shell),
            Self::Select(verb) => verb.run(shell),
            Self::Token(verb) => verb.run(shell),
            Self::Update(verb) => verb.run(shell),
            Self::Who(verb) => verb.run(shell),
        }
    }
}
