//! What the actions on options have in common: finding the choice, and putting it back.

use std::sync::Arc;

use base::{Error, Kind, Result};
use dataverse::messages::{UpdateChoice, UpdateColumn};
use metadata::{Choice, Column, ColumnKind, Table};
use serde_json::Value;

use super::{Call, Parameters, wrong};

/// The choice that an action changes: a global one, or that of a column.
pub(super) enum Target {
    Global(Choice),
    Column(Arc<Table>, Box<Column>, Choice),
}

/// What says which choice is meant.
pub(super) const TARGET: [(&str, &str); 4] = [
    ("OptionSetName", "Edm.String"),
    ("AttributeLogicalName", "Edm.String"),
    ("EntityLogicalName", "Edm.String"),
    ("SolutionUniqueName", "Edm.String"),
];

pub(super) fn target(call: &Call, parameters: &Parameters) -> Result<Target> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str);
    if let Some(name) = text("OptionSetName") {
        let choice = call.schema.choice(name).ok_or_else(|| {
            not_found(format!("Could not find an option set with the name '{name}'."))
        })?;
        return Ok(Target::Global((**choice).clone()));
    }
    let (Some(table), Some(column)) = (text("EntityLogicalName"), text("AttributeLogicalName"))
    else {
        return Err(wrong(
            "Name the choice by 'OptionSetName', or by 'EntityLogicalName' and \
             'AttributeLogicalName'.",
        ));
    };
    let table = call
        .schema
        .table(&table.to_lowercase())
        .ok_or_else(|| not_found(format!("Could not find an entity with the name '{table}'.")))?;
    let column = table.column(&column.to_lowercase()).ok_or_else(|| {
        not_found(format!("Could not find an attribute '{column}' of '{}'.", table.logical_name))
    })?;
    let choice = column
        .options()
        .ok_or_else(|| wrong(format!("The column '{}' has no options.", column.logical_name)))?;
    if let ColumnKind::Choice { global: Some(_), .. }
    | ColumnKind::MultiChoice { global: Some(_), .. } = &column.kind
    {
        return Ok(Target::Global((**choice).clone()));
    }
    Ok(Target::Column(table.clone(), Box::new((**column).clone()), (**choice).clone()))
}

fn not_found(message: String) -> Error {
    Error::new(Kind::NotFound, "0x80040217", message)
}

impl Target {
    /// Whether the table of the choice has the state `state`.
    pub fn has_state(&self, state: i32) -> bool {
        self.of_table("statecode").is_some_and(|states| states.option(state).is_some())
    }

    /// Whether `status` is a status of the state `state` of the table of the choice.
    pub fn has_status(&self, status: i32, state: i32) -> bool {
        let option = self.of_table("statuscode").and_then(|statuses| statuses.option(status));
        option.is_some_and(|option| option.state == Some(state))
    }

    fn of_table(&self, column: &str) -> Option<&Choice> {
        match self {
            Self::Global(_) => None,
            Self::Column(table, ..) => table.column(column)?.options().map(|choice| &**choice),
        }
    }

    pub fn choice(&mut self) -> &mut Choice {
        match self {
            Self::Global(choice) | Self::Column(_, _, choice) => choice,
        }
    }

    /// Puts the changed choice in the place of the old one.
    pub async fn save(self, call: &Call, parameters: &Parameters) -> Result<()> {
        let merge_labels = false;
        let mut cx = call.cx.clone();
        if let Some(name) = parameters.get("SolutionUniqueName").and_then(Value::as_str) {
            cx.solution = Some(Arc::from(name));
        }
        match self {
            Self::Global(choice) => {
                call.execute_in(&cx, UpdateChoice { choice, merge_labels }).await?;
            }
            Self::Column(table, mut column, choice) => {
                match &mut column.kind {
                    ColumnKind::Choice { options, .. }
                    | ColumnKind::MultiChoice { options, .. }
                    | ColumnKind::State { options }
                    | ColumnKind::Status { options }
                    | ColumnKind::Boolean { options, .. } => *options = Arc::new(choice),
                    _ => return Err(Error::internal("a column lost its options")),
                }
                let table = table.logical_name.clone();
                let message = UpdateColumn { table, column: *column, merge_labels };
                call.execute_in(&cx, message).await?;
            }
        }
        Ok(())
    }
}

/// The refusal of an option that is not there.
pub(super) fn no_option(choice: &Choice, value: i32) -> Error {
    not_found(format!("The choice '{}' has no option {value}.", choice.name))
}
