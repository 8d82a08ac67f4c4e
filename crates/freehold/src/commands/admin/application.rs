//! `freehold admin application`: the applications that may manage the tenant.

use clap::{Args, Subcommand};
use serde_json::json;
use ureq::http::Method;

use crate::commands::client::encoded;
use crate::commands::connection::connect;
use crate::commands::environments::{BAP, VERSION};
use crate::commands::failure::Result;
use crate::commands::shell::{Shell, table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the applications that may manage the tenant.
    List,
    /// Let an application manage the tenant.
    Register(Which),
    /// Let an application not manage the tenant any more.
    Unregister(Which),
}

/// An application.
#[derive(Debug, Args)]
pub struct Which {
    /// The id of the app registration [short: -id].
    #[arg(long, alias = "id")]
    application_id: String,
}

impl Verb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let client = connect(shell)?.client;
        let url = |id: &str| format!("{BAP}/adminApplications/{}?{VERSION}", encoded(id));
        match self {
            Self::List => {
                let answer = client.get(&format!("{BAP}/adminApplications?{VERSION}"))?;
                let items = answer.body["value"].as_array().map_or(&[][..], Vec::as_slice);
                let ids = items
                    .iter()
                    .map(|item| [item["applicationId"].as_str().unwrap_or_default().to_owned()]);
                shell.show(&answer.body["value"], || table(["Application ID"], ids))
            }
            Self::Register(Which { application_id }) => {
                client.call(&Method::PUT, &url(&application_id), &[], Some(&json!({})))?;
                shell.show(&json!({ "applicationId": application_id }), || {
                    format!("{application_id} may manage the tenant now.")
                })
            }
            Self::Unregister(Which { application_id }) => {
                client.call(&Method::DELETE, &url(&application_id), &[], None)?;
                shell.show(&json!({ "applicationId": application_id }), || {
                    format!("{application_id} may not manage the tenant any more.")
                })
            }
        }
    }
}
