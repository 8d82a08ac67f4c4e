//! `CreateCustomerRelationships`: a lookup to accounts and contacts.

use base::Result;

use super::create_polymorphic_lookup_attribute::{PARAMETERS, RETURNS, create};
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "CreateCustomerRelationships";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: PARAMETERS,
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    create(call, NAME, parameters).await
}
