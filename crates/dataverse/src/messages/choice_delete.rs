//! `DeleteChoice` (`DeleteOptionSet`): removes a global choice that no column uses.

use base::{Error, Kind, Result};

use super::choice_update::{choice, component};
use super::definitions::{require, require_deletable};
use crate::schema_store::global_choice;
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Removes a global choice.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteChoice {
    /// Its name.
    pub name: String,
}

impl DeleteChoice {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvDeleteOptionSet")?;
        let before = choice(session, &self.name)?;
        let mut component = component(&before);
        component.is_managed |= !before.is_custom;
        require_deletable(session, &component).await?;
        check_unused(session, &before.name)?;
        let event = || EventData::Choice { before: Some(before.clone()), after: None };
        session.run_steps(MessageName::DeleteChoice, Stage::Before, event()).await?;
        session.drop_choice(&before.name).await?;
        session.run_steps(MessageName::DeleteChoice, Stage::After, event()).await?;
        Ok(Reply::Done)
    }
}

fn check_unused(session: &Session<'_>, name: &str) -> Result<()> {
    let mut users = Vec::new();
    for table in session.schema().tables() {
        for column in table.columns.values() {
            if global_choice(column).is_some_and(|used| used.eq_ignore_ascii_case(name)) {
                users.push(format!("{}.{}", table.logical_name, column.logical_name));
            }
        }
    }
    users.sort();
    match users.is_empty() {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Invalid,
            "0x80048417",
            format!(
                "The global choice {name} cannot be deleted: columns use it: {}.",
                users.join(", ")
            ),
        )),
    }
}
