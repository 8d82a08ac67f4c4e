//! The deployment settings file: values of environment variables and connections, by environment.
//!
//! `{"EnvironmentVariables": [{"SchemaName", "Value"}], "ConnectionReferences": [{"LogicalName",
//! "ConnectionId", "ConnectorId"}]}`, as `pac solution create-settings` writes it. Names of members
//! match in any case. An empty value means "not set" and is left out.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::component::ComponentKind;
use crate::error::{PackageError, Result};
use crate::package::Package;

/// What a deployment sets in its target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Values of environment variables.
    pub environment_variables: Vec<VariableSetting>,
    /// Connections of connection references.
    pub connection_references: Vec<ConnectionSetting>,
    /// Members of the file that are not known, by their path, such as
    /// `ConnectionReferences[0].Owner`. Nothing is done with them.
    pub unknown: Vec<String>,
}

/// The value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableSetting {
    /// The schema name of the variable.
    pub schema_name: String,
    /// The value; none in a template.
    pub value: Option<String>,
}

/// The connection of a connection reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSetting {
    /// The logical name of the connection reference.
    pub logical_name: String,
    /// The name of the connection; none in a template.
    pub connection_id: Option<String>,
    /// The connector, such as `/providers/Microsoft.PowerApps/apis/shared_office365`.
    pub connector_id: Option<String>,
}

impl Settings {
    /// Reads a settings file.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let value: Value = serde_json::from_slice(text).map_err(|e| {
            PackageError::file(format!("The settings are not JSON: {e}"))
                .remedy("`solution create-settings` writes a file to start from.")
        })?;
        let mut settings = Self::default();
        for (name, value) in object(value, "The settings file")? {
            match name.to_ascii_lowercase().as_str() {
                "environmentvariables" => settings.read_variables(&name, value)?,
                "connectionreferences" => settings.read_connections(&name, value)?,
                "$schema" => {}
                _ => settings.unknown.push(name),
            }
        }
        Ok(settings)
    }

    fn read_variables(&mut self, list: &str, value: Value) -> Result<()> {
        let mut seen = HashSet::new();
        for (at, entry) in entries(value, list)? {
            let mut entry = Entry::new(entry, &at)?;
            let schema_name = entry.name("SchemaName", &mut seen)?;
            let value = entry.text("Value");
            entry.rest(&mut self.unknown);
            if value.is_some() {
                self.environment_variables.push(VariableSetting { schema_name, value });
            }
        }
        Ok(())
    }

    fn read_connections(&mut self, list: &str, value: Value) -> Result<()> {
        let mut seen = HashSet::new();
        for (at, entry) in entries(value, list)? {
            let mut entry = Entry::new(entry, &at)?;
            let logical_name = entry.name("LogicalName", &mut seen)?;
            let connection_id = entry.text("ConnectionId");
            let connector_id = entry.text("ConnectorId");
            entry.rest(&mut self.unknown);
            if connection_id.is_some() {
                let setting = ConnectionSetting { logical_name, connection_id, connector_id };
                self.connection_references.push(setting);
            }
        }
        Ok(())
    }

    /// The settings file, for people to fill in.
    pub fn to_json(&self) -> String {
        let variables: Vec<Value> = self
            .environment_variables
            .iter()
            .map(
                |v| json!({"SchemaName": v.schema_name, "Value": v.value.as_deref().unwrap_or("")}),
            )
            .collect();
        let connections: Vec<Value> = self
            .connection_references
            .iter()
            .map(|c| {
                json!({
                    "LogicalName": c.logical_name,
                    "ConnectionId": c.connection_id.as_deref().unwrap_or(""),
                    "ConnectorId": c.connector_id.as_deref().unwrap_or(""),
                })
            })
            .collect();
        let all = json!({"EnvironmentVariables": variables, "ConnectionReferences": connections});
        format!("{all:#}\n")
    }
}

/// A template of settings: all that a package lets be set, without values.
pub fn create_settings(package: &Package) -> Result<Settings> {
    let mut settings = Settings::default();
    for component in package.components()? {
        let element = &component.element;
        match component.kind {
            ComponentKind::EnvironmentVariable => settings
                .environment_variables
                .push(VariableSetting { schema_name: component.key, value: None }),
            ComponentKind::ConnectionReference => {
                let custom = || element.find("customconnectorid/connectorid").map(|e| e.text());
                let connector = element.child_text("connectorid").or_else(custom);
                settings.connection_references.push(ConnectionSetting {
                    connector_id: connector.map(|text| text.into_owned()),
                    logical_name: component.key,
                    connection_id: None,
                });
            }
            _ => {}
        }
    }
    Ok(settings)
}

/// One entry of a list, whose members are taken one by one.
struct Entry<'a> {
    at: &'a str,
    members: Map<String, Value>,
}

impl<'a> Entry<'a> {
    fn new(value: Value, at: &'a str) -> Result<Self> {
        Ok(Self { at, members: object(value, at)? })
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let key = self.members.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
        self.members.remove(&key)
    }

    fn name(&mut self, name: &str, seen: &mut HashSet<String>) -> Result<String> {
        let found = self.text(name).ok_or_else(|| {
            PackageError::file(format!("{} has no {name}", self.at))
                .remedy("Every entry says which thing it sets.")
        })?;
        if !seen.insert(found.to_ascii_lowercase()) {
            return Err(PackageError::file(format!("{found} is set twice"))
                .at(self.at)
                .remedy("Keep one of the two entries."));
        }
        Ok(found)
    }

    /// A value as text; none where it is empty. Objects and lists are values of JSON variables.
    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::Null => None,
            Value::String(text) => Some(text).filter(|text| !text.is_empty()),
            other => Some(other.to_string()),
        }
    }

    fn rest(self, unknown: &mut Vec<String>) {
        unknown.extend(self.members.keys().map(|name| format!("{}.{name}", self.at)));
    }
}

fn entries(value: Value, list: &str) -> Result<Vec<(String, Value)>> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(values) => {
            let numbered = values.into_iter().enumerate();
            Ok(numbered.map(|(at, value)| (format!("{list}[{at}]"), value)).collect())
        }
        _ => Err(PackageError::file(format!("{list} is not a list"))),
    }
}

fn object(value: Value, what: &str) -> Result<Map<String, Value>> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(PackageError::file(format!("{what} is not an object"))),
    }
}
