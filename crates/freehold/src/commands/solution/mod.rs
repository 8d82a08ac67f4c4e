//! `freehold solution`: solutions and their packages.
//!
//! To add a verb: a file, and a line in [`Verb`] and in [`Verb::run`].

mod create_settings;
mod delete;
mod export;
mod folder;
mod import;
mod init;
mod list;
mod online_version;
mod pack;
mod publish;
mod unpack;
mod version;

use clap::Subcommand;
use serde_json::Value;

use super::client::query;
use super::dataverse::Dataverse;
use super::failure::{Failure, Result};
use super::shell::Shell;

pub use export::export;
pub use folder::package_bytes;
pub use import::{Import, import};
pub use publish::publish;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a deployment settings file to fill in.
    CreateSettings(create_settings::CreateSettings),
    /// Delete a solution from an environment.
    Delete(delete::Delete),
    /// Export a solution as a package.
    Export(export::Export),
    /// Import a package.
    Import(import::ImportVerb),
    /// Begin the source of a new solution in a folder.
    Init(init::Init),
    /// List the solutions of an environment.
    List(list::List),
    /// Set the version of a solution in an environment.
    OnlineVersion(online_version::OnlineVersion),
    /// Make a package of a folder.
    Pack(pack::Pack),
    /// Publish all customizations.
    Publish(publish::Publish),
    /// Make a folder of a package.
    Unpack(unpack::Unpack),
    /// Set the version in the source of a solution.
    Version(version::VersionVerb),
}

impl Verb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self {
            Self::CreateSettings(verb) => verb.run(shell),
            Self::Delete(verb) => verb.run(shell),
            Self::Export(verb) => verb.run(shell),
            Self::Import(verb) => verb.run(shell),
            Self::Init(verb) => verb.run(shell),
            Self::List(verb) => verb.run(shell),
            Self::OnlineVersion(verb) => verb.run(shell),
            Self::Pack(verb) => verb.run(shell),
            Self::Publish(verb) => verb.run(shell),
            Self::Unpack(verb) => verb.run(shell),
            Self::Version(verb) => verb.run(shell),
        }
    }
}

/// The row of the solution with this unique name.
fn find(dataverse: &Dataverse, name: &str) -> Result<Value> {
    let filter = format!("uniquename eq '{}'", name.replace('\'', "''"));
    let select = "solutionid,uniquename,friendlyname,version,ismanaged";
    let path = format!("solutions?{}", query(&[("$select", select), ("$filter", &filter)]));
    dataverse.list(&path)?.into_iter().next().ok_or_else(|| {
        Failure::not_found(format!("The environment has no solution '{name}'."))
            .suggest("freehold solution list shows all of them.")
    })
}
