//! What the actions on access teams have in common: the user, the row, the template.

use base::{Error, Result};
use dataverse::{Message, Reference, Reply};
use serde_json::json;

use super::{Answer, Bound, Call, Parameters, required, response};
use crate::data::body::object_reference;
use crate::data::resource::unexpected;

/// What these actions take.
pub(super) const PARAMETERS: &[(&str, &str)] =
    &[("Record", "mscrm.crmbaseentity"), ("TeamTemplate", "mscrm.teamtemplate")];
/// What they answer.
pub(super) const RETURNS: &[(&str, &str)] = &[("AccessTeamId", "Edm.Guid")];

/// The user that the action is called on, the row and the template.
pub(super) fn parts(
    call: &Call,
    bound: Option<Bound>,
    parameters: &Parameters,
    action: &str,
) -> Result<(Reference, Reference, Reference)> {
    let Some(Bound::Row(user)) = bound else {
        return Err(Error::invalid(format!("'{action}' is called on a user.")));
    };
    let record = object_reference(&call.schema, required(parameters, action, "Record")?)?;
    let mut template = required(parameters, action, "TeamTemplate")?.clone();
    // The declared type says which table it is; clients leave it out then.
    if let Some(members) = template.as_object_mut() {
        members
            .entry("@odata.type")
            .or_insert_with(|| json!("Microsoft.Dynamics.CRM.teamtemplate"));
    }
    let template = object_reference(&call.schema, &template)?;
    Ok((user.reference(), record, template))
}

/// Carries the message out and answers the team.
pub(super) async fn answer(
    call: &Call,
    action: &str,
    message: impl Into<Message>,
) -> Result<Answer> {
    match call.execute(message).await? {
        Reply::Created { id, .. } | Reply::Updated { id, .. } => {
            Ok(response(call, action, json!({ "AccessTeamId": id })))
        }
        other => Err(unexpected(&other)),
    }
}
