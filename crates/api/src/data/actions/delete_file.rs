//! `DeleteFile`: removes the file that a column holds.

use base::{Error, Result};
use dataverse::messages::DeleteFile;

use super::blocks::text;
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "DeleteFile";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("FileId", "Edm.Guid")],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let file = text(&parameters, NAME, "FileId")?;
    let file = file.parse().map_err(|_| Error::invalid("'FileId' must be an id."))?;
    call.execute(DeleteFile { file }).await?;
    Ok(Answer::no_content())
}
