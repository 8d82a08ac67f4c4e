//! Choices (option sets): lists of numbered options with labels.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Label, LanguageCode, ManagedProperties};

/// A choice: a global one, shared by columns, or the local one of a single column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The stable id of the definition.
    pub metadata_id: Uuid,
    /// Its name: global ones as given, local ones `<table>_<column>`.
    pub name: String,
    /// What kind of list it is.
    pub kind: ChoiceKind,
    /// Whether several columns may share it.
    pub is_global: bool,
    /// Whether a person or a solution made it, rather than the platform.
    pub is_custom: bool,
    /// Whether its base layer is a managed solution.
    #[serde(default)]
    pub is_managed: bool,
    /// What people read.
    pub display_name: Label,
    /// What it is for.
    #[serde(default)]
    pub description: Label,
    /// The options, in the order in which they are shown.
    pub options: Vec<ChoiceOption>,
    /// The solution version that introduced it.
    #[serde(default)]
    pub introduced_version: Option<String>,
    /// What may be changed above the base layer.
    #[serde(default)]
    pub managed_properties: ManagedProperties,
}

/// What kind of list a choice is (`OptionSetType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChoiceKind {
    /// One of many, or several of many.
    Picklist,
    /// Yes or no.
    Boolean,
    /// The state of a row.
    State,
    /// The reason for that state.
    Status,
}

/// One option of a choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// The number that rows hold.
    pub value: i32,
    /// What people read.
    pub label: Label,
    /// What it means.
    #[serde(default)]
    pub description: Label,
    /// `#rrggbb`, if it has a colour.
    #[serde(default)]
    pub color: Option<String>,
    /// A value in another system.
    #[serde(default)]
    pub external_value: Option<String>,
    /// For an option of a status: the state it belongs to.
    #[serde(default)]
    pub state: Option<i32>,
    /// For an option of a state: the status that comes with it.
    #[serde(default)]
    pub default_status: Option<i32>,
    /// For an option of a state: its name in code (`Active`).
    #[serde(default)]
    pub invariant_name: Option<String>,
    /// For an option of a status: the XML of the allowed moves.
    #[serde(default)]
    pub transition_data: Option<String>,
    /// Whether it is offered no more.
    #[serde(default)]
    pub is_hidden: bool,
}

impl Choice {
    /// The option with `value`.
    pub fn option(&self, value: i32) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.value == value)
    }

    /// What people read for `value`.
    pub fn label(&self, value: i32, language: LanguageCode) -> Option<&str> {
        self.option(value)?.label.text(language)
    }
}
