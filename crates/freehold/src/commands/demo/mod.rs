//! `freehold demo`: the main things at work, from an empty tenant to production.
//!
//! The story is told in `story.rs`; `server.rs` starts a server for it, `rows.rs` thinks up rows
//! for any table, `report.rs` keeps what happened.

mod package;
mod people;
mod report;
mod rows;
mod server;
mod story;

use std::path::PathBuf;

use clap::Args;

use super::client::Client;
use super::connection::connect_to;
use super::failure::Result;
use super::shell::Shell;
use package::DemoPackage;
use report::Report;
use server::{LocalServer, OwnServer};
use story::Story;

/// Show the main things at work: three environments, a solution, rows as a maker and as a user,
/// deployment to test and production, and what is refused. Works with the server that runs on the
/// data folder of this folder, or starts one of its own on a temporary folder.
#[derive(Debug, Args)]
pub struct Demo {
    /// An unmanaged solution to use: a package, or the folder of its source. Without it a small
    /// one that tracks projects.
    #[arg(long, short, value_name = "PATH")]
    package: Option<PathBuf>,
    /// A running server, as an administrator who is signed in there.
    #[arg(long, short, env = "FREEHOLD_URL")]
    url: Option<String>,
    /// The data folder of a running server on this machine.
    #[arg(long, value_name = "DIR", env = "FREEHOLD_DATA", default_value = "freehold-data")]
    data: PathBuf,
    /// Where the environments are, such as europe; the tenant's home without it.
    #[arg(long, short)]
    region: Option<String>,
    /// Leave a server that was started for this running, until Ctrl-C.
    #[arg(long)]
    keep: bool,
    /// Delete what was made from a server that ran before.
    #[arg(long, conflicts_with = "keep")]
    clean: bool,
}

impl Demo {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let package = match &self.package {
            Some(path) => DemoPackage::read(path)?,
            None => DemoPackage::sample()?,
        };
        let mut report = Report::default();
        if let Some(url) = self.url.clone() {
            let admin = report.step(shell, "sign-in", SIGN_IN, || {
                let client = connect_to(shell, Some(url))?.client;
                client.token()?;
                Ok((client, String::new()))
            })?;
            return self.tell(shell, report, &admin, &package, self.clean);
        }
        if let Some(server) = LocalServer::on(&self.data)? {
            shell.note(&format!("On the server at {}.", server.url()));
            let admin = report
                .step(shell, "sign-in", SIGN_IN, || Ok((server.administrator()?, String::new())))?;
            return self.tell(shell, report, &admin, &package, self.clean);
        }
        self.run_own(shell, report, &package)
    }

    /// On a server of its own.
    fn run_own(&self, shell: &Shell, mut report: Report, package: &DemoPackage) -> Result<()> {
        let server = report.step(shell, "start", "Start a server on a new data folder", || {
            let server = OwnServer::start()?;
            let said = server.local()?.url().to_owned();
            Ok((server, said))
        })?;
        let admin = report.step(shell, "sign-in", SIGN_IN, || {
            Ok((server.local()?.administrator()?, String::new()))
        })?;
        // What it made goes away with its folder.
        if let Err(failure) = self.tell(shell, report, &admin, package, false) {
            return Err(server.with_log(failure));
        }
        if self.keep {
            shell.note(&format!(
                "The server goes on, with its data and log in {}. Ctrl-C stops it.",
                server.folder().display()
            ));
            return server.wait();
        }
        shell.note("The server and its data are gone now; freehold demo --keep leaves them.");
        Ok(())
    }

    /// Tells the story and shows what happened, also of one that broke off.
    fn tell(
        &self,
        shell: &Shell,
        report: Report,
        admin: &Client,
        package: &DemoPackage,
        clean: bool,
    ) -> Result<()> {
        let mut story = Story::new(shell, report, admin, package, self.region.clone());
        let mut told = story.tell();
        if clean {
            let cleaned = story.clean_up();
            told = told.and(cleaned);
        }
        let value = story.json(told.is_ok());
        shell.show(&value, || story.text())?;
        told
    }
}

const SIGN_IN: &str = "Sign in as an administrator";
