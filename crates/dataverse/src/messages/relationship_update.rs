//! `UpdateRelationship`: changes cascades and labels of a relationship.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{ManagedProperties, Menu, Relationship};

use super::definitions::{Component, merged, require, require_customizable};
use super::relationship_create::{check_cascade, check_parental, description};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Replaces the definition of a relationship; its tables and names stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateRelationship {
    /// The whole definition.
    pub relationship: Relationship,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateRelationship {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteRelationship")?;
        let before = relationship(session, self.relationship.schema_name())?;
        let after = changed(&before, &self.relationship, self.merge_labels)?;
        require_customizable(session, &component(&before), "iscustomizable").await?;
        if let Relationship::OneToMany(one) = &after {
            check_cascade(&one.cascade)?;
            check_parental(session, std::slice::from_ref(one))?;
        }
        let event =
            |after| EventData::Relationship { before: Some(before.clone()), after: Some(after) };
        let message = MessageName::UpdateRelationship;
        session.run_steps(message, Stage::Before, event(Arc::new(after.clone()))).await?;
        let after = session.put_relationship(after).await?;
        session.run_steps(message, Stage::After, event(after)).await?;
        Ok(Reply::Done)
    }
}

/// The relationship with this name.
pub(super) fn relationship(session: &Session<'_>, name: &str) -> Result<Arc<Relationship>> {
    let found = session.schema().relationship(name).cloned();
    found.ok_or_else(|| {
        let message = format!("Could not find the relationship {name} in this environment.");
        Error::not_found("0x80040217", message)
    })
}

/// The relationship as it becomes: cascades, hierarchy, menus and guards are what can change.
fn changed(before: &Relationship, new: &Relationship, merge_labels: bool) -> Result<Relationship> {
    let menu = |old: &Menu, new: &Menu| Menu {
        label: merged(&old.label, &new.label, merge_labels),
        ..new.clone()
    };
    match (before, new) {
        (Relationship::OneToMany(old), Relationship::OneToMany(new)) => {
            let mut after = old.clone();
            after.cascade = new.cascade;
            after.is_hierarchical = new.is_hierarchical;
            after.menu = menu(&old.menu, &new.menu);
            if !old.is_managed {
                after.managed_properties = new.managed_properties.clone();
            }
            Ok(Relationship::OneToMany(after))
        }
        (Relationship::ManyToMany(old), Relationship::ManyToMany(new)) => {
            let mut after = old.clone();
            after.menu1 = menu(&old.menu1, &new.menu1);
            after.menu2 = menu(&old.menu2, &new.menu2);
            if !old.is_managed {
                after.managed_properties = new.managed_properties.clone();
            }
            Ok(Relationship::ManyToMany(after))
        }
        _ => Err(description("A relationship stays of the kind that it was made.")),
    }
}

/// The relationship as something to change.
pub(super) fn component(relationship: &Relationship) -> Component<'_> {
    let (is_managed, properties): (bool, &ManagedProperties) = match relationship {
        Relationship::OneToMany(one) => (one.is_managed, &one.managed_properties),
        Relationship::ManyToMany(many) => (many.is_managed, &many.managed_properties),
    };
    Component {
        label: format!("relationship {}", relationship.schema_name()),
        id: relationship.metadata_id(),
        is_managed,
        properties,
    }
}
