//! A server of the demo's own, on a temporary folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use ureq::http::Method;

use crate::commands::client::{Access, Client};
use crate::commands::failure::{Failure, Result};
use crate::server::local::{self, Note, TokenRequest};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(120);
/// How often it is asked whether it has.
const PAUSE: Duration = Duration::from_millis(50);
/// Lines of its log that a message has.
const LOG_LINES: usize = 8;

/// A server on this machine, reached through the note in its data folder.
pub struct LocalServer {
    note: Note,
}

impl LocalServer {
    /// The server that runs on a data folder.
    pub fn on(data: &Path) -> Result<Option<Self>> {
        let note = local::running(data).map_err(|error| Failure::local(format!("{error:#}.")))?;
        Ok(note.map(|note| Self { note }))
    }

    fn is_ready(&self) -> Result<bool> {
        let client = Client::new(self.url(), None, Access::Nobody)?;
        Ok(client.send(&Method::GET, "/readyz", &[], None)?.status == 200)
    }

    /// The address of the server.
    pub fn url(&self) -> &str {
        self.note.url()
    }

    /// The server, called by its administrator.
    pub fn administrator(&self) -> Result<Client> {
        let token = self.note.token(&TokenRequest { user: "admin".to_owned() });
        let token = token.map_err(|error| {
            Failure::local(format!("The server gave no token: {error:#}."))
                .suggest("Start it with --demo, or sign in and give --url.")
        })?;
        Client::new(self.url(), None, Access::Token(token))
    }
}

/// The same program as a server, stopped when this is dropped.
pub struct OwnServer {
    process: Child,
    folder: TempDir,
    note: Option<LocalServer>,
}

impl OwnServer {
    /// Starts it and waits until it answers.
    pub fn start() -> Result<Self> {
        let wrong =
            |error: std::io::Error| Failure::local(format!("A server cannot be started: {error}."));
        let program = std::env::current_exe().map_err(wrong)?;
        let folder = tempfile::Builder::new().prefix("freehold-demo-").tempdir().map_err(wrong)?;
        let log = File::create(log_file(folder.path())).map_err(wrong)?;
        let mut command = Command::new(program);
        // Configured by these options alone.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FREEHOLD_") {
                command.env_remove(name);
            }
        }
        command
            .args(["serve", "--demo", "--https", "off", "--http", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(wrong)?)
            .stderr(log);
        let process = command.spawn().map_err(wrong)?;
        let mut server = Self { process, folder, note: None };
        match server.await_start() {
            Ok(()) => Ok(server),
            Err(failure) => Err(server.with_log(failure)),
        }
    }

    fn await_start(&mut self) -> Result<()> {
        let started = Instant::now();
        loop {
            if let Some(note) = LocalServer::on(&self.folder.path().join("data"))?
                && note.is_ready()?
            {
                self.note = Some(note);
                return Ok(());
            }
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(Failure::local(format!("The server ended at once ({status}).")));
            }
            if started.elapsed() > START {
                return Err(Failure::timed_out("The server did not start in time."));
            }
            sleep(PAUSE);
        }
    }

    /// How it is reached.
    pub fn local(&self) -> Result<&LocalServer> {
        self.note.as_ref().ok_or_else(|| Failure::local("The server left no note in its folder."))
    }

    /// The folder with its data and its log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The same failure with the end of the server's log.
    pub fn with_log(&self, mut failure: Failure) -> Failure {
        let text = std::fs::read_to_string(log_file(self.folder.path())).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let last = &lines[lines.len().saturating_sub(LOG_LINES)..];
        if !last.is_empty() {
            failure.message.push_str(&format!("\nThe server said last:\n{}", last.join("\n")));
        }
        failure
    }

    /// Leaves it running until it is stopped, and its folder for good.
    pub fn wait(mut self) -> Result<()> {
        self.folder.disable_cleanup(true);
        let ended = self.process.wait();
        ended.map(|_| ()).map_err(|error| Failure::local(format!("The server is lost: {error}.")))
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // Its data goes away, so there is nothing to finish; errors mean that it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("server.log")
}
