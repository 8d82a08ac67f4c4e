//! Forms and dashboards (`systemform`).

use base::Result;
use dataverse::{Session, Value};
use package::ComponentKind;

use super::Projected;
use super::row::{put, set, values};

/// The types of forms: the folder in packages, the option of `systemform.type`.
pub(crate) const FORM_TYPES: &[(&str, i32)] = &[
    // sorted: begin
    ("appointmentBook", 1),
    ("appointmentBookBackup", 102),
    ("card", 11),
    ("contextualDashboard", 13),
    ("dashboard", 0),
    ("dialog", 8),
    ("interactionCentricDashboard", 10),
    ("main", 2),
    ("mainBackup", 101),
    ("mainInteractionCentric", 12),
    ("miniCampaignBO", 3),
    ("mobile", 5),
    ("other", 100),
    ("powerBIDashboard", 103),
    ("preview", 4),
    ("quick", 6),
    ("quickCreate", 7),
    ("taskFlowForm", 9),
    // sorted: end
];

/// The row of a form: what is drawn is kept as XML text.
pub(crate) async fn project(session: &mut Session<'_>, what: &Projected<'_>) -> Result<()> {
    let mut row = values(session, what, "systemform").await?;
    let component = what.component;
    let drawn = match component.kind {
        ComponentKind::Form => component.element.child("form"),
        _ => component.element.find("FormXml/forms/form"),
    };
    if let Some(form) = drawn {
        set(&mut row, "formxml", Value::Text(form.to_string()));
    }
    set(&mut row, "type", Value::Choice(form_type(what)));
    let table = component.parent.as_deref().unwrap_or("none").to_lowercase();
    set(&mut row, "objecttypecode", Value::Text(table));
    put(session, what, "systemform", row).await
}

fn form_type(what: &Projected<'_>) -> i32 {
    match what.component.kind {
        ComponentKind::Dashboard => 0,
        ComponentKind::InteractionCentricDashboard => 10,
        _ => {
            let group = what.component.group.as_deref().unwrap_or("main");
            let found = FORM_TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(group));
            found.map_or(100, |(_, code)| *code)
        }
    }
}
