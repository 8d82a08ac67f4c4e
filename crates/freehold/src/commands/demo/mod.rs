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

use super::client::{Access, Client};
use super::connection::connect_to;
use super::failure::Result;
use super::shell::Shell;
use package::DemoPackage;
use report::Report;
use server::OwnServer;
use story::Story;

/// Show the main things at work: three environments, a solution, rows as a maker and as a user,
/// deployment to test and production, and what is refused. Starts a server of its own on a
/// temporary folder, unless there is one to work with.
#[derive(Debug, Args)]
pub struct Demo {
    /// An unmanaged solution to use: a package, or the folder of its source. Without it a small
    /// one that tracks projects.
    #[arg(long, short, value_name = "PATH")]
    package: Option<PathBuf>,
    /// A running server, as an administrator that is signed in there.
    #[arg(long, short, env = "FREEHOLD_URL")]
    url: Option<String>,
    /// Where the environments are, such as europe; the tenant's home without it.
    #[arg(long, short)]
    region: Option<String>,
    /// Keep what was made, and leave the server running until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

impl Demo {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let package = match &self.package {
            Some(path) => DemoPackage::read(path)?,
            None => DemoPackage::sample()?,
        };
        let mut report = Report::default();
        let Some(url) = self.url.clone() else { return self.run_own(shell, report, &package) };
        let admin = report.step(shell, "sign-in", "Sign in as an administrator", || {
            let connection = connect_to(shell, Some(url))?;
            connection.client.token()?;
            Ok((connection.client, String::new()))
        })?;
        self.tell(shell, report, &admin, &package, self.keep)
    }

    /// On a server of its own.
    fn run_own(&self, shell: &Shell, mut report: Report, package: &DemoPackage) -> Result<()> {
        let server = report.step(shell, "start", "Start a server on a new data folder", || {
            let server = OwnServer::start()?;
            let said = server.url().to_owned();
            Ok((server, said))
        })?;
        let admin = report.step(shell, "sign-in", "Sign in as an administrator", || {
            let token = server.token("admin")?;
            let client = Client::new(server.url(), None, Access::Token(token))?;
            Ok((client, String::new()))
        })?;
        // What it made goes away with its folder.
        let told = self.tell(shell, report, &admin, package, true);
        if let Err(failure) = told {
            return Err(server.with_log(failure));
        }
        if self.keep {
            shell.note(&format!(
                "The server goes on at {} with its data in {}. Ctrl-C stops it.",
                server.url(),
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
        keep: bool,
    ) -> Result<()> {
        let mut story = Story::new(shell, report, admin, package, self.region.clone());
        let mut told = story.tell();
        if !keep {
            let cleaned = story.clean_up();
            told = told.and(cleaned);
        }
        let value = story.json(told.is_ok());
        shell.show(&value, || story.text())?;
        told
    }
}
