//! `PublishAllXml`: makes all changes of definitions visible. They are, as soon as they are made.

use super::{Action, Answer};

pub(super) const ACTION: Action = Action {
    name: "PublishAllXml",
    bound_to: None,
    parameters: &[],
    returns: &[],
    run: |_, _, _| Box::pin(async { Ok(Answer::no_content()) }),
};
