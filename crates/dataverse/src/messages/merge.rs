//! `Merge`: a row takes over from another one, which is then inactive.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::Table;

use super::Update;
use crate::security::{self, Right};
use crate::{Reference, Reply, RowInput, Session, Value, plan, rows};

/// Moves what belongs to one row to another one, and makes the first inactive.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The row that stays.
    pub target: Reference,
    /// The row that becomes inactive.
    pub subordinate: Reference,
    /// What changes in the row that stays.
    pub content: RowInput,
    /// Refuse rows that belong to different parents.
    pub checks_parents: bool,
}

/// What a row belongs to, by table.
const PARENTS: &[(&str, &str)] = &[("account", "parentaccountid"), ("contact", "parentcustomerid")];

impl Merge {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let schema = session.schema().clone();
        let table = plan::table(&schema, &self.target.set_or_table)?.clone();
        let other = plan::table(&schema, &self.subordinate.set_or_table)?;
        if table.logical_name != other.logical_name || table.column("masterid").is_none() {
            return Err(Error::invalid(
                "Two rows of one table are merged: of account, or of contact.",
            ));
        }
        session.require_privilege("prvMerge")?;
        let target = id(session, &table, &self.target).await?;
        let subordinate = id(session, &table, &self.subordinate).await?;
        if target == subordinate {
            return Err(Error::invalid("A row cannot be merged with itself."));
        }
        check(session, &table, (target, subordinate), self.checks_parents).await?;
        if !self.content.0.is_empty() {
            let reference = Reference::id(&table.logical_name, target);
            update(reference, self.content).run(session).await?;
        }
        rows::take_over(session, &table, subordinate, target).await?;
        deactivate(session, &table, subordinate, target).await?;
        Ok(Reply::Done)
    }
}

async fn id(session: &mut Session<'_>, table: &Arc<Table>, row: &Reference) -> Result<Uuid> {
    let key = plan::row_key(table, &row.key)?;
    rows::known_id(session, table, &key).await
}

fn update(target: Reference, row: RowInput) -> Update {
    Update { target, row, if_version: None, returning: None }
}

/// Both rows may be changed, are there, and were not merged before.
async fn check(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    (target, subordinate): (Uuid, Uuid),
    checks_parents: bool,
) -> Result<()> {
    let (user, store) = (session.user().clone(), session.store());
    for id in [target, subordinate] {
        security::check_row(session.tx(), store, &user, table, id, Right::Write).await?;
    }
    let mut parents = Vec::new();
    for id in [target, subordinate] {
        if session.read_value(&table.logical_name, id, "merged").await? == Value::Bool(true) {
            return Err(Error::new(
                Kind::Invalid,
                "0x80040203",
                format!("The {} {id} was merged already.", table.logical_name),
            ));
        }
        let parent = PARENTS.iter().find(|(name, _)| *name == table.logical_name);
        if let Some((_, column)) = parent.filter(|_| checks_parents) {
            parents.push(session.read_value(&table.logical_name, id, column).await?.id());
        }
    }
    match parents.as_slice() {
        [first, second] if first != second => Err(Error::invalid(
            "The two rows belong to different parents. Send 'PerformParentingChecks': false to \
             merge them all the same.",
        )),
        _ => Ok(()),
    }
}

/// The server writes what clients may not.
async fn deactivate(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    subordinate: Uuid,
    target: Uuid,
) -> Result<()> {
    let schema = session.schema().clone();
    let master = schema
        .many_to_one(&table.logical_name)
        .find(|one| one.referencing_column == "masterid")
        .ok_or_else(|| Error::internal("there is no relationship for 'masterid'"))?;
    let row = RowInput::default()
        .with("statecode", 1)
        .with("merged", true)
        .bind(&master.referencing_navigation, Reference::id(&table.logical_name, target));
    let reference = Reference::id(&table.logical_name, subordinate);
    session.execute_as_system(update(reference, row)).await?;
    Ok(())
}
