//! The benchmarks: see the library.

#![expect(clippy::print_stdout, reason = "printing is what a benchmark is for")]

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench::args::{Args, Command};
use bench::load::Target;
use bench::operations::Operation;
use bench::report::{self, Cell, Measured};
use bench::seed::{self, Seeded};
use bench::server::Server;
use bench::{floor, import, lifecycle, load, machine};
use clap::Parser;
use tokio::runtime::Runtime;

/// How many connections ask at the same time.
const CONNECTIONS: [usize; 2] = [1, 16];

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        None => measure(&args),
        Some(Command::Floor { spec, port }) => floor::server::serve(spec, *port),
        Some(Command::Seed { folder }) => fill(folder, &args).map(drop),
        Some(Command::Load { folder, operation, connections }) => {
            try_load(&args, folder, *operation, *connections)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The whole story.
fn measure(args: &Args) -> Result<()> {
    ensure!(args.server.exists(), "there is no {}; build it first", args.server.display());
    let temporary = tempfile::tempdir()?;
    let root = args.folder.clone().unwrap_or_else(|| temporary.path().to_owned());
    let folder = root.join("rows");
    let seeded = fill(&folder, args)?;
    let runtime = Runtime::new()?;
    let mut measured = Measured { seeded: Some(seeded.clone()), ..Measured::default() };
    tell("Starting", || {
        measured.starts =
            runtime.block_on(lifecycle::starts(&args.server, &folder, args.starts))?;
        Ok(())
    })?;
    let server = runtime.block_on(Server::start(&args.server, &folder))?;
    runtime.block_on(lifecycle::open_all(&server, &seeded))?;
    measured.memory_open = machine::resident_mb(server.process());
    measured.cells = load_all(args, &runtime, &folder, &seeded, &server)?;
    measured.memory_loaded = machine::resident_mb(server.process());
    server.stop()?;
    let folder = root.join("environments");
    empty(&folder)?;
    let seeded = runtime.block_on(seed::seed(&folder, 0))?;
    let server = runtime.block_on(Server::start(&args.server, &folder))?;
    let administrator = &seeded.administrator;
    tell("Creating environments", || {
        let creates = lifecycle::creates(&server, administrator, args.creates);
        measured.creates = runtime.block_on(creates)?;
        Ok(())
    })?;
    tell("Importing", || {
        measured.imported =
            runtime.block_on(import::run(&server, administrator, &args.packages))?;
        Ok(())
    })?;
    server.stop()?;
    let parts = args.parts.as_ref().map(fs::read_to_string).transpose()?;
    let text = measured.text(args.runs, parts.as_deref());
    println!("\n{text}");
    match &args.document {
        Some(document) => report::write(document, &text),
        None => Ok(()),
    }
}

fn tell(what: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("{what} …");
    work().with_context(|| what.to_owned())
}

fn fill(folder: &Path, args: &Args) -> Result<Seeded> {
    println!("Filling {} …", folder.display());
    empty(folder)?;
    let seeded = Runtime::new()?.block_on(seed::seed(folder, args.rows))?;
    println!("{seeded:?}");
    Ok(seeded)
}

/// Makes a folder that has nothing of an earlier run.
fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}

/// Every operation with every number of connections; creates come last, because they make the
/// tables larger.
fn load_all(
    args: &Args,
    runtime: &Runtime,
    folder: &Path,
    seeded: &Seeded,
    server: &Server,
) -> Result<Vec<Cell>> {
    let limit = runtime.block_on(Server::start_floor(folder))?;
    let token = server.token(&seeded.seller)?;
    let spec: floor::Spec = serde_json::from_slice(&fs::read(folder.join("floor.json"))?)?;
    let duration = Duration::from_secs_f64(args.seconds);
    let target = |server: &Server| Target {
        address: server.address,
        process: server.process(),
        token: &token,
        database: &seeded.database,
        seeded,
        duration,
    };
    let ours = target(server);
    let limit_target = Target { database: &spec.database, ..target(&limit) };
    let mut cells = Vec::new();
    for operation in Operation::ALL {
        for connections in CONNECTIONS {
            println!("{}, {connections} connections …", operation.name());
            let mut cell = Cell {
                operation,
                connections,
                ours: Vec::new(),
                floor: Vec::new(),
                in_process: Vec::new(),
            };
            for run in 0..args.runs as u64 {
                cell.floor.push(load::run(&limit_target, operation, connections, run)?);
                cell.ours.push(load::run(&ours, operation, connections, run)?);
                if connections == 1 {
                    let count = floor::in_process::run(&spec, seeded, operation, duration / 3, run);
                    cell.in_process.push(count?);
                }
            }
            println!("  {:.0} % of {:?}", cell.share() * 100.0, cell.floor.last());
            println!("  {:?}", cell.ours);
            cells.push(cell);
        }
    }
    limit.stop()?;
    Ok(cells)
}

/// Sends requests of one kind to a server on a folder that was filled before.
fn try_load(args: &Args, folder: &Path, operation: Operation, connections: usize) -> Result<()> {
    let seeded = Seeded::load(folder)?;
    let runtime = Runtime::new()?;
    let server = runtime.block_on(Server::start(&args.server, folder))?;
    let token = server.token(&seeded.seller)?;
    let target = Target {
        address: server.address,
        process: server.process(),
        token: &token,
        database: &seeded.database,
        seeded: &seeded,
        duration: Duration::from_secs_f64(args.seconds),
    };
    for run in 0..args.runs as u64 {
        println!("{:?}", load::run(&target, operation, connections, run)?);
    }
    println!("{:.0} MB resident", machine::resident_mb(server.process()));
    server.stop()
}
