//! The processes that are measured: started, waited for, stopped.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::http::{self, Connection};

/// How long a server may take to be ready or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that answers requests.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// How long it took from the start of the process until it said that it is ready.
    pub ready: Duration,
    process: Child,
    program: PathBuf,
    folder: PathBuf,
    log: PathBuf,
}

impl Server {
    /// Starts the real server on a data folder, as an operator would, and waits until it is ready.
    pub async fn start(program: &Path, folder: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(folder).arg("--http").arg(address.to_string());
        Self::spawn(command, program, folder, "server.log", address, "/readyz").await
    }

    /// Starts the hand-written limit on a filled folder.
    pub async fn start_floor(folder: &Path) -> Result<Self> {
        let address = free_address()?;
        let program = std::env::current_exe()?;
        let mut command = Command::new(&program);
        command.arg("floor").arg(folder.join("floor.json")).arg(address.port().to_string());
        Self::spawn(command, &program, folder, "floor.log", address, "/ready").await
    }

    async fn spawn(
        mut command: Command,
        program: &Path,
        folder: &Path,
        log: &str,
        address: SocketAddr,
        path: &str,
    ) -> Result<Self> {
        let log = folder.join(log);
        let out = File::create(&log)?;
        // HTTPS would listen on an address that somebody else may have.
        command.env("FREEHOLD_HTTPS", "off").stdin(Stdio::null());
        command.stdout(out.try_clone()?).stderr(out);
        let begin = Instant::now();
        let process = command.spawn().with_context(|| format!("starting {}", program.display()))?;
        let (program, folder) = (program.to_owned(), folder.to_owned());
        let mut server = Self { address, ready: Duration::ZERO, process, program, folder, log };
        server.wait(path).await?;
        server.ready = begin.elapsed();
        Ok(server)
    }

    async fn wait(&mut self, path: &str) -> Result<()> {
        let mut request = Vec::new();
        http::head(&mut request, "GET", path, "");
        request.extend_from_slice(b"\r\n");
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                let log = std::fs::read_to_string(&self.log)?;
                bail!("the server ended with {status}: {log}");
            }
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.exchange(&request).await
                && answer.status == 200
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("the server was not ready after {PATIENCE:?}")
    }

    /// The id of the process.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// An access token for a user, as scripts get it.
    pub fn token(&self, user: &str) -> Result<String> {
        let output = Command::new(&self.program)
            .args(["token", "--user", user, "--data"])
            .arg(&self.folder)
            .output()
            .context("asking for a token")?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "no token for {user}: {error}");
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// A connection to it.
    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(self.address).await
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().context("running kill")?;
        ensure!(asked.success(), "the server cannot be stopped");
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.process.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server did not stop within {PATIENCE:?}")
    }
}

impl Drop for Server {
    /// After an error nothing stays behind.
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let killed = self.process.kill().and_then(|()| self.process.wait());
            if let Err(error) = killed {
                eprintln!("the server {} may still run: {error}", self.process.id());
            }
        }
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
