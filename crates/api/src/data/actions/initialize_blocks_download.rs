//! `InitializeFileBlocksDownload`, `InitializeAnnotationBlocksDownload`,
//! `InitializeAttachmentBlocksDownload`: the beginning of a download in blocks.

use base::{Error, Result};
use dataverse::messages::RetrieveFile;
use dataverse::{FileTarget, Reply};
use serde_json::json;

use super::blocks::{ANNOTATION, ATTACHMENT, FILE, Kind, download_token, target};
use super::{Action, Answer, Call, Parameters, response};
use crate::data::resource::unexpected;

pub(super) const OF_FILE: Action = Action {
    name: "InitializeFileBlocksDownload",
    bound_to: None,
    parameters: &[("Target", "mscrm.crmbaseentity"), ("FileAttributeName", "Edm.String")],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, OF_FILE.name, FILE, parameters)),
};

pub(super) const OF_ANNOTATION: Action = Action {
    name: "InitializeAnnotationBlocksDownload",
    bound_to: None,
    parameters: &[("Target", "mscrm.annotation")],
    returns: RETURNS_OF_DOCUMENT,
    run: |call, _, parameters| Box::pin(run(call, OF_ANNOTATION.name, ANNOTATION, parameters)),
};

pub(super) const OF_ATTACHMENT: Action = Action {
    name: "InitializeAttachmentBlocksDownload",
    bound_to: None,
    parameters: &[("Target", "mscrm.activitymimeattachment")],
    returns: RETURNS_OF_DOCUMENT,
    run: |call, _, parameters| Box::pin(run(call, OF_ATTACHMENT.name, ATTACHMENT, parameters)),
};

const RETURNS: &[(&str, &str)] = &[
    ("FileContinuationToken", "Edm.String"),
    ("FileSizeInBytes", "Edm.Int64"),
    ("FileName", "Edm.String"),
    ("IsChunkingSupported", "Edm.Boolean"),
];
const RETURNS_OF_DOCUMENT: &[(&str, &str)] = &[
    ("FileContinuationToken", "Edm.String"),
    ("FileSizeInBytes", "Edm.Int32"),
    ("FileName", "Edm.String"),
];

async fn run(call: &Call, name: &str, kind: Kind, parameters: Parameters) -> Result<Answer> {
    let target = target(call, kind, &parameters, name)?;
    let message = RetrieveFile { target: target.clone(), is_full: true };
    let info = match call.execute(message).await? {
        Reply::File(info) => info,
        Reply::Done => return Err(empty(&target)),
        other => return Err(unexpected(&other)),
    };
    let mut members = json!({
        "FileContinuationToken": download_token(&target, info.id, info.row),
        "FileSizeInBytes": info.size,
        "FileName": info.name,
    });
    if kind.table.is_none() {
        members["IsChunkingSupported"] = true.into();
    }
    Ok(response(call, name, members))
}

fn empty(target: &FileTarget) -> Error {
    let message = format!(
        "No file attachment found for attribute: {} of {}.",
        target.column, target.row.set_or_table
    );
    Error::not_found("0x80040217", message)
}
