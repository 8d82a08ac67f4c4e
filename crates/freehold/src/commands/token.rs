//! `freehold token`: an access token for scripts and first steps, for whoever can read the data
//! folder.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use base::{Cx, Kind};
use clap::Args;

use crate::config::{Config, Overrides};
use crate::server::local::{self, TokenRequest};

/// Print an access token for a user of a data folder. When a server runs on the folder, it is
/// asked; otherwise the folder is opened.
#[derive(Debug, Args)]
pub struct Token {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The user: a user principal name, or the part of it before the @.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// The database of the folder, if it is not SQLite.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", env = "FREEHOLD_CONFIG")]
    config: Option<PathBuf>,
}

impl Token {
    /// Prints the token.
    pub fn run(self) -> Result<()> {
        let overrides =
            Overrides { data: self.data, database: self.database, ..Overrides::default() };
        let config = Config::load(self.config.as_deref(), overrides)?;
        if !config.data.is_dir() {
            bail!("there is no data folder {}", config.data.display());
        }
        let token = match local::running(&config.data)? {
            Some(server) => server.token(&TokenRequest { user: self.user })?,
            None => issue(&config, &self.user)?,
        };
        super::print(&token);
        Ok(())
    }
}

/// Opens the folder and issues the token here.
fn issue(config: &Config, user: &str) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(async {
        let cx = Cx::system();
        let (_database, directory) = crate::server::open_directory(&cx, config).await?;
        let issued = local::issue(&cx, &directory, &config.public_url(), user).await;
        issued.map_err(|error| match error.kind {
            Kind::NotFound => anyhow!(error.message),
            _ => anyhow!(error),
        })
    })
}
