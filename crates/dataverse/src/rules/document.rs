//! Notes and mail attachments: what follows from the document in them.

use base::{Error, Kind, Result};

use super::{Row, Rule, on, row};
use crate::{Event, MessageName, Session, Stage, Value, files};

/// The tables with documents, and the column that holds them in base64.
const TABLES: &[(&str, &str)] =
    &[("activitymimeattachment", "body"), ("annotation", "documentbody")];

pub(super) fn rule() -> Rule {
    let messages = [MessageName::Create, MessageName::Update];
    let of_table = |(table, _): &(&'static str, &str)| {
        messages.map(|message| on(message, Stage::Before, table))
    };
    Rule {
        name: "documents of notes and mails",
        on: TABLES.iter().flat_map(of_table).collect(),
        run: |session, event| Box::pin(run(session, event)),
    }
}

async fn run(session: &mut Session<'_>, event: &mut Event) -> Result<()> {
    let mut row = row(event)?;
    if let Some(Value::Lookup { table, .. }) = row.written("objectid").cloned() {
        row.set("objecttypecode", Value::Text(table.as_ref().to_owned()));
    }
    let name = &row.table.logical_name;
    let column = TABLES.iter().find(|(table, _)| table == name).map_or("", |(_, column)| *column);
    match row.written(column).cloned() {
        Some(Value::Text(body)) => has_document(session, &mut row, column, &body).await,
        Some(_) => {
            row.set("filesize", Value::Int(0));
            row.set("isdocument", Value::Bool(false));
            Ok(())
        }
        None if row.written("filename").is_some() => check(session, &row, 0).await,
        None => Ok(()),
    }
}

async fn has_document(
    session: &mut Session<'_>,
    row: &mut Row<'_>,
    column: &str,
    body: &str,
) -> Result<()> {
    let size = decoded_length(body).ok_or_else(|| {
        let message = format!("'{column}' is not valid base64.");
        Error::new(Kind::Invalid, "0x80048d19", message)
    })?;
    check(session, row, size).await?;
    row.set("filesize", Value::Int(i64::try_from(size).unwrap_or(i64::MAX)));
    row.set("isdocument", Value::Bool(true));
    if row.value("mimetype").is_none_or(Value::is_null) {
        row.set("mimetype", Value::Text(files::UNKNOWN_TYPE.to_owned()));
    }
    Ok(())
}

async fn check(session: &mut Session<'_>, row: &Row<'_>, size: u64) -> Result<()> {
    let store = session.store();
    let max = files::document_bytes_max(session.tx(), store).await?;
    let name = row.value("filename").and_then(Value::text);
    files::check(session.tx(), store, name, size, max).await
}

/// How many bytes a text in base64 stands for, without decoding it; nothing if it is none.
fn decoded_length(text: &str) -> Option<u64> {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    let is_base64 = text.len().is_multiple_of(4) && padding <= 2 && bare.bytes().all(is_digit);
    is_base64.then(|| bare.len() as u64 * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::decoded_length;

    #[test]
    fn lengths_of_base64() {
        let cases = [("", Some(0)), ("YQ==", Some(1)), ("YWI=", Some(2)), ("YWJj", Some(3))];
        for (text, wanted) in cases {
            assert_eq!(decoded_length(text), wanted, "{text}");
        }
        for wrong in ["YQ", "Y===", "a b=", "é==="] {
            assert_eq!(decoded_length(wrong), None, "{wrong}");
        }
    }
}
