//! Cloud flows and classic processes (`workflow`): stored, not run.

use base::Result;
use dataverse::{Session, Value};

use super::Projected;
use super::row::{put, set, values};
use crate::definition::text;

/// The row of a flow: the JSON is `clientdata`, the XAML is `xaml`.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "workflow").await?;
    for (child, column) in [("JsonFileName", "clientdata"), ("XamlFileName", "xaml")] {
        if let Some(file) = what.component.file(child) {
            let text = String::from_utf8_lossy(&file.bytes);
            set(&mut row, column, Value::Text(text.trim_start_matches('\u{feff}').to_owned()));
        }
    }
    // A flow is turned on by an import only when that is asked for; one that is there keeps its
    // state (`row::put`).
    if !what.activate || text(&what.component.element, "StateCode").as_deref() != Some("1") {
        set(&mut row, "statecode", Value::Choice(0));
        set(&mut row, "statuscode", Value::Choice(1));
    }
    put(session, what, "workflow", row).await
}
