//! `freehold solution export`: a solution as a package.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use package::Package;
use serde_json::{Value, json};

use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::Shell;
use crate::commands::wait::{Deadline, async_operation};

/// Export a solution as a package.
#[derive(Debug, Args)]
pub struct Export {
    /// The unique name of the solution.
    #[arg(long, short)]
    name: String,
    /// The file, or the folder for it; the current folder without it.
    #[arg(long, short)]
    path: Option<PathBuf>,
    #[command(flatten)]
    environment: EnvironmentArg,
    /// As a managed package.
    #[arg(long, short)]
    managed: bool,
    /// Write over a file that is there [short: -ow].
    #[arg(long, alias = "ow")]
    overwrite: bool,
    /// Settings of the environment to include; several with commas between them.
    #[arg(long, short, value_delimiter = ',', ignore_case = true)]
    include: Vec<Include>,
    /// Ignored by the platform, and here.
    #[arg(long, alias = "v", hide = true)]
    targetversion: Option<String>,
    /// Export in the background. The server always does, and this waits for the end.
    #[arg(long = "async", short = 'a')]
    is_async: bool,
    /// How many minutes to wait for the end [short: -wt].
    #[arg(long, alias = "wt", value_name = "MINUTES", default_value_t = 60)]
    max_async_wait_time: u64,
}

/// Settings that a package can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lowercase")]
enum Include {
    Autonumbering,
    Calendar,
    Customization,
    EmailTracking,
    ExternalApplications,
    General,
    IsvConfig,
    Marketing,
    OutlookSynchronization,
    RelationshipRoles,
    Sales,
}

impl Include {
    /// The parameter of the action.
    fn parameter(self) -> &'static str {
        match self {
            Self::Autonumbering => "ExportAutoNumberingSettings",
            Self::Calendar => "ExportCalendarSettings",
            Self::Customization => "ExportCustomizationSettings",
            Self::EmailTracking => "ExportEmailTrackingSettings",
            Self::ExternalApplications => "ExportExternalApplications",
            Self::General => "ExportGeneralSettings",
            Self::IsvConfig => "ExportIsvConfig",
            Self::Marketing => "ExportMarketingSettings",
            Self::OutlookSynchronization => "ExportOutlookSynchronizationSettings",
            Self::RelationshipRoles => "ExportRelationshipRoles",
            Self::Sales => "ExportSales",
        }
    }
}

impl Export {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let connection = connect(shell)?;
        let (environment, dataverse) = dataverse(&connection, &self.environment)?;
        let include: Vec<_> = self.include.iter().map(|one| one.parameter()).collect();
        let deadline = Deadline::minutes(self.max_async_wait_time);
        let bytes = export(shell, &dataverse, &self.name, self.managed, &include, deadline)?;
        let package = Package::read(&self.name, &bytes)?;
        let path = self.target(&package.manifest()?.file_name());
        if path.exists() && !self.overwrite {
            return Err(Failure::local(format!("{} is there already.", path.display()))
                .suggest("Add --overwrite, or give another --path."));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &bytes))
            .map_err(|error| Failure::file("The package cannot be written:", &path, &error))?;
        let value = json!({
            "path": path, "uniqueName": self.name, "isManaged": self.managed, "bytes": bytes.len(),
        });
        shell.show(&value, || {
            format!("{} was exported from {} to {}.", self.name, environment.name, path.display())
        })
    }

    /// The file: the one named, or one of the usual name in the folder named.
    fn target(&self, name: &str) -> PathBuf {
        let Some(path) = &self.path else { return PathBuf::from(name) };
        let is_file = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
        if is_file && !path.is_dir() { path.clone() } else { path.join(name) }
    }
}

/// The package of a solution, made in the background. `include` are parameters to turn on.
pub fn export(
    shell: &Shell,
    dataverse: &Dataverse,
    name: &str,
    managed: bool,
    include: &[&str],
    deadline: Deadline,
) -> Result<Vec<u8>> {
    let mut progress = shell.progress(&format!("Exporting {name}"));
    let mut body = json!({ "SolutionName": name, "Managed": managed });
    for parameter in include {
        body[*parameter] = json!(true);
    }
    let begun = dataverse.post("ExportSolutionAsync", &body)?.body;
    let id = |name: &str| {
        let id = begun[name].as_str();
        id.ok_or_else(|| Failure::unexpected(format!("an export without {name}")))
    };
    async_operation(dataverse, id("AsyncOperationId")?, None, deadline, &mut progress)?;
    progress.at(100, "");
    let job = json!({ "ExportJobId": id("ExportJobId")? });
    let file = dataverse.post("DownloadSolutionExportData", &job)?.body;
    let Value::String(text) = &file["ExportSolutionFile"] else {
        return Err(Failure::unexpected("an export without its file"));
    };
    STANDARD.decode(text).map_err(|_| Failure::unexpected("a file that is not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_usual_name_unless_one_is_given() {
        let check = |path: Option<&str>| {
            let export = Export {
                name: String::new(),
                path: path.map(PathBuf::from),
                environment: EnvironmentArg::default(),
                managed: true,
                overwrite: false,
                include: Vec::new(),
                targetversion: None,
                is_async: false,
                max_async_wait_time: 60,
            };
            export.target("Sales_1_0_0_0_managed.zip").display().to_string()
        };
        assert_eq!(check(None), "Sales_1_0_0_0_managed.zip");
        assert_eq!(check(Some("out")), "out/Sales_1_0_0_0_managed.zip");
        assert_eq!(check(Some("out/sales.ZIP")), "out/sales.ZIP");
    }
}
