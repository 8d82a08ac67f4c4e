//! Binding to the environment: which connections the references use, which values the variables
//! have. They are state of the environment and make no layer.

use base::{Error, Result};
use dataverse::{Session, Value};
use package::{Component, ComponentKind};
use serde::{Deserialize, Serialize};

use crate::components::environment_variable::set_value;

/// One binding that the importer gives (`ComponentParameters`, or a deployment settings file).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ComponentParameter {
    /// A connection reference uses this connection.
    Connection {
        /// The logical name of the reference.
        logical_name: String,
        /// The id of the connection.
        connection_id: String,
    },
    /// An environment variable has this value here.
    Value {
        /// The schema name of the variable.
        schema_name: String,
        /// Its value; an empty one means that none is set.
        value: String,
    },
}

/// Applies the bindings; tells which variables and references are left without one.
pub(super) async fn apply(
    session: &mut Session<'_>,
    parts: &[Component],
    parameters: &[ComponentParameter],
) -> Result<Vec<String>> {
    for parameter in parameters {
        match parameter {
            ComponentParameter::Connection { logical_name, connection_id } => {
                bind_connection(session, logical_name, connection_id).await?;
            }
            ComponentParameter::Value { schema_name, value } if !value.is_empty() => {
                bind_value(session, schema_name, value).await?;
            }
            ComponentParameter::Value { .. } => {}
        }
    }
    unbound(session, parts).await
}

async fn bind_connection(
    session: &mut Session<'_>,
    logical_name: &str,
    connection_id: &str,
) -> Result<()> {
    let name = Value::Text(logical_name.to_owned());
    let column = "connectionreferencelogicalname";
    let Some(id) = session.find_row("connectionreference", column, &name).await? else {
        return Err(unknown("connection reference", logical_name));
    };
    let values = vec![("connectionid", Value::Text(connection_id.to_owned()))];
    session.put_row("connectionreference", id, values).await
}

async fn bind_value(session: &mut Session<'_>, schema_name: &str, value: &str) -> Result<()> {
    let name = Value::Text(schema_name.to_owned());
    let table = "environmentvariabledefinition";
    let Some(id) = session.find_row(table, "schemaname", &name).await? else {
        return Err(unknown("environment variable", schema_name));
    };
    set_value(session, id, schema_name, None, value).await
}

fn unknown(what: &str, name: &str) -> Error {
    Error::invalid(format!(
        "The settings name the {what} {name}, which is neither in the package nor in the \
         environment. Correct the name, or take it out of the settings."
    ))
}

async fn unbound(session: &mut Session<'_>, parts: &[Component]) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    for component in parts {
        let key = &component.key;
        match component.kind {
            ComponentKind::ConnectionReference => {
                let name = Value::Text(key.clone());
                let column = "connectionreferencelogicalname";
                let table = "connectionreference";
                if let Some(id) = session.find_row(table, column, &name).await?
                    && session.read_value(table, id, "connectionid").await? == Value::Null
                {
                    warnings.push(format!(
                        "The connection reference {key} has no connection yet: flows that use it \
                         cannot run. Name one in the deployment settings."
                    ));
                }
            }
            ComponentKind::EnvironmentVariable if !has_value(session, key).await? => {
                warnings.push(format!(
                    "The environment variable {key} has neither a default nor a value. Set one in \
                     the deployment settings."
                ));
            }
            _ => {}
        }
    }
    Ok(warnings)
}

async fn has_value(session: &mut Session<'_>, schema_name: &str) -> Result<bool> {
    let table = "environmentvariabledefinition";
    let name = Value::Text(schema_name.to_owned());
    let Some(id) = session.find_row(table, "schemaname", &name).await? else { return Ok(true) };
    if session.read_value(table, id, "defaultvalue").await? != Value::Null {
        return Ok(true);
    }
    let value = "environmentvariablevalue";
    let of = Value::Id(id);
    Ok(session.find_row(value, "environmentvariabledefinitionid", &of).await?.is_some())
}
