//! Views (`savedquery`) and charts (`savedqueryvisualization`).

use base::Result;
use dataverse::{Session, Value};

use super::Projected;
use super::row::{Values, put, set, values};

/// The row of a view: its query and layout are kept as XML text.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "savedquery").await?;
    inner_xml(&mut row, what, "fetchxml");
    inner_xml(&mut row, what, "layoutxml");
    inner_xml(&mut row, what, "columnsetxml");
    if let Some(table) = &what.component.parent {
        set(&mut row, "returnedtypecode", Value::Text(table.to_lowercase()));
    }
    put(session, what, "savedquery", row).await
}

/// The row of a chart.
pub(crate) async fn project_chart(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "savedqueryvisualization").await?;
    inner_xml(&mut row, what, "datadescription");
    inner_xml(&mut row, what, "presentationdescription");
    if let Some(table) = &what.component.parent {
        set(&mut row, "primaryentitytypecode", Value::Text(table.to_lowercase()));
    }
    put(session, what, "savedqueryvisualization", row).await
}

/// Sets a column to what is inside a child: its elements as text.
pub(crate) fn inner_xml(row: &mut Values, what: &Projected<'_>, child: &str) {
    let Some(child) = what.component.element.child(child) else { return };
    if let Some(inner) = child.elements().next() {
        set(row, &child.name.to_lowercase(), Value::Text(inner.to_string()));
    }
}
