//! Tables that only the server writes.

use super::{Rule, on};
use crate::{MessageName, On, Stage};
use base::{Error, Kind, Result};

use crate::{Event, Session};

/// The tables, and what writes them.
const TABLES: &[(&str, &str)] = &[
    // sorted: begin
    ("audit", "The server writes what happens."),
    ("dependency", "They follow from the definitions of components."),
    ("dependencynode", "They follow from the definitions of components."),
    ("fileattachment", "Upload and delete the content of file and image columns."),
    ("principalobjectaccess", "Share rows with GrantAccess, ModifyAccess and RevokeAccess."),
    ("privilege", "They belong to the tables of the environment."),
    ("privilegeobjecttypecodes", "They belong to the tables of the environment."),
    ("roleprivileges", "Use AddPrivilegesRole, RemovePrivilegeRole or ReplacePrivilegesRole."),
    ("roletemplate", "They belong to the platform."),
    ("sdkmessage", "They belong to the platform."),
    ("sdkmessagefilter", "They belong to the tables of the environment."),
    ("solutioncomponent", "Use AddSolutionComponent and RemoveSolutionComponent."),
    ("solutioncomponentdefinition", "They belong to the platform."),
    ("systemuserprofiles", "Link rows through systemuserprofiles_association."),
    ("systemuserroles", "Link rows through systemuserroles_association."),
    ("teammembership", "Link rows through teammembership_association."),
    ("teamprofiles", "Link rows through teamprofiles_association."),
    ("teamroles", "Link rows through teamroles_association."),
    // sorted: end
];

pub(super) fn rule() -> Rule {
    let messages = [MessageName::Create, MessageName::Update, MessageName::Delete];
    let of_table = |(table, _): &(&'static str, &str)| {
        messages.map(|message| on(message, Stage::Before, table))
    };
    let mut all: Vec<On> = TABLES.iter().flat_map(of_table).collect();
    // There is exactly one organisation.
    all.push(on(MessageName::Create, Stage::Before, "organization"));
    all.push(on(MessageName::Delete, Stage::Before, "organization"));
    Rule {
        name: "tables that only the server writes",
        on: all,
        run: |session, event| {
            let result = check(session, event);
            Box::pin(async move { result })
        },
    }
}

fn check(session: &Session<'_>, event: &Event) -> Result<()> {
    if session.user().is_system {
        return Ok(());
    }
    let name = event.data.table().map_or("", |table| table.logical_name.as_str());
    let found = TABLES.iter().find(|(table, _)| *table == name);
    let instead = found.map_or("An environment has exactly one.", |(_, instead)| instead);
    Err(Error::new(
        Kind::NotAllowed,
        "0x8004023b",
        format!("{:?} is not possible on rows of {name}. {instead}", event.message),
    ))
}
