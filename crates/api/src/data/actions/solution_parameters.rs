//! What the actions on solutions have in common: reading their parameters.

use base::{Error, Kind, Result, Uuid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use solutions::{ComponentParameter, ImportOptions};

use super::{Call, Parameters, required};

/// A text that cannot be left out.
pub(super) fn text<'p>(parameters: &'p Parameters, action: &str, name: &str) -> Result<&'p str> {
    required(parameters, action, name)?.as_str().ok_or_else(|| wrong_type(name, "a text"))
}

/// An id that cannot be left out.
pub(super) fn id(parameters: &Parameters, action: &str, name: &str) -> Result<Uuid> {
    let text = text(parameters, action, name)?;
    Uuid::parse_str(text.trim()).map_err(|_| wrong_type(name, "an id"))
}

/// Yes or no; no where it is left out.
pub(super) fn flag(parameters: &Parameters, name: &str) -> Result<bool> {
    match parameters.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(wrong_type(name, "true or false")),
    }
}

/// Bytes, in base64.
pub(super) fn bytes(parameters: &Parameters, action: &str, name: &str) -> Result<Vec<u8>> {
    let text = text(parameters, action, name)?;
    STANDARD.decode(text.trim()).map_err(|error| wrong_type(name, "base64").with_source(error))
}

/// Refuses parameters that would change what is done, and are not done here.
pub(super) fn refuse(parameters: &Parameters, action: &str, names: &[&str]) -> Result<()> {
    for name in names {
        let is_asked = match parameters.get(*name) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        };
        if is_asked {
            return Err(Error::not_implemented(format!("The parameter '{name}' of {action}")));
        }
    }
    Ok(())
}

/// The parameters that all imports have.
pub(super) const IMPORT: &[(&str, &str)] = &[
    ("CustomizationFile", "Edm.Binary"),
    ("OverwriteUnmanagedCustomizations", "Edm.Boolean"),
    ("PublishWorkflows", "Edm.Boolean"),
    ("ImportJobId", "Edm.Guid"),
    ("ConvertToManaged", "Edm.Boolean"),
    ("SkipProductUpdateDependencies", "Edm.Boolean"),
    ("HoldingSolution", "Edm.Boolean"),
    ("SkipQueueRibbonJob", "Edm.Boolean"),
    ("LayerDesiredOrder", "mscrm.LayerDesiredOrder"),
    ("AsyncRibbonProcessing", "Edm.Boolean"),
    ("ComponentParameters", "Collection(mscrm.crmbaseentity)"),
    ("SolutionParameters", "mscrm.SolutionParameters"),
    ("IsTemplateMode", "Edm.Boolean"),
    ("TemplateSuffix", "Edm.String"),
    ("TemplateDisplayNamePrefix", "Edm.String"),
];

/// How an import is asked for. Ribbons are not computed here, so the parameters about when they
/// are have nothing to change.
pub(super) fn import_options(
    call: &Call,
    parameters: &Parameters,
    action: &str,
) -> Result<ImportOptions> {
    let not_here = [
        "ConvertToManaged",
        "HoldingSolution",
        "LayerDesiredOrder",
        "IsTemplateMode",
        "TemplateSuffix",
        "TemplateDisplayNamePrefix",
        "SkipProductUpdateDependencies",
    ];
    refuse(parameters, action, &not_here)?;
    let job_id = match parameters.get("ImportJobId") {
        None | Some(Value::Null) => call.cx.new_id(),
        Some(_) => id(parameters, action, "ImportJobId")?,
    };
    Ok(ImportOptions {
        job_id,
        overwrite_unmanaged: flag(parameters, "OverwriteUnmanagedCustomizations")?,
        publish_workflows: flag(parameters, "PublishWorkflows")?,
        parameters: component_parameters(parameters)?,
    })
}

/// `ComponentParameters`: connections of references, values of environment variables.
fn component_parameters(parameters: &Parameters) -> Result<Vec<ComponentParameter>> {
    let listed = match parameters.get("ComponentParameters") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong_type("ComponentParameters", "a list")),
    };
    listed.iter().map(component_parameter).collect()
}

fn component_parameter(entry: &Value) -> Result<ComponentParameter> {
    let of = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = of("@odata.type").unwrap_or_default();
    match kind.rsplit('.').next().unwrap_or_default() {
        "connectionreference" => Ok(ComponentParameter::Connection {
            logical_name: of("connectionreferencelogicalname").ok_or_else(|| {
                wrong_type("ComponentParameters", "with connectionreferencelogicalname")
            })?,
            connection_id: of("connectionid").unwrap_or_default(),
        }),
        "environmentvariablevalue" => Ok(ComponentParameter::Value {
            schema_name: of("schemaname")
                .ok_or_else(|| wrong_type("ComponentParameters", "with schemaname"))?,
            value: of("value").unwrap_or_default(),
        }),
        other => Err(Error::not_implemented(format!("'{other}' in ComponentParameters"))),
    }
}

fn wrong_type(name: &str, wanted: &str) -> Error {
    Error::new(Kind::Invalid, "0x80048d19", format!("The parameter '{name}' has to be {wanted}."))
}
