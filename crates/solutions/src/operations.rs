//! Imports and exports that run after the request: a row in `asyncoperations` that clients watch,
//! and a job that does the work as whoever asked.

mod handlers;
mod progress;

use base::{Cx, Error, Result, Uuid};
use dataverse::background::operation;
use dataverse::{Environment, Value};
use package::Package;
use serde::{Deserialize, Serialize};

use crate::import::{ComponentParameter, ImportOptions};
use crate::{ExportOptions, blob, export, import};

pub use dataverse::background::EnvironmentSource;
pub use handlers::handlers;
pub use progress::{ImportProgress, progress_of};

/// The kind of jobs that import.
pub const IMPORT_JOB: &str = "solution.import";
/// The kind of jobs that export.
pub const EXPORT_JOB: &str = "solution.export";

/// `operationtype` of imports and exports.
const OPERATION_IMPORT: i32 = 203;
const OPERATION_EXPORT: i32 = 202;
const OPERATION_UNINSTALL: i32 = 208;

/// What a job needs to know to import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportJob {
    /// The row in `asyncoperations`.
    pub operation: Uuid,
    /// The id under which `importjobs` tells about it.
    pub import_job: Uuid,
    /// Where the package is parked.
    package: String,
    overwrite_unmanaged: bool,
    publish_workflows: bool,
    parameters: Vec<ComponentParameter>,
}

/// What a job needs to know to export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExportJob {
    /// The row in `asyncoperations`.
    pub operation: Uuid,
    /// The id under which the package is fetched.
    pub export_job: Uuid,
    unique_name: String,
    managed: bool,
}

/// Parks a package and makes the operation that tells about its import. The caller queues the job.
pub async fn prepare_import(
    environment: &Environment,
    cx: &Cx,
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<ImportJob> {
    // What cannot be read is refused now; it would only fail later, unseen.
    Package::read("the package", bytes)?.manifest()?;
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let package = blob::write(&mut session, bytes).await?;
    let job = ImportJob {
        operation: cx.new_id(),
        import_job: options.job_id,
        package,
        overwrite_unmanaged: options.overwrite_unmanaged,
        publish_workflows: options.publish_workflows,
        parameters: options.parameters.clone(),
    };
    let name = "ImportSolutionAsync";
    operation::put(&mut session, job.operation, name, name, OPERATION_IMPORT).await?;
    session.commit().await?;
    Ok(job)
}

/// Makes the operation that tells about an export. The caller queues the job.
pub async fn prepare_export(
    environment: &Environment,
    cx: &Cx,
    unique_name: &str,
    managed: bool,
) -> Result<ExportJob> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvExportCustomization")?;
    crate::solution::named(&mut session, unique_name).await?;
    let job = ExportJob {
        operation: cx.new_id(),
        export_job: cx.new_id(),
        unique_name: unique_name.to_owned(),
        managed,
    };
    let name = "ExportSolutionAsync";
    operation::put(&mut session, job.operation, name, name, OPERATION_EXPORT).await?;
    session.commit().await?;
    Ok(job)
}

/// The package that an export made.
pub async fn exported(environment: &Environment, cx: &Cx, export_job: Uuid) -> Result<Vec<u8>> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvExportCustomization")?;
    let table = session.store().table("fh_blob");
    let sql = format!("select content from {table} where hash = ?1");
    let statement = db::Statement::new(sql, vec![parked(export_job).into()]);
    let row = session.tx().query_opt(&statement).await?.ok_or_else(|| {
        Error::not_found(
            "0x80040217",
            format!("There is no export {export_job}; it may not have ended yet."),
        )
    })?;
    row.get(0)
}

/// Keeps a package for a later import; gives the id under which it is kept.
pub async fn upload(environment: &Environment, cx: &Cx, bytes: &[u8]) -> Result<Uuid> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let package = blob::write(&mut session, bytes).await?;
    let id = cx.new_id();
    let values = vec![("name", Value::Text(package))];
    session.put_row("stagesolutionupload", id, values).await?;
    session.commit().await?;
    Ok(id)
}

/// The package that was kept under an id.
pub async fn uploaded(environment: &Environment, cx: &Cx, id: Uuid) -> Result<Vec<u8>> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let name = session.read_value("stagesolutionupload", id, "name").await?;
    let Some(package) = name.text() else {
        return Err(Error::not_found("0x80040217", format!("There is no staged solution {id}.")));
    };
    let package = package.to_owned();
    blob::read(&mut session, &package).await
}

/// Uninstalls a solution and gives the operation that tells about it, which has ended.
pub async fn uninstall(environment: &Environment, cx: &Cx, unique_name: &str) -> Result<Uuid> {
    crate::uninstall(environment, cx, unique_name).await?;
    let mut session = environment.begin(cx).await?;
    let id = cx.new_id();
    let name = "UninstallSolutionAsync";
    operation::put(&mut session, id, name, name, OPERATION_UNINSTALL).await?;
    session.commit().await?;
    operation::finish(environment, cx, id, None).await?;
    Ok(id)
}

/// The name under which the result of an export is parked.
fn parked(export_job: Uuid) -> String {
    format!("export:{export_job}")
}

/// Does an import whose turn it is; tells the operation how it ended.
pub(crate) async fn run_import(environment: &Environment, cx: &Cx, job: &ImportJob) -> Result<()> {
    if !operation::start(environment, cx, job.operation).await? {
        return Ok(());
    }
    let bytes = {
        let mut session = environment.begin(cx).await?;
        blob::read(&mut session, &job.package).await?
    };
    let options = ImportOptions {
        job_id: job.import_job,
        overwrite_unmanaged: job.overwrite_unmanaged,
        publish_workflows: job.publish_workflows,
        parameters: job.parameters.clone(),
    };
    let watch = progress::watch(environment, job.import_job);
    let result =
        import(environment, cx, &bytes, &options, &|done, step| watch.tell(done, step)).await;
    operation::finish(environment, cx, job.operation, result.err()).await
}

/// Does an export whose turn it is; parks the package.
pub(crate) async fn run_export(environment: &Environment, cx: &Cx, job: &ExportJob) -> Result<()> {
    if !operation::start(environment, cx, job.operation).await? {
        return Ok(());
    }
    let options = ExportOptions { managed: job.managed, include_values: false };
    let result = match export(environment, cx, &job.unique_name, options).await {
        Ok(bytes) => park(environment, cx, job.export_job, bytes).await,
        Err(error) => Err(error),
    };
    operation::finish(environment, cx, job.operation, result.err()).await
}

async fn park(environment: &Environment, cx: &Cx, job: Uuid, bytes: Vec<u8>) -> Result<()> {
    let mut session = environment.begin(cx).await?;
    let table = session.store().table("fh_blob");
    let sql = format!("insert into {table} (hash, content) values (?1, ?2) on conflict do nothing");
    let statement = db::Statement::new(sql, vec![parked(job).into(), bytes.into()]);
    session.tx().execute(&statement).await?;
    session.commit().await
}
