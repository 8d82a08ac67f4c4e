//! What the messages that change definitions share: who may, what the publisher of a managed
//! component allows, and what a refusal says.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use db::statement;
use metadata::{Label, ManagedProperties, Table, names};

use crate::{Session, security};

/// What is about to be changed: for the guards of its publisher and for refusals.
pub(super) struct Component<'a> {
    /// Such as `table new_bank` or `column name of account`.
    pub label: String,
    /// The id of its definition.
    pub id: Uuid,
    /// Whether its base layer is a managed solution.
    pub is_managed: bool,
    /// What its publisher allows.
    pub properties: &'a ManagedProperties,
}

/// Refuses a caller without a privilege that belongs to no table (`prvCreateEntity`).
pub(super) fn require(session: &Session<'_>, privilege: &str) -> Result<()> {
    match session.user().has_privilege(privilege) {
        true => Ok(()),
        false => Err(security::misc_privilege_missing(session.user(), privilege)),
    }
}

/// Refuses a change that the publisher of a managed component does not allow. The server itself
/// passes: an import changes the publisher's own layer.
pub(super) async fn require_customizable(
    session: &mut Session<'_>,
    component: &Component<'_>,
    property: &str,
) -> Result<()> {
    let is_free = !component.is_managed || component.properties.allows(property);
    if is_free || session.user().is_system {
        return Ok(());
    }
    let solution = managing_solution(session, component.id).await?;
    let off =
        if component.properties.allows("iscustomizable") { property } else { "iscustomizable" };
    Err(Error::new(
        Kind::Invalid,
        "0x80047008",
        format!(
            "The {} cannot be changed this way: it belongs to the managed solution {solution}, whose \
             publisher has switched its managed property {off} off. Only an update of that solution \
             can change it.",
            component.label
        ),
    ))
}

/// Refuses to delete what a managed solution or the platform brought.
pub(super) async fn require_deletable(
    session: &mut Session<'_>,
    component: &Component<'_>,
) -> Result<()> {
    if !component.is_managed || session.user().is_system {
        return Ok(());
    }
    let solution = managing_solution(session, component.id).await?;
    Err(Error::new(
        Kind::Invalid,
        "0x8004f01f",
        format!(
            "The {} cannot be deleted: it belongs to the managed solution {solution}. Uninstall that \
             solution, or install a version of it without the component.",
            component.label
        ),
    ))
}

/// The solution that a managed component came with.
async fn managing_solution(session: &mut Session<'_>, id: Uuid) -> Result<String> {
    let sql = session.store().sql(
        "select s.uniquename from {solutioncomponent} c join {solution} s \
         on s.solutionid = c.solutionid where c.objectid = ?1 and s.ismanaged = 1 \
         order by s.installedon limit 1",
    );
    let rows = session.tx().query(&statement!(sql, id)).await?;
    let name = rows.first().map(|row| row.get::<Option<String>>(0)).transpose()?.flatten();
    Ok(name.unwrap_or_else(|| "System".to_owned()))
}

/// The definition cannot go while something refers to it.
pub(super) fn in_use(label: &str, users: &[String]) -> Error {
    let count = users.len();
    let names = users.join(", ");
    Error::new(
        Kind::Invalid,
        "0x8004f01f",
        format!(
            "The {label} cannot be deleted because it is referenced by {count} other component(s): \
             {names}. Delete or change them first."
        ),
    )
}

/// The table with this logical name.
pub(super) fn table(session: &Session<'_>, name: &str) -> Result<Arc<Table>> {
    let found = session.schema().table(&name.to_lowercase()).cloned();
    found.ok_or_else(|| {
        Error::not_found(
            "0x80040217",
            format!("Could not find the table {name} in this environment."),
        )
    })
}

/// The table as something to change.
pub(super) fn table_component(table: &Table) -> Component<'_> {
    Component {
        label: format!("table {}", table.logical_name),
        id: table.metadata_id,
        is_managed: table.is_managed,
        properties: &table.managed_properties,
    }
}

/// Refuses a schema name that a custom definition cannot have.
pub(super) fn check_name(what: &str, name: &str, chars_max: usize) -> Result<()> {
    names::check_schema_name(name, chars_max).map_err(|error| {
        Error::invalid(format!("{name:?} cannot be the schema name of a {what}: {error}."))
    })
}

/// Refuses a definition that nobody could read the name of.
pub(super) fn check_label(what: &str, property: &str, label: &Label) -> Result<()> {
    match label.0.iter().any(|(_, text)| !text.trim().is_empty()) {
        true => Ok(()),
        false => Err(Error::invalid(format!("{what} needs a {property}."))),
    }
}

/// The label after a change: with `merge`, languages that are not given stay.
pub(super) fn merged(old: &Label, new: &Label, merge: bool) -> Label {
    if !merge {
        return new.clone();
    }
    let mut label = old.clone();
    for (language, text) in &new.0 {
        label.set(*language, text.clone());
    }
    label
}
