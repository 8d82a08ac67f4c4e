//! `freehold serve`: run the server.

use std::path::PathBuf;

use anyhow::{Context, Result};
use base::{Cx, limits};
use clap::Args;
use identity::{DirectoryRole, UserInput};

use crate::config::{Config, Overrides};
use crate::server::{Server, telemetry};

/// Run the server. Without any option it keeps its data in ./freehold-data and listens on
/// http://localhost:8400 and https://localhost:8443.
#[derive(Debug, Args)]
pub struct Serve {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where HTTP listens, such as 127.0.0.1:8400 or a port; "off" for not at all.
    #[arg(long, value_name = "ADDRESS")]
    http: Option<String>,
    /// Where HTTPS listens; "off" for not at all.
    #[arg(long, value_name = "ADDRESS")]
    https: Option<String>,
    /// A PostgreSQL database instead of SQLite, such as postgres://user@host:5432/name.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Make demo accounts, and print their passwords once.
    #[arg(long)]
    demo: bool,
    /// The configuration file (TOML). FREEHOLD_* variables and options win over it.
    #[arg(long, value_name = "FILE", env = "FREEHOLD_CONFIG")]
    config: Option<PathBuf>,
}

impl Serve {
    /// Serves until the process is asked to stop.
    pub fn run(self) -> Result<()> {
        let overrides = Overrides {
            data: self.data,
            http: self.http,
            https: self.https,
            database: self.database,
        };
        let config = Config::load(self.config.as_deref(), overrides)?;
        telemetry::start(&config.log)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_stack_size(limits::THREAD_STACK_BYTES)
            .build()
            .context("starting the runtime")?;
        let served = runtime.block_on(async {
            let server = Server::open(&Cx::system(), config).await?;
            match self.demo {
                true => print_demo(&server).await?,
                false => ensure_administrator(&server).await?,
            }
            print_welcome(&server);
            server.run().await
        });
        telemetry::flush();
        served
    }
}

fn print_welcome(server: &Server) {
    let tenant = &server.tenant;
    super::say(&format!("Tenant    {}  {}", tenant.name(), tenant.id()));
    super::say(&format!("Portal    {}", server.config.public_url()));
    for address in server.addresses() {
        super::say(&format!("Listening {address}"));
    }
    if let Some(authority) = &server.authority {
        super::say(&format!("Trust     {}", authority.display()));
    }
}

/// A tenant that nobody administers gets an administrator, whose password is printed this once.
async fn ensure_administrator(server: &Server) -> Result<()> {
    let (cx, directory) = (Cx::system(), server.tenant.directory());
    let role = DirectoryRole::GlobalAdministrator;
    if !directory.role_members(role).await?.is_empty() {
        return Ok(());
    }
    let upn = format!("admin@{}", directory.tenant().domain);
    let password: String = cx.random_bytes::<12>().iter().map(|b| format!("{b:02x}")).collect();
    let user = match directory.user_by_upn(&upn).await? {
        Some(user) => {
            directory.user_set_password(&cx, user.id, &password).await?;
            user
        }
        None => {
            let input = UserInput {
                upn: upn.clone(),
                display_name: "Administrator".to_owned(),
                is_enabled: true,
                ..UserInput::default()
            };
            directory.user_create(&cx, input, Some(&password)).await?
        }
    };
    directory.role_assign(&cx, user.id, role).await?;
    super::say(&format!("Administrator  {upn}  {password}"));
    Ok(())
}

/// Prints the demo accounts. Passwords are known only when an account was just made.
async fn print_demo(server: &Server) -> Result<()> {
    let demo =
        server.tenant.directory().demo(&Cx::system()).await.context("making demo accounts")?;
    let kept = "(as printed when it was made)".to_owned();
    super::say("Demo accounts");
    for account in demo.accounts {
        let password = account.password.unwrap_or_else(|| kept.clone());
        super::say(&format!("  {:<32} {password}", account.user.upn));
    }
    let secret = demo.application.secret.unwrap_or(kept);
    super::say(&format!("  application {} {secret}", demo.application.id));
    Ok(())
}
