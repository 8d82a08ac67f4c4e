//! What the actions on shares have in common: whom, what, and which rights.

use base::Result;
use dataverse::Reference;
use dataverse::security::{Right, access_name};
use serde_json::Value;

use super::{Call, Parameters, required, wrong};
use crate::data::body::object_reference;

/// The row that is shared.
pub(super) fn target(call: &Call, parameters: &Parameters, action: &str) -> Result<Reference> {
    object_reference(&call.schema, required(parameters, action, "Target")?)
}

/// `PrincipalAccess`: a user or team, and its rights.
pub(super) fn principal_access(
    call: &Call,
    parameters: &Parameters,
    action: &str,
) -> Result<(Reference, Vec<Right>)> {
    let access = required(parameters, action, "PrincipalAccess")?;
    let principal = object_reference(&call.schema, &access["Principal"])?;
    Ok((principal, rights(&access["AccessMask"])?))
}

/// `"ReadAccess, WriteAccess"`.
fn rights(value: &Value) -> Result<Vec<Right>> {
    let text = value.as_str().ok_or_else(|| wrong("'AccessMask' must be a text."))?;
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "None");
    let right = |name: &str| {
        let found = Right::ALL.into_iter().find(|right| access_name(*right) == name);
        found.ok_or_else(|| wrong(format!("'{name}' is not one of the rights in 'AccessMask'.")))
    };
    names.map(right).collect()
}

/// What these actions take.
pub(super) const PARAMETERS: &[(&str, &str)] =
    &[("Target", "mscrm.crmbaseentity"), ("PrincipalAccess", "mscrm.PrincipalAccess")];
