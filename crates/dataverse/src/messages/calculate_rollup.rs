//! `CalculateRollupField`: calculates a rollup column of a row now.

use base::{Error, Kind, Result};

use crate::security::{self, Right};
use crate::{Reference, Reply, Session, plan, rollup, rows};

/// Calculates a rollup column of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct CalculateRollup {
    /// The row.
    pub target: Reference,
    /// The column, by logical name.
    pub column: String,
}

/// Calculates all rollup columns of the environment: what the server does every hour.
#[derive(Clone, Debug, PartialEq)]
pub struct CalculateRollups;

impl CalculateRollup {
    /// Answers with the row and the column, its date and its state.
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let schema = session.schema().clone();
        let table = plan::table(&schema, &self.target.set_or_table)?;
        let column = table.column(&self.column.to_lowercase());
        let column = column.filter(|column| column.source_type == metadata::SourceType::Rollup);
        let column = column.ok_or_else(|| {
            let message =
                format!("'{}' is no rollup column of '{}'.", self.column, table.logical_name);
            Error::new(Kind::Invalid, "0x80060424", message)
        })?;
        let key = plan::row_key(table, &self.target.key)?;
        let id = rows::known_id(session, table, &key).await?;
        let (user, store) = (session.user().clone(), session.store());
        security::check_row(session.tx(), store, &user, table, id, Right::Read).await?;
        rollup::calculate(session, table, column, Some(id)).await?;
        let companion = |ending: &str| {
            let name = format!("{}_{ending}", column.logical_name);
            table.column(&name).is_some().then_some(name)
        };
        let mut select = vec![column.logical_name.clone()];
        select.extend(companion("date"));
        select.extend(companion("state"));
        let query = query::Query { select, ..query::Query::default() };
        let record = rows::returning(session, table, id, Some(query)).await?;
        let record = record.ok_or_else(|| crate::not_found(&table.logical_name, id))?;
        Ok(Reply::Record(record))
    }
}

impl CalculateRollups {
    /// Answers how many rows changed.
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        session.require_privilege("prvWriteAttribute")?;
        let changed = rollup::calculate_all(session).await?;
        Ok(Reply::Number(i64::try_from(changed).unwrap_or(i64::MAX)))
    }
}
