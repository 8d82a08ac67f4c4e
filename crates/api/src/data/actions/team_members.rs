//! What the actions on members of teams have in common.

use base::limits::BATCH_OPERATIONS_MAX;
use base::{Error, Result};
use dataverse::Reference;

use super::{Bound, Call, Parameters, required, wrong};
use crate::data::body::object_reference;

/// What these actions take.
pub(super) const PARAMETERS: &[(&str, &str)] = &[("Members", "Collection(mscrm.systemuser)")];

/// The navigation property from a team to its members.
pub(super) const MEMBERS: &str = "teammembership_association";

/// The team that an action is called on, and the users that it names.
pub(super) fn team_and_members(
    call: &Call,
    bound: Option<Bound>,
    parameters: &Parameters,
    action: &str,
) -> Result<(Reference, Vec<Reference>)> {
    let Some(Bound::Row(team)) = bound else {
        return Err(Error::invalid(format!("'{action}' is called on a team.")));
    };
    let members = required(parameters, action, "Members")?.as_array();
    let members = members.ok_or_else(|| wrong("The parameter 'Members' must be a list."))?;
    if members.len() > BATCH_OPERATIONS_MAX {
        return Err(wrong(format!("At most {BATCH_OPERATIONS_MAX} users are named at once.")));
    }
    let user = |member: &serde_json::Value| {
        let mut member = member.clone();
        // The type of a parameter of this type need not be said.
        if let Some(members) = member.as_object_mut() {
            members
                .entry("@odata.type")
                .or_insert_with(|| "Microsoft.Dynamics.CRM.systemuser".into());
        }
        object_reference(&call.schema, &member)
    };
    Ok((team.reference(), members.iter().map(user).collect::<Result<_>>()?))
}
