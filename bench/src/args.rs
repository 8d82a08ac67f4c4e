//! What can be chosen.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures the release binary and what the hardware allows, and writes docs/performance.md.
#[derive(Clone, Debug, Parser)]
pub struct Args {
    /// Seconds of each measurement, after one second of warming up.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// How often each measurement is repeated; the middle one counts.
    #[arg(long, default_value_t = 3)]
    pub runs: usize,
    /// How many accounts and how many contacts there are.
    #[arg(long, default_value_t = 100_000)]
    pub rows: u64,
    /// How many environments are created.
    #[arg(long, default_value_t = 50)]
    pub creates: usize,
    /// How often the server is started.
    #[arg(long, default_value_t = 10)]
    pub starts: usize,
    /// The binary that is measured.
    #[arg(long, default_value = "target/release/freehold")]
    pub server: PathBuf,
    /// Where the databases go; a temporary folder if not given.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Solution packages; the largest is imported.
    #[arg(long, default_value = "../shared/data/solutions")]
    pub packages: PathBuf,
    /// What `cargo bench` printed about the parts.
    #[arg(long)]
    pub parts: Option<PathBuf>,
    /// The document whose measured part is written anew.
    #[arg(long)]
    pub document: Option<PathBuf>,
    /// Something other than measuring everything.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Something other than measuring everything.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Serve the hand-written limit.
    Floor {
        /// The file that says what it does.
        spec: PathBuf,
        /// Where it listens.
        port: u16,
    },
    /// Only fill a data folder, to look at it or to profile a server on it.
    Seed {
        /// The folder.
        folder: PathBuf,
    },
    /// Only send requests to the hand-written limit or to a server on a filled folder.
    Load {
        /// The folder that was filled.
        folder: PathBuf,
        /// What is asked.
        operation: crate::operations::Operation,
        /// How many connections.
        connections: usize,
    },
}
