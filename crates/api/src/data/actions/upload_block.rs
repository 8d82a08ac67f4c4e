//! `UploadBlock`: a block of an upload.

use base::{Error, Result, Uuid};
use dataverse::messages::UploadFileBlock;

use super::blocks::{content, text};
use super::{Action, Answer, Call, Parameters};

const NAME: &str = "UploadBlock";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("BlockId", "Edm.String"),
        ("BlockData", "Edm.Binary"),
        ("FileContinuationToken", "Edm.String"),
    ],
    returns: &[],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let upload = upload(&parameters, NAME)?;
    let name = text(&parameters, NAME, "BlockId")?.to_owned();
    let content = content(&parameters, NAME, "BlockData")?;
    call.execute(UploadFileBlock { upload, name, content }).await?;
    Ok(Answer::no_content())
}

/// The upload that `FileContinuationToken` names.
pub(super) fn upload(parameters: &Parameters, action: &str) -> Result<Uuid> {
    let token = text(parameters, action, "FileContinuationToken")?;
    token
        .parse()
        .map_err(|_| Error::invalid("The FileContinuationToken is not one of this server."))
}
