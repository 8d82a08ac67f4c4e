//! Which state and status a row may have.

use base::{Error, Kind, Result};
use metadata::{Choice, ColumnKind, Table};

/// The state and the status of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// `statecode`.
    pub state: i32,
    /// `statuscode`.
    pub status: i32,
}

/// Settles state and status from what is given and what the row has: one alone brings the other
/// along. Nothing for tables without states.
pub(crate) fn settle(
    table: &Table,
    given: (Option<i32>, Option<i32>),
    before: Option<Standing>,
) -> Result<Option<Standing>> {
    let (Some(states), Some(statuses)) = (states(table), statuses(table)) else { return Ok(None) };
    let standing = match given {
        (Some(state), Some(status)) => Standing { state, status },
        (Some(state), None) => match before.filter(|before| before.state == state) {
            Some(same) => same,
            None => Standing { state, status: default_status(table, states, statuses, state)? },
        },
        (None, Some(status)) => {
            let of = statuses.option(status).and_then(|option| option.state);
            let present = before.map_or(first_state(states), |before| before.state);
            Standing { state: of.unwrap_or(present), status }
        }
        (None, None) => match before {
            Some(before) => before,
            None => {
                let state = first_state(states);
                Standing { state, status: default_status(table, states, statuses, state)? }
            }
        },
    };
    check(table, states, statuses, standing)?;
    if let Some(before) = before {
        check_move(table, statuses, before, standing)?;
    }
    Ok(Some(standing))
}

/// The options of `statecode`.
fn states(table: &Table) -> Option<&Choice> {
    match &table.column("statecode")?.kind {
        ColumnKind::State { options } => Some(options),
        _ => None,
    }
}

/// The options of `statuscode`.
fn statuses(table: &Table) -> Option<&Choice> {
    match &table.column("statuscode")?.kind {
        ColumnKind::Status { options } => Some(options),
        _ => None,
    }
}

/// New rows are in the state with the lowest number: active, open, draft.
fn first_state(states: &Choice) -> i32 {
    states.options.iter().map(|option| option.value).min().unwrap_or_default()
}

fn default_status(table: &Table, states: &Choice, statuses: &Choice, state: i32) -> Result<i32> {
    let option = states.option(state).ok_or_else(|| no_such_state(table, state))?;
    let first = || statuses.options.iter().find(|option| option.state == Some(state));
    let status = option.default_status.or_else(|| first().map(|option| option.value));
    status.ok_or_else(|| no_such_state(table, state))
}

fn check(table: &Table, states: &Choice, statuses: &Choice, standing: Standing) -> Result<()> {
    let Standing { state, status } = standing;
    let known = states.option(state).ok_or_else(|| no_such_state(table, state))?;
    match statuses.option(status) {
        Some(option) if option.state.is_none_or(|of| of == state) => Ok(()),
        _ => {
            let name = known.invariant_name.as_deref().or(known.label.text(metadata::ENGLISH));
            Err(mismatch(format!(
                "{status} is not a valid status code for state code {} ({state}) on {}.",
                name.unwrap_or_default(),
                table.logical_name
            )))
        }
    }
}

fn no_such_state(table: &Table, state: i32) -> Error {
    mismatch(format!("{state} is not a valid state code on {}.", table.logical_name))
}

fn mismatch(message: String) -> Error {
    Error::new(Kind::Invalid, "0x80048408", message)
}

/// A table may say from which status to which other a row may move.
fn check_move(table: &Table, statuses: &Choice, from: Standing, to: Standing) -> Result<()> {
    let is_enforced =
        table.flags.get("EnforceStateTransitions").and_then(serde_json::Value::as_bool);
    if from.status == to.status || is_enforced != Some(true) {
        return Ok(());
    }
    let allowed = statuses.option(from.status).and_then(|option| option.transition_data.as_deref());
    let is_allowed = allowed.is_none_or(|xml| next_statuses(xml).any(|next| next == to.status));
    if is_allowed {
        return Ok(());
    }
    Err(Error::new(
        Kind::Invalid,
        "0x8004f00e",
        format!(
            "A row of {} cannot move from status {} to status {}.",
            table.logical_name, from.status, to.status
        ),
    ))
}

/// The statuses that the XML of the allowed moves names
/// (`<allowedtransition sourcestatusid="1" tostatusid="2" />`).
fn next_statuses(xml: &str) -> impl Iterator<Item = i32> {
    xml.split("tostatusid=").skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']);
        rest.split(['"', '\'']).next()?.trim().parse().ok()
    })
}
