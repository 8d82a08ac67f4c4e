//! `InitializeFileBlocksUpload`, `InitializeAnnotationBlocksUpload`,
//! `InitializeAttachmentBlocksUpload`: the beginning of an upload in blocks.

use base::Result;
use dataverse::Reply;
use dataverse::messages::InitializeFileUpload;
use serde_json::json;

use super::blocks::{ANNOTATION, ATTACHMENT, FILE, Kind, optional_text, target};
use super::{Action, Answer, Call, Parameters, response};
use crate::data::resource::unexpected;

pub(super) const OF_FILE: Action = Action {
    name: "InitializeFileBlocksUpload",
    bound_to: None,
    parameters: &[
        ("Target", "mscrm.crmbaseentity"),
        ("FileAttributeName", "Edm.String"),
        ("FileName", "Edm.String"),
    ],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, OF_FILE.name, FILE, parameters)),
};

pub(super) const OF_ANNOTATION: Action = Action {
    name: "InitializeAnnotationBlocksUpload",
    bound_to: None,
    parameters: &[("Target", "mscrm.annotation")],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, OF_ANNOTATION.name, ANNOTATION, parameters)),
};

pub(super) const OF_ATTACHMENT: Action = Action {
    name: "InitializeAttachmentBlocksUpload",
    bound_to: None,
    parameters: &[("Target", "mscrm.activitymimeattachment")],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, OF_ATTACHMENT.name, ATTACHMENT, parameters)),
};

const RETURNS: &[(&str, &str)] = &[("FileContinuationToken", "Edm.String")];

async fn run(call: &Call, name: &str, kind: Kind, parameters: Parameters) -> Result<Answer> {
    let file_name = match kind.table {
        None => optional_text(&parameters, "FileName")?,
        Some(_) => parameters["Target"]["filename"].as_str().map(str::to_owned),
    };
    let target = target(call, kind, &parameters, name)?;
    match call.execute(InitializeFileUpload { target, file_name }).await? {
        Reply::Upload(upload) => {
            Ok(response(call, name, json!({ "FileContinuationToken": upload.to_string() })))
        }
        other => Err(unexpected(&other)),
    }
}
