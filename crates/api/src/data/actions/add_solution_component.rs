//! `AddSolutionComponent`: puts a component on the list of an unmanaged solution.

use base::Result;
use serde_json::json;

use super::solution_parameters::{flag, id, refuse, text};
use super::{Action, Answer, Call, Parameters, required, response, wrong};

const NAME: &str = "AddSolutionComponent";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("ComponentId", "Edm.Guid"),
        ("ComponentType", "Edm.Int32"),
        ("SolutionUniqueName", "Edm.String"),
        ("AddRequiredComponents", "Edm.Boolean"),
        ("DoNotIncludeSubcomponents", "Edm.Boolean"),
        ("IncludedComponentSettingsValues", "Collection(Edm.String)"),
    ],
    returns: &[("id", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    refuse(&parameters, NAME, &["AddRequiredComponents", "IncludedComponentSettingsValues"])?;
    let added = solutions::add_component(
        call.apart()?,
        &call.cx,
        text(&parameters, NAME, "SolutionUniqueName")?,
        id(&parameters, NAME, "ComponentId")?,
        component_type(&parameters, NAME)?,
        flag(&parameters, "DoNotIncludeSubcomponents")?,
    );
    Ok(response(call, NAME, json!({ "id": added.await? })))
}

/// What kind of component it is, by the number of the protocol.
pub(super) fn component_type(parameters: &Parameters, action: &str) -> Result<i32> {
    let number = required(parameters, action, "ComponentType")?.as_i64();
    let number = number.and_then(|number| i32::try_from(number).ok());
    number.ok_or_else(|| wrong("The parameter 'ComponentType' must be a whole number."))
}
