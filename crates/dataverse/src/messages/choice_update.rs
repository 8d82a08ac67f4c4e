//! `UpdateChoice` (`UpdateOptionSet`): changes a global choice and the columns that use it.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{Choice, Label};

use super::column_create::check_options;
use super::definitions::{Component, check_label, merged, require, require_customizable};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Replaces the definition of a global choice; its name stays.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateChoice {
    /// The whole definition. Without options, those that are there stay.
    pub choice: Choice,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateChoice {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteOptionSet")?;
        let before = choice(session, &self.choice.name)?;
        require_customizable(session, &component(&before), "iscustomizable").await?;
        let after = self.changed(&before);
        check_label("A choice", "DisplayName", &after.display_name)?;
        check_options(&after)?;
        let event = |after| EventData::Choice { before: Some(before.clone()), after: Some(after) };
        let message = MessageName::UpdateChoice;
        session.run_steps(message, Stage::Before, event(Arc::new(after.clone()))).await?;
        let after = session.put_choice(after).await?;
        session.run_steps(message, Stage::After, event(after)).await?;
        Ok(Reply::Done)
    }

    fn changed(&self, before: &Choice) -> Choice {
        let new = &self.choice;
        let label = |old: &Label, new: &Label| merged(old, new, self.merge_labels);
        let mut after = before.clone();
        after.display_name = label(&before.display_name, &new.display_name);
        after.description = label(&before.description, &new.description);
        if !new.options.is_empty() {
            after.options.clone_from(&new.options);
        }
        for option in &mut after.options {
            if let Some(old) = before.option(option.value) {
                option.label = label(&old.label, &option.label);
            }
        }
        if !before.is_managed {
            after.managed_properties = new.managed_properties.clone();
        }
        after
    }
}

/// The global choice with this name.
pub(super) fn choice(session: &Session<'_>, name: &str) -> Result<Arc<Choice>> {
    let found = session.schema().choice(name).cloned();
    found.ok_or_else(|| {
        let message = format!("Could not find the global choice {name} in this environment.");
        Error::not_found("0x80040217", message)
    })
}

/// The choice as something to change.
pub(super) fn component(choice: &Choice) -> Component<'_> {
    Component {
        label: format!("global choice {}", choice.name),
        id: choice.metadata_id,
        is_managed: choice.is_managed,
        properties: &choice.managed_properties,
    }
}
