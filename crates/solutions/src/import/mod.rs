//! Import: a package becomes layers, and the layers become tables, columns and rows, in one
//! transaction. Killed at any point, the environment is as before.

mod bind;
mod check;
mod job;
mod story;

pub(crate) use story::project_row;

use base::{Cx, Error, Result, Uuid};
use dataverse::Environment;
use package::{Package, Version};

pub use bind::ComponentParameter;

/// How a package is imported.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The id under which `importjobs` tells about it; the client chooses it.
    pub job_id: Uuid,
    /// Whether the unmanaged layer of the components in the package is removed.
    pub overwrite_unmanaged: bool,
    /// Whether flows and processes are turned on as the package says.
    pub publish_workflows: bool,
    /// Connections and values of environment variables for this environment.
    pub parameters: Vec<ComponentParameter>,
}

impl ImportOptions {
    /// The usual way: nothing is overwritten, flows are turned on.
    pub fn new(job_id: Uuid) -> Self {
        Self { job_id, overwrite_unmanaged: false, publish_workflows: true, parameters: Vec::new() }
    }
}

/// What an import did.
#[derive(Clone, Debug)]
pub struct ImportResult {
    /// The row of the solution.
    pub solution_id: Uuid,
    /// Its unique name.
    pub unique_name: String,
    /// Its version.
    pub version: Version,
    /// Whether it is managed.
    pub is_managed: bool,
    /// How many components the package holds.
    pub components: usize,
    /// What one should know, such as environment variables without a value.
    pub warnings: Vec<String>,
}

/// How far an import is: a fraction from 0 to 1, and what it does.
pub type Progress<'a> = &'a (dyn Fn(f32, &str) + Send + Sync);

/// Imports a package into an environment: all of it, or nothing. `progress` hears how far it is.
/// The job in `importjobs` tells the end, also of an import that failed.
pub async fn import(
    environment: &Environment,
    cx: &Cx,
    bytes: &[u8],
    options: &ImportOptions,
    progress: Progress<'_>,
) -> Result<ImportResult> {
    let started = cx.now();
    progress(0.0, "Reading the package");
    let package = Package::read("the package", bytes).map_err(Error::from)?;
    let result = story::run(environment, cx, &package, options, started, progress).await;
    if let Err(error) = &result {
        job::record_failure(environment, cx, &package, options.job_id, started, error).await?;
    }
    result
}
