//! The log.
//!
//! Lines are gathered and written together, several times a second and at the end, so that a line
//! per request costs no system call per request.

use std::io::{BufWriter, IsTerminal, Stderr, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogConfig, LogFormat};

/// How long a line waits for others.
const GATHER: Duration = Duration::from_millis(100);
/// How much is gathered at most, in bytes.
const GATHERED_BYTES_MAX: usize = 64 * 1024;

static LINES: OnceLock<Mutex<BufWriter<Stderr>>> = OnceLock::new();

/// Starts logging to standard error.
pub fn start(config: &LogConfig) -> Result<()> {
    let filter = EnvFilter::try_new(&config.filter)
        .with_context(|| format!("reading `log.filter` ('{}')", config.filter))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Gather);
    let is_terminal = std::io::stderr().is_terminal();
    let started = match config.format {
        LogFormat::Text => subscriber.with_target(false).with_ansi(is_terminal).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).with_current_span(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))?;
    std::thread::Builder::new().name("log".to_owned()).spawn(write_now_and_then)?;
    Ok(())
}

/// Writes what was gathered; to be called before the process ends.
pub fn flush() {
    // Nobody is left to be told when standard error is closed.
    let _ = lines().flush();
}

fn write_now_and_then() {
    loop {
        std::thread::sleep(GATHER);
        flush();
    }
}

fn lines() -> MutexGuard<'static, BufWriter<Stderr>> {
    let lines = LINES.get_or_init(|| {
        Mutex::new(BufWriter::with_capacity(GATHERED_BYTES_MAX, std::io::stderr()))
    });
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands out the place where lines are gathered.
struct Gather;

/// The place, as long as one line is written.
struct Line(MutexGuard<'static, BufWriter<Stderr>>);

impl MakeWriter<'_> for Gather {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line(lines())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
