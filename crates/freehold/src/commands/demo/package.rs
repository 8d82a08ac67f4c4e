//! The solution of the demo: the sample, or any other.

use std::path::Path;

use package::settings::{Settings, create_settings};
use package::source::{self, Tree};
use package::xml::Element;
use package::{ComponentKind, Package};
use rust_embed::RustEmbed;

use crate::commands::failure::{Failure, Result};
use crate::commands::solution;

/// The source of the sample.
#[derive(RustEmbed)]
#[folder = "../../samples/project-tracker"]
struct Sample;

/// The types of environment variables.
const TEXT: &str = "100000000";
const NUMBER: &str = "100000001";
const YES_OR_NO: &str = "100000002";
const JSON: &str = "100000003";

/// An unmanaged solution, and what is known of it before it is imported.
pub struct DemoPackage {
    /// The package.
    pub bytes: Vec<u8>,
    /// The unique name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The logical names of its tables.
    pub tables: Vec<String>,
    /// The names of its security roles, the one that may create in most of its tables first.
    pub roles: Vec<String>,
    settings: Settings,
    /// Environment variables with their type, and whether they have a value of their own.
    variables: Vec<(String, String, bool)>,
}

impl DemoPackage {
    /// The sample.
    pub fn sample() -> Result<Self> {
        let files = Sample::iter().filter_map(|name| {
            let file = Sample::get(&name)?;
            Some((name.into_owned(), file.data.into_owned()))
        });
        let tree: Tree = files.collect();
        Self::of(source::pack(&tree, false)?.write()?)
    }

    /// A package, or the folder of its source.
    pub fn read(path: &Path) -> Result<Self> {
        Self::of(solution::package_bytes(path)?)
    }

    fn of(bytes: Vec<u8>) -> Result<Self> {
        let package = Package::read("the package", &bytes)?;
        let manifest = package.manifest()?;
        if manifest.managed.is_managed() {
            return Err(Failure::usage(format!(
                "{} is a managed package, and the demo begins where it is worked on.",
                manifest.unique_name
            ))
            .suggest("Give the unmanaged package of the solution."));
        }
        let components = package.components()?;
        let of = |kind| components.iter().filter(move |component| component.kind == kind);
        let variables = of(ComponentKind::EnvironmentVariable).map(|component| {
            let text =
                |name: &str| component.element.child_text(name).map(|text| text.into_owned());
            let has_value = text("defaultvalue").is_some_and(|text| !text.is_empty());
            (component.key.clone(), text("type").unwrap_or_default(), has_value)
        });
        let tables: Vec<_> =
            of(ComponentKind::Table).map(|table| table.key.to_lowercase()).collect();
        let mut roles: Vec<_> = of(ComponentKind::Role).collect();
        roles.sort_by_key(|role| std::cmp::Reverse(rights(&role.element, &tables)));
        let roles = roles.into_iter().filter_map(|role| role.element.attribute("name"));
        Ok(Self {
            name: manifest.unique_name.clone(),
            version: manifest.version.to_string(),
            roles: roles.map(str::to_owned).collect(),
            tables,
            settings: create_settings(&package)?,
            variables: variables.collect(),
            bytes,
        })
    }

    /// Deployment settings for an environment: every connection reference is bound, every variable
    /// without a value of its own gets one. `connection` gives names of connections.
    pub fn settings_for(&self, environment: &str, connection: impl Fn() -> String) -> Settings {
        let mut settings = self.settings.clone();
        for reference in &mut settings.connection_references {
            reference.connection_id = Some(connection());
        }
        for variable in &mut settings.environment_variables {
            let known = self.variables.iter().find(|(name, _, _)| *name == variable.schema_name);
            variable.value = known
                .filter(|(_, _, has_value)| !has_value)
                .and_then(|(name, kind, _)| value_of(kind, name, environment));
        }
        settings.environment_variables.retain(|variable| variable.value.is_some());
        settings
    }
}

/// In how many tables a role may create rows.
fn rights(role: &Element, tables: &[String]) -> usize {
    let privileges: Vec<_> =
        role.find("RolePrivileges").into_iter().flat_map(Element::elements).collect();
    let creates = |table: &&String| {
        let name = format!("prvCreate{table}");
        let mut names = privileges.iter().filter_map(|privilege| privilege.attribute("name"));
        names.any(|privilege| privilege.eq_ignore_ascii_case(&name))
    };
    tables.iter().filter(creates).count()
}

/// A value for a variable of this type; none for data sources and secrets, which name things that
/// are elsewhere.
fn value_of(kind: &str, name: &str, environment: &str) -> Option<String> {
    match kind {
        TEXT => Some(format!("{name} of {environment}")),
        NUMBER => Some("1".to_owned()),
        YES_OR_NO => Some("yes".to_owned()),
        JSON => Some("{}".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_there_and_its_settings_are_filled_in() {
        let sample = DemoPackage::sample().unwrap();
        assert_eq!((sample.name.as_str(), sample.version.as_str()), ("ProjectTracker", "1.0.0.0"));
        assert_eq!(sample.tables, ["fh_project", "fh_task"]);
        assert_eq!(sample.roles, ["Project Tracker User"]);
        let settings = sample.settings_for("Test", || "c1".to_owned());
        insta::assert_snapshot!(settings.to_json(), @r#"
        {
          "EnvironmentVariables": [
            {
              "SchemaName": "fh_ReminderAddress",
              "Value": "fh_ReminderAddress of Test"
            }
          ],
          "ConnectionReferences": [
            {
              "LogicalName": "fh_sharedcommondataserviceforapps_7c2f1",
              "ConnectionId": "c1",
              "ConnectorId": "/providers/Microsoft.PowerApps/apis/shared_commondataserviceforapps"
            }
          ]
        }
        "#);
    }
}
