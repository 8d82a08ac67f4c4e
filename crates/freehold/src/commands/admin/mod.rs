//! `freehold admin`: environments and the tenant, for administrators.
//!
//! To add a verb: a file, and a line in [`Verb`] and in [`Verb::run`].

mod application;
pub mod assign_user;
mod create;
mod create_service_principal;
mod delete;
mod list;
mod list_tenant_settings;
mod recover;
mod set_runtime_state;
mod status;
mod update_tenant_settings;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::client::{Answer, Client};
use super::environments::{self, Environment};
use super::failure::{Failure, Result};
use super::shell::Shell;
use super::wait::{Deadline, operation};

pub use create::{NewDatabase, NewEnvironment, create};
pub use delete::delete;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The applications that may manage the tenant.
    #[command(subcommand)]
    Application(application::Verb),
    /// Give somebody a role in an environment.
    AssignUser(assign_user::AssignUser),
    /// Create an environment.
    Create(create::Create),
    /// Create an app registration that works in an environment.
    CreateServicePrincipal(create_service_principal::CreateServicePrincipal),
    /// Delete an environment. It can be recovered for seven days.
    Delete(delete::Delete),
    /// List all environments of the tenant.
    List(list::List),
    /// List the settings of the tenant.
    ListTenantSettings(list_tenant_settings::ListTenantSettings),
    /// Recover a deleted environment.
    Recover(recover::Recover),
    /// Turn administration mode and background operations on or off.
    SetRuntimeState(set_runtime_state::SetRuntimeState),
    /// Show the operations that are under way.
    Status(status::Status),
    /// Change settings of the tenant.
    UpdateTenantSettings(update_tenant_settings::UpdateTenantSettings),
}

impl Verb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        match self {
            Self::Application(verb) => verb.run(shell),
            Self::AssignUser(verb) => verb.run(shell),
            Self::Create(verb) => verb.run(shell),
            Self::CreateServicePrincipal(verb) => verb.run(shell),
            Self::Delete(verb) => verb.run(shell),
            Self::List(verb) => verb.run(shell),
            Self::ListTenantSettings(verb) => verb.run(shell),
            Self::Recover(verb) => verb.run(shell),
            Self::SetRuntimeState(verb) => verb.run(shell),
            Self::Status(verb) => verb.run(shell),
            Self::UpdateTenantSettings(verb) => verb.run(shell),
        }
    }
}

/// Whether to wait for the end, and how long.
#[derive(Clone, Copy, Debug, Args)]
pub struct Waiting {
    /// Start it, and do not wait for the end.
    #[arg(long = "async", short = 'a')]
    is_async: bool,
    /// How many minutes to wait for the end [short: -wt].
    #[arg(long, alias = "wt", value_name = "MINUTES", default_value_t = 60)]
    max_async_wait_time: u64,
}

impl Waiting {
    /// Until when to wait; not at all if so asked.
    pub fn deadline(self) -> Option<Deadline> {
        (!self.is_async).then(|| Deadline::minutes(self.max_async_wait_time))
    }
}

/// Follows what `accepted` began; gives the environment after it. Without a deadline it is given
/// as it is now.
pub fn follow(
    shell: &Shell,
    client: &Client,
    accepted: &Answer,
    deadline: Option<Deadline>,
    what: &str,
) -> Result<Environment> {
    let begun = Environment::read(&accepted.body);
    let Some(deadline) = deadline else { return Ok(begun) };
    let mut progress = shell.progress(what);
    operation(client, accepted, deadline, &mut progress)?;
    drop(progress);
    environments::get(client, &begun.id)
}

/// An environment and how long it took, on one line.
pub fn line(environment: &Environment, took: Option<Duration>) -> String {
    let took = took.map(|took| format!("({} ms)", took.as_millis())).unwrap_or_default();
    let parts = [&environment.name, &environment.sku, &environment.url, &environment.state, &took];
    let shown = parts.into_iter().filter(|part| !part.is_empty());
    shown.map(String::as_str).collect::<Vec<_>>().join("   ")
}

/// The person with this id or user principal name.
fn person(client: &Client, name: &str) -> Result<Value> {
    let path = format!("/api/freehold/users/{}", super::client::encoded(name));
    Ok(client.get(&path)?.body)
}

/// A file with JSON.
fn read_json(path: &std::path::Path) -> Result<Value> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::file("This file cannot be read:", path, &error))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(bytes)
        .map_err(|error| Failure::local(format!("{} is not JSON: {error}.", path.display())))
}
