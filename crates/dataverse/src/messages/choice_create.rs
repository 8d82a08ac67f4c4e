//! `CreateChoice` (`CreateOptionSet`): a new global choice.

use std::sync::Arc;

use base::{Error, Kind, Result};
use metadata::names::SCHEMA_NAME_CHARS_MAX;
use metadata::{Choice, ChoiceKind};

use super::column_create::check_options;
use super::definitions::{check_label, check_name, require};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Creates a global choice.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateChoice {
    /// The definition as the maker gave it.
    pub choice: Choice,
}

impl CreateChoice {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvCreateOptionSet")?;
        let mut choice = self.choice;
        check(session, &choice)?;
        choice.is_global = true;
        choice.is_custom = true;
        choice.is_managed = false;
        if choice.metadata_id.is_nil() {
            choice.metadata_id = session.cx().new_id();
        }
        choice.introduced_version.get_or_insert_with(|| "1.0.0.0".to_owned());
        let event = |after| EventData::Choice { before: None, after: Some(after) };
        let made = Arc::new(choice.clone());
        session.run_steps(MessageName::CreateChoice, Stage::Before, event(made)).await?;
        let made = session.put_choice(choice).await?;
        let id = made.metadata_id;
        session.run_steps(MessageName::CreateChoice, Stage::After, event(made)).await?;
        Ok(Reply::Defined(vec![id]))
    }
}

fn check(session: &Session<'_>, choice: &Choice) -> Result<()> {
    check_name("choice", &choice.name, SCHEMA_NAME_CHARS_MAX)?;
    check_label("A choice", "DisplayName", &choice.display_name)?;
    if choice.kind != ChoiceKind::Picklist {
        return Err(Error::not_implemented("A global choice that is not a picklist"));
    }
    if session.schema().choice(&choice.name).is_some() {
        return Err(Error::new(
            Kind::Invalid,
            "0x80047010",
            format!("A global choice with the name {} already exists.", choice.name),
        ));
    }
    check_options(choice)
}
