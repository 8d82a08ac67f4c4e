//! `CommitFileBlocksUpload`, `CommitAnnotationBlocksUpload`, `CommitAttachmentBlocksUpload`: the
//! blocks of an upload become the content.

use base::{Result, Uuid};
use dataverse::messages::CommitFileUpload;
use dataverse::{FileCondition, Reply};
use serde_json::{Value, json};

use super::blocks::{ANNOTATION, ATTACHMENT, FILE, Kind, optional_text, target, text};
use super::{Action, Answer, Call, Parameters, required, response, wrong};
use crate::data::body::row_of;
use crate::data::resource::unexpected;

pub(super) const OF_FILE: Action = Action {
    name: "CommitFileBlocksUpload",
    bound_to: None,
    parameters: &[
        ("FileName", "Edm.String"),
        ("MimeType", "Edm.String"),
        ("BlockList", "Collection(Edm.String)"),
        ("FileContinuationToken", "Edm.String"),
    ],
    returns: &[("FileId", "Edm.Guid"), ("FileSizeInBytes", "Edm.Int64")],
    run: |call, _, parameters| Box::pin(run(call, OF_FILE.name, FILE, parameters)),
};

pub(super) const OF_ANNOTATION: Action = Action {
    name: "CommitAnnotationBlocksUpload",
    bound_to: None,
    parameters: &[
        ("Target", "mscrm.annotation"),
        ("BlockList", "Collection(Edm.String)"),
        ("FileContinuationToken", "Edm.String"),
    ],
    returns: &[("AnnotationId", "Edm.Guid"), ("FileSizeInBytes", "Edm.Int64")],
    run: |call, _, parameters| Box::pin(run(call, OF_ANNOTATION.name, ANNOTATION, parameters)),
};

pub(super) const OF_ATTACHMENT: Action = Action {
    name: "CommitAttachmentBlocksUpload",
    bound_to: None,
    parameters: &[
        ("Target", "mscrm.activitymimeattachment"),
        ("BlockList", "Collection(Edm.String)"),
        ("FileContinuationToken", "Edm.String"),
    ],
    returns: &[("ActivityMimeAttachmentId", "Edm.Guid"), ("FileSizeInBytes", "Edm.Int64")],
    run: |call, _, parameters| Box::pin(run(call, OF_ATTACHMENT.name, ATTACHMENT, parameters)),
};

async fn run(call: &Call, name: &str, kind: Kind, parameters: Parameters) -> Result<Answer> {
    let upload = super::upload_block::upload(&parameters, name)?;
    let mut message = CommitFileUpload {
        upload,
        file_name: None,
        mime_type: None,
        blocks: Some(blocks(&parameters, name)?),
        row: None,
        condition: FileCondition::default(),
    };
    match kind.table.and_then(|table| call.schema.table(table)) {
        None => {
            message.file_name = Some(text(&parameters, name, "FileName")?.to_owned());
            message.mime_type = optional_text(&parameters, "MimeType")?;
        }
        Some(table) => {
            // Also checks that it is a row of this table.
            target(call, kind, &parameters, name)?;
            let row = required(&parameters, name, "Target")?;
            message.file_name = row["filename"].as_str().map(str::to_owned);
            message.mime_type = row["mimetype"].as_str().map(str::to_owned);
            message.row = Some(row_of(&call.schema, table, row)?);
        }
    }
    let info = match call.execute(message).await? {
        Reply::File(info) => info,
        other => return Err(unexpected(&other)),
    };
    let (member, id) = match kind.table {
        None => ("FileId", info.id.unwrap_or_default()),
        Some("annotation") => ("AnnotationId", info.row),
        Some(_) => ("ActivityMimeAttachmentId", info.row),
    };
    Ok(response(call, name, members(member, id, info.size)))
}

fn members(member: &str, id: Uuid, size: u64) -> Value {
    let mut members = json!({});
    members[member] = id.to_string().into();
    members["FileSizeInBytes"] = size.into();
    members
}

fn blocks(parameters: &Parameters, action: &str) -> Result<Vec<String>> {
    let wrong = || wrong("'BlockList' must be a list of texts.");
    let list = required(parameters, action, "BlockList")?.as_array().ok_or_else(wrong)?;
    list.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}
