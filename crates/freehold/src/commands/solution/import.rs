//! `freehold solution import`: a package becomes part of an environment.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{ArgAction, Args};
use package::settings::Settings;
use package::{Package, Version};
use serde_json::{Map, Value, json};

use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::exit::Exit;
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, table};
use crate::commands::wait::{Deadline, async_operation};

use super::folder;
use super::publish;

/// Import a package into an environment. Short forms are those of pac: -h is --import-as-holding.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct ImportVerb {
    /// The package (.zip), or the folder of its source.
    #[arg(long, short)]
    path: PathBuf,
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Turn on plug-ins, processes and flows [short: -ap].
    #[arg(long, alias = "ap")]
    activate_plugins: bool,
    /// Overwrite unmanaged customizations of what the package holds.
    #[arg(long, short)]
    force_overwrite: bool,
    /// Leave out the check of dependencies on updates of products.
    #[arg(long, short)]
    skip_dependency_check: bool,
    /// Import as a holding solution, to be upgraded to later.
    #[arg(long, short = 'h')]
    import_as_holding: bool,
    /// Import and upgrade in one step: what the new version does not have goes away [short: -up].
    #[arg(long, alias = "up", conflicts_with = "import_as_holding")]
    stage_and_upgrade: bool,
    /// Publish all customizations afterwards [short: -pc].
    #[arg(long, alias = "pc")]
    publish_changes: bool,
    /// Import an unmanaged package as managed [short: -cm].
    #[arg(long, alias = "cm")]
    convert_to_managed: bool,
    /// Import in the background. The server always does, and this waits for the end.
    #[arg(long = "async", short = 'a')]
    is_async: bool,
    /// How many minutes to wait for the end [short: -wt].
    #[arg(long, alias = "wt", value_name = "MINUTES", default_value_t = 60)]
    max_async_wait_time: u64,
    /// Start the import, and do not wait for the end.
    #[arg(long)]
    no_wait: bool,
    /// The deployment settings: values of environment variables and connections [short: -sf].
    #[arg(long, alias = "sf", value_name = "FILE")]
    settings_file: Option<PathBuf>,
    /// Succeed without importing if this version or a newer one is there [short: -slv].
    #[arg(long, alias = "slv")]
    skip_lower_version: bool,
    /// Print help.
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

impl ImportVerb {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let bytes = folder::package_bytes(&self.path)?;
        let package = Package::read(&self.path.display().to_string(), &bytes)?;
        let settings = self.settings_file.as_deref().map(read_settings).transpose()?;
        for name in settings.iter().flat_map(|settings| &settings.unknown) {
            shell.note(&format!("Warning: the settings have {name}, which means nothing here."));
        }
        let connection = connect(shell)?;
        let (environment, dataverse) = dataverse(&connection, &self.environment)?;
        let wanted = Import {
            activate: self.activate_plugins,
            overwrite: self.force_overwrite,
            skip_dependency_check: self.skip_dependency_check,
            holding: self.import_as_holding,
            upgrade: self.stage_and_upgrade,
            convert_to_managed: self.convert_to_managed,
            skip_lower_version: self.skip_lower_version,
            settings: settings.unwrap_or_default(),
        };
        // With no wait there is nothing to publish yet.
        if self.no_wait && self.publish_changes {
            return Err(Failure::usage(
                "--publish-changes needs the end of the import; take out --no-wait.",
            ));
        }
        let deadline = (!self.no_wait).then(|| Deadline::minutes(self.max_async_wait_time));
        let done = import(shell, &dataverse, &bytes, &wanted, deadline)?;
        if self.publish_changes && done.state == State::Imported {
            publish(&dataverse)?;
        }
        let manifest = package.manifest()?;
        shell.show(&done.json(), || {
            let what = format!("{} {}", manifest.display_name(), manifest.version);
            match done.state {
                State::Imported => {
                    let warnings: String =
                        done.warnings.iter().map(|text| format!("Warning: {text}\n")).collect();
                    format!("{warnings}{what} was imported into {}.", environment.name)
                }
                State::Started => {
                    format!("{what} is being imported into {}.", environment.name)
                }
                State::Skipped => format!(
                    "{what} was not imported: {} has {} already.",
                    environment.name,
                    done.installed.as_deref().unwrap_or_default()
                ),
            }
        })
    }
}

/// How a package is imported.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Turn on plug-ins, processes and flows.
    pub activate: bool,
    /// Overwrite unmanaged customizations.
    pub overwrite: bool,
    /// Leave out the check of dependencies.
    pub skip_dependency_check: bool,
    /// As a holding solution.
    pub holding: bool,
    /// Import and upgrade in one step.
    pub upgrade: bool,
    /// An unmanaged package as managed.
    pub convert_to_managed: bool,
    /// Not if this version or a newer one is there.
    pub skip_lower_version: bool,
    /// Values and connections.
    pub settings: Settings,
}

/// What became of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    state: State,
    /// The unique name of the solution.
    pub solution: String,
    /// The version of the package.
    pub version: String,
    /// The version that was there before.
    pub installed: Option<String>,
    /// What the server warns of.
    pub warnings: Vec<String>,
    operation: Option<String>,
    job: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Imported,
    Started,
    Skipped,
}

impl Imported {
    fn json(&self) -> Value {
        json!({
            "state": match self.state {
                State::Imported => "Imported",
                State::Started => "Started",
                State::Skipped => "Skipped",
            },
            "uniqueName": self.solution,
            "version": self.version,
            "previousVersion": self.installed,
            "warnings": self.warnings,
            "asyncOperationId": self.operation,
            "importJobId": self.job,
        })
    }
}

/// Imports a package: stages it, which tells what it needs and is not there, then imports what was
/// staged. Waits until the deadline; without one it does not wait.
pub fn import(
    shell: &Shell,
    dataverse: &Dataverse,
    bytes: &[u8],
    wanted: &Import,
    deadline: Option<Deadline>,
) -> Result<Imported> {
    let mut progress = shell.progress("Reading the package");
    let file = json!({ "CustomizationFile": STANDARD.encode(bytes) });
    let staged = dataverse.post("StageSolution", &file)?.body["StageSolutionResults"].clone();
    let details = &staged["SolutionDetails"];
    let text = |name: &str| details[name].as_str().map(str::to_owned);
    let mut done = Imported {
        state: State::Skipped,
        solution: text("SolutionUniqueName").unwrap_or_default(),
        version: text("SolutionVersion").unwrap_or_default(),
        installed: text("PreviousSolutionVersion"),
        warnings: Vec::new(),
        operation: None,
        job: None,
    };
    if wanted.skip_lower_version && is_there(&done)? {
        return Ok(done);
    }
    if !wanted.skip_dependency_check {
        refuse_missing(&staged)?;
    }
    let action = if wanted.upgrade { "StageAndUpgradeAsync" } else { "ImportSolutionAsync" };
    let mut body = parameters(wanted);
    body["SolutionParameters"] =
        json!({ "StageSolutionUploadId": staged["StageSolutionUploadId"] });
    progress.at(0, &format!("Importing {} {}", done.solution, done.version));
    let begun = dataverse.post(action, &body)?.body;
    done.operation = begun["AsyncOperationId"].as_str().map(str::to_owned);
    done.job = begun["ImportJobKey"].as_str().map(str::to_owned);
    done.state = State::Started;
    let Some(deadline) = deadline else { return Ok(done) };
    let operation = done.operation.clone();
    let operation = operation.ok_or_else(|| Failure::unexpected("an import without its id"))?;
    async_operation(dataverse, &operation, done.job.as_deref(), deadline, &mut progress)?;
    done.state = State::Imported;
    if let Some(job) = &done.job {
        done.warnings = warnings(dataverse, job)?;
    }
    Ok(done)
}

/// Whether the version of the package or a newer one is there.
fn is_there(package: &Imported) -> Result<bool> {
    let Some(installed) = &package.installed else { return Ok(false) };
    let (installed, version): (Version, Version) = (installed.parse()?, package.version.parse()?);
    Ok(version <= installed)
}

/// The parameters of the action. What is off is left out, so a server that cannot do a thing
/// refuses only who asks for it.
fn parameters(wanted: &Import) -> Value {
    let mut body = json!({
        "OverwriteUnmanagedCustomizations": wanted.overwrite,
        "PublishWorkflows": wanted.activate,
    });
    for (name, is_on) in [
        ("SkipProductUpdateDependencies", wanted.skip_dependency_check),
        ("HoldingSolution", wanted.holding),
        ("ConvertToManaged", wanted.convert_to_managed),
    ] {
        if is_on {
            body[name] = json!(true);
        }
    }
    let components = component_parameters(&wanted.settings);
    if !components.is_empty() {
        body["ComponentParameters"] = Value::Array(components);
    }
    body
}

/// Deployment settings as the server takes them.
fn component_parameters(settings: &Settings) -> Vec<Value> {
    let typed = |kind: &str, members: Vec<(&str, Option<&String>)>| {
        let mut row = Map::new();
        row.insert("@odata.type".to_owned(), json!(format!("Microsoft.Dynamics.CRM.{kind}")));
        let members = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        row.extend(members.map(|(name, value)| (name.to_owned(), json!(value))));
        Value::Object(row)
    };
    let connections = settings.connection_references.iter().map(|one| {
        typed(
            "connectionreference",
            vec![
                ("connectionreferencelogicalname", Some(&one.logical_name)),
                ("connectorid", one.connector_id.as_ref()),
                ("connectionid", one.connection_id.as_ref()),
            ],
        )
    });
    let variables = settings.environment_variables.iter().map(|one| {
        typed(
            "environmentvariablevalue",
            vec![("schemaname", Some(&one.schema_name)), ("value", one.value.as_ref())],
        )
    });
    connections.chain(variables).collect()
}

/// Refuses a package that needs what is not there, with all of it.
fn refuse_missing(staged: &Value) -> Result<()> {
    let missing = staged["MissingDependencies"].as_array().map_or(&[][..], Vec::as_slice);
    if missing.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::new(
        Exit::Refused,
        "0x8004801d",
        format!(
            "The environment lacks {} that the solution needs:\n\n{}",
            match missing.len() {
                1 => "one component".to_owned(),
                count => format!("{count} components"),
            },
            missing_table(missing)
        ),
    )
    .suggest("Import the solutions in the column Solution first, or take the parts out.");
    failure.details = Some(Box::new(json!({ "MissingDependencies": missing })));
    Err(failure)
}

fn missing_table(missing: &[Value]) -> String {
    let rows = missing.iter().map(|one| {
        let text = |name: &str| match &one[name] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let join = |a: String, b: String| if a.is_empty() { b } else { format!("{a}.{b}") };
        [
            kind(&one["RequiredComponentType"]),
            join(text("RequiredComponentParentSchemaName"), text("RequiredComponentSchemaName")),
            text("RequiredSolutionName"),
            format!(
                "{} {}",
                kind(&one["DependentComponentType"]),
                text("DependentComponentSchemaName")
            ),
        ]
    });
    table(["Type", "Missing", "Solution", "Needed by"], rows)
}

/// The type of a component in words: a number for old types, the name of a table for others.
fn kind(code: &Value) -> String {
    let number = code.as_i64().or_else(|| code.as_str()?.parse().ok());
    let Some(number) = number else { return code.as_str().unwrap_or_default().to_owned() };
    match KINDS.binary_search_by_key(&number, |(known, _)| *known) {
        Ok(at) => KINDS[at].1.to_owned(),
        Err(_) => format!("type {number}"),
    }
}

/// Component types, in order of the number: the choice `componenttype` of the platform.
const KINDS: &[(i64, &str)] = &[
    (1, "table"),
    (2, "column"),
    (3, "relationship"),
    (9, "choice"),
    (10, "relationship"),
    (14, "key"),
    (20, "role"),
    (26, "view"),
    (29, "process"),
    (31, "report"),
    (36, "email template"),
    (44, "duplicate rule"),
    (59, "chart"),
    (60, "form"),
    (61, "web resource"),
    (62, "site map"),
    (63, "connection role"),
    (66, "code component"),
    (70, "column security profile"),
    (80, "app"),
    (90, "plug-in type"),
    (91, "plug-in assembly"),
    (92, "plug-in step"),
    (95, "service endpoint"),
    (300, "canvas app"),
    (371, "connector"),
    (372, "connector"),
    (380, "environment variable"),
    (381, "environment variable value"),
    (401, "AI model"),
    (402, "AI configuration"),
];

/// What the server warns of, in its record of the import.
fn warnings(dataverse: &Dataverse, job: &str) -> Result<Vec<String>> {
    let answer = dataverse.get(&format!("RetrieveSolutionImportResult(ImportJobId={job})"))?;
    let texts = answer.body["SolutionOperationResult"]["WarningMessages"].as_array();
    let texts = texts.map_or(&[][..], Vec::as_slice).iter();
    Ok(texts.filter_map(|text| text.as_str().map(str::to_owned)).collect())
}

/// A deployment settings file.
pub fn read_settings(path: &Path) -> Result<Settings> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::file("The settings file cannot be read:", path, &error))?;
    Settings::parse(&bytes).map_err(|error| error.at(path.display().to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_become_component_parameters() {
        let text = br#"{
            "EnvironmentVariables": [
                {"SchemaName": "fh_Days", "Value": "7"}, {"SchemaName": "fh_Empty", "Value": ""}],
            "ConnectionReferences": [
                {"LogicalName": "fh_shared", "ConnectionId": "c1", "ConnectorId": "/providers/x"},
                {"LogicalName": "fh_none", "ConnectionId": ""}]
        }"#;
        let settings = Settings::parse(text).unwrap();
        let wanted = Import { settings, holding: true, ..Import::default() };
        insta::assert_snapshot!(format!("{:#}", parameters(&wanted)), @r#"
        {
          "OverwriteUnmanagedCustomizations": false,
          "PublishWorkflows": false,
          "HoldingSolution": true,
          "ComponentParameters": [
            {
              "@odata.type": "Microsoft.Dynamics.CRM.connectionreference",
              "connectionreferencelogicalname": "fh_shared",
              "connectorid": "/providers/x",
              "connectionid": "c1"
            },
            {
              "@odata.type": "Microsoft.Dynamics.CRM.environmentvariablevalue",
              "schemaname": "fh_Days",
              "value": "7"
            }
          ]
        }
        "#);
    }

    #[test]
    fn what_is_missing_is_told_as_a_table() {
        let staged = json!({"MissingDependencies": [{
            "RequiredComponentType": 2, "RequiredComponentSchemaName": "name",
            "RequiredComponentParentSchemaName": "bot", "RequiredSolutionName": "Copilot (1.0)",
            "DependentComponentType": 10, "DependentComponentSchemaName": "bot_x",
        }]});
        let failure = refuse_missing(&staged).unwrap_err();
        insta::assert_snapshot!(failure.message, @"
        The environment lacks one component that the solution needs:

        Type    Missing   Solution       Needed by
        column  bot.name  Copilot (1.0)  relationship bot_x
        ");
        assert!(refuse_missing(&json!({"MissingDependencies": []})).is_ok());
    }

    #[test]
    fn types_of_components_are_told_in_words() {
        assert!(KINDS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(kind(&json!(61)), "web resource");
        assert_eq!(kind(&json!("80")), "app");
        assert_eq!(kind(&json!("connectionreference")), "connectionreference");
        assert_eq!(kind(&json!(10_012)), "type 10012");
    }

    #[test]
    fn lower_and_equal_versions_are_there_already() {
        let check = |version: &str, installed: Option<&str>| {
            is_there(&Imported {
                state: State::Skipped,
                solution: String::new(),
                version: version.to_owned(),
                installed: installed.map(str::to_owned),
                warnings: Vec::new(),
                operation: None,
                job: None,
            })
            .unwrap()
        };
        assert!(check("1.0.0.9", Some("1.0.0.10")));
        assert!(check("1.0", Some("1.0.0.0")));
        assert!(!check("1.1", Some("1.0.9.9")));
        assert!(!check("1.0", None));
    }
}
