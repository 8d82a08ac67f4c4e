//! `RemoveSolutionComponent`: takes a component off the list of an unmanaged solution.

use base::{Result, Uuid};
use serde_json::{Value, json};

use super::add_solution_component::component_type;
use super::solution_parameters::text;
use super::{Action, Answer, Call, Parameters, required, response, wrong};

const NAME: &str = "RemoveSolutionComponent";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("SolutionComponent", "mscrm.solutioncomponent"),
        ("ComponentType", "Edm.Int32"),
        ("SolutionUniqueName", "Edm.String"),
    ],
    returns: &[("id", "Edm.Guid")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let component = component(required(&parameters, NAME, "SolutionComponent")?)?;
    // The component's id says which one it is; the type is only checked for being one.
    component_type(&parameters, NAME)?;
    let solution = text(&parameters, NAME, "SolutionUniqueName")?;
    let removed = solutions::remove_component(call.apart()?, &call.cx, solution, component).await?;
    Ok(response(call, NAME, json!({ "id": removed })))
}

/// The id of the component, which clients write as the id of the list's row, or as `objectid`.
fn component(value: &Value) -> Result<Uuid> {
    let text = value["objectid"].as_str().or_else(|| value["solutioncomponentid"].as_str());
    let id = text.and_then(|text| text.parse().ok());
    id.ok_or_else(|| {
        wrong("'SolutionComponent' needs the id of the component as 'solutioncomponentid'.")
    })
}
