//! Web resources: the file is the content, in base64 as clients expect it.

use base::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataverse::{Session, Value};

use super::Projected;
use super::row::{put, set, values};

/// The row of a web resource.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "webresource").await?;
    if let Some(file) = what.component.file("FileName").or(what.component.files.first()) {
        set(&mut row, "content", Value::Text(STANDARD.encode(&file.bytes)));
    }
    put(session, what, "webresource", row).await
}
