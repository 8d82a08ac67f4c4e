//! `UnpublishDuplicateRule`: takes a duplicate detection rule out of use.

use base::Result;
use dataverse::messages::UnpublishDuplicateRule;

use super::publish_duplicate_rule::rule;
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "UnpublishDuplicateRule";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("DuplicateRuleId", "Edm.Guid")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let rule = rule(&parameters, NAME)?;
    call.execute(UnpublishDuplicateRule { rule }).await?;
    Ok(Answer::no_content())
}
