//! `DownloadBlock`: some of a file.

use base::{Error, Kind, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dataverse::Reply;
use dataverse::messages::DownloadFileBlock;
use serde_json::json;

use super::blocks::{downloaded, text};
use super::{Action, Answer, Call, Parameters, required, response};
use crate::data::files::BLOCK_BYTES_MAX;
use crate::data::resource::unexpected;

const NAME: &str = "DownloadBlock";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("Offset", "Edm.Int64"),
        ("BlockLength", "Edm.Int64"),
        ("FileContinuationToken", "Edm.String"),
    ],
    returns: &[("Data", "Edm.Binary")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let (target, file) = downloaded(text(&parameters, NAME, "FileContinuationToken")?)?;
    let offset = number(&parameters, "Offset")?;
    let length = number(&parameters, "BlockLength")?;
    if length > BLOCK_BYTES_MAX {
        return Err(Error::new(
            Kind::Invalid,
            "0x80040203",
            format!("'BlockLength' is {length}; at most {BLOCK_BYTES_MAX} bytes come at once."),
        ));
    }
    let message = DownloadFileBlock { target, is_full: true, file, offset, length };
    match call.execute(message).await? {
        Reply::Bytes(bytes) => Ok(response(call, NAME, json!({ "Data": STANDARD.encode(bytes) }))),
        other => Err(unexpected(&other)),
    }
}

fn number(parameters: &Parameters, name: &str) -> Result<u64> {
    let value = required(parameters, NAME, name)?;
    value
        .as_u64()
        .ok_or_else(|| super::wrong(format!("'{name}' must be a whole number, 0 or more.")))
}
