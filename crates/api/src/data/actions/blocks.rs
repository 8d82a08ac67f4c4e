//! What the messages about blocks of files have in common.

use base::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dataverse::{FileTarget, Reference};
use serde_json::Value;

use super::{Call, Parameters, required, wrong};
use crate::data::body::object_reference;

/// What content a message is about: of a file or image column, of a note, of a mail attachment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// The table of the target, where there is only one.
    pub table: Option<&'static str>,
    /// Its column.
    pub column: &'static str,
}

pub(super) const FILE: Kind = Kind { table: None, column: "" };
pub(super) const ANNOTATION: Kind = Kind { table: Some("annotation"), column: "documentbody" };
pub(super) const ATTACHMENT: Kind = Kind { table: Some("activitymimeattachment"), column: "body" };

/// Where the content belongs: `Target`, and for columns `FileAttributeName`.
pub(super) fn target(
    call: &Call,
    kind: Kind,
    parameters: &Parameters,
    action: &str,
) -> Result<FileTarget> {
    let row = object_reference(&call.schema, required(parameters, action, "Target")?)?;
    let column = match kind.table {
        None => text(parameters, action, "FileAttributeName")?.to_lowercase(),
        Some(table) => {
            let found = call.schema.table_by_set(&row.set_or_table);
            let found = found.or_else(|| call.schema.table(&row.set_or_table));
            if found.is_none_or(|found| found.logical_name != table) {
                return Err(wrong(format!("The 'Target' of '{action}' must be of '{table}'.")));
            }
            kind.column.to_owned()
        }
    };
    Ok(FileTarget { row, column })
}

/// A parameter that is a text and cannot be left out.
pub(super) fn text<'p>(parameters: &'p Parameters, action: &str, name: &str) -> Result<&'p str> {
    let value = required(parameters, action, name)?;
    value.as_str().ok_or_else(|| wrong(format!("'{name}' must be a text.")))
}

/// A parameter that is a text, where it is given.
pub(super) fn optional_text(parameters: &Parameters, name: &str) -> Result<Option<String>> {
    match parameters.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(format!("'{name}' must be a text."))),
    }
}

/// Content in base64.
pub(super) fn content(parameters: &Parameters, action: &str, name: &str) -> Result<Vec<u8>> {
    let text = text(parameters, action, name)?;
    STANDARD.decode(text).map_err(|_| wrong(format!("'{name}' is not valid base64.")))
}

/// A token that names a download: what is downloaded. Whoever has it needs the right to read.
pub(super) fn download_token(
    target: &FileTarget,
    file: Option<base::Uuid>,
    row: base::Uuid,
) -> String {
    let file = file.unwrap_or_default();
    let text = format!("{}/{row}/{}/{file}", target.row.set_or_table, target.column);
    URL_SAFE_NO_PAD.encode(text)
}

/// What a download token says.
pub(super) fn downloaded(token: &str) -> Result<(FileTarget, Option<base::Uuid>)> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let mut parts = text.split('/');
        let table = parts.next()?.to_owned();
        let row: base::Uuid = parts.next()?.parse().ok()?;
        let column = parts.next()?.to_owned();
        let file: base::Uuid = parts.next()?.parse().ok()?;
        let target = FileTarget { row: Reference::id(table, row), column };
        Some((target, Some(file).filter(|file| !file.is_nil())))
    };
    read().ok_or_else(|| Error::invalid("The FileContinuationToken is not one of this server."))
}
