//! Importing a large solution.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use package::Package;
use package::source::{Tree, pack};
use serde_json::json;

use crate::server::Server;
use crate::statistics::median;
use crate::{lifecycle, machine};

/// How often the package is imported, each time into a fresh environment.
const IMPORTS: usize = 3;

/// What was imported.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The name of the package.
    pub name: String,
    /// The bytes of its files.
    pub bytes: u64,
    /// How many components it has.
    pub components: usize,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// Larger packages that need something that a fresh environment has not.
    pub refused: Vec<String>,
}

/// A solution package.
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// The bytes of what is in it.
    pub bytes: u64,
    /// How many components it has.
    pub components: usize,
}

/// Imports the largest package that a fresh environment takes.
pub async fn run(server: &Server, administrator: &str, folder: &Path) -> Result<Option<Imported>> {
    let mut candidates = packages(folder)?;
    if candidates.is_empty() {
        println!("skipped: no solution packages in {}", folder.display());
        candidates.push(sample()?);
    }
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.bytes));
    let mut refused = Vec::new();
    for candidate in candidates {
        match import(server, administrator, &candidate, refused.len()).await {
            Ok(ms) => {
                let Candidate { name, bytes, components, .. } = candidate;
                return Ok(Some(Imported { name, bytes, components, ms, refused }));
            }
            Err(error) => {
                println!("{} is not imported: {error:#}", candidate.name);
                refused.push(candidate.name);
            }
        }
    }
    Ok(None)
}

async fn import(
    server: &Server,
    administrator: &str,
    candidate: &Candidate,
    number: usize,
) -> Result<f64> {
    let token = server.token(administrator)?;
    let mut connection = server.connect().await?;
    let mut times = Vec::new();
    for run in 0..IMPORTS {
        let domain = format!("import-{number}-{run}");
        lifecycle::create(&mut connection, &token, &domain).await?;
        let body = json!({
            "CustomizationFile": STANDARD.encode(&candidate.zip),
            "OverwriteUnmanagedCustomizations": false,
            "PublishWorkflows": false,
            "ImportJobId": uuid::Uuid::from_u128(run as u128 + 1),
        });
        let path = format!("/orgs/{domain}/api/data/v9.2/ImportSolution");
        machine::wait_for_quiet();
        let begin = Instant::now();
        connection.call("POST", &path, &token, Some(&body)).await?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(median(times))
}

/// All packages below `folder`.
fn packages(folder: &Path) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "zip") {
                found.extend(candidate(&path)?);
            }
        }
    }
    Ok(found)
}

/// The package at `path`; nothing if it is not one.
fn candidate(path: &Path) -> Result<Option<Candidate>> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let zip = fs::read(path)?;
    let Ok(package) = Package::read(&name, &zip) else { return Ok(None) };
    Ok(Some(of(name, zip, &package)?))
}

fn of(name: String, zip: Vec<u8>, package: &Package) -> Result<Candidate> {
    let files = package.files.iter().map(|file| file.bytes.len()).sum::<usize>();
    let bytes = (files + package.customizations.to_bytes().len()) as u64;
    let components = package.components()?.len();
    Ok(Candidate { name, zip, bytes, components })
}

/// Our own sample.
pub fn sample() -> Result<Candidate> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../samples/project-tracker");
    let mut tree = Tree::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("reading {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder)?.to_string_lossy().replace('\\', "/");
            tree.insert(name, fs::read(&path)?);
        }
    }
    let package = pack(&tree, true)?;
    of("project-tracker".to_owned(), package.write()?, &package)
}
