//! `InitializeFrom`: the values that a new row takes over from another one.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use db::statement;
use metadata::{CascadeAction, Column, Schema, Table};
use query::Query;

use crate::session::ReadScope;
use crate::{Record, Reference, Reply, Value, plan, rows};

/// Asks for the values with which a new row of a table begins that belongs to another row.
#[derive(Clone, Debug, PartialEq)]
pub struct InitializeFrom {
    /// The row that is there.
    pub source: Reference,
    /// The table of the new row.
    pub table: String,
}

impl InitializeFrom {
    pub(crate) async fn run(self, scope: &mut ReadScope<'_>) -> Result<Reply> {
        let schema = scope.schema.clone();
        let from = plan::table(&schema, &self.source.set_or_table)?;
        let to = plan::table(&schema, &self.table)?;
        let key = plan::row_key(from, &self.source.key)?;
        let source = rows::find(scope, from, &key, &Query::default(), false).await?;
        let mut values = Vec::new();
        if let Some(column) = parent_column(&schema, from, to) {
            values.push((column, Value::lookup(&from.logical_name, source.id)));
        }
        for (from_name, to_name) in mapped(scope, from, to).await? {
            let (Some(value), Some(column)) = (source.get(&from_name), to.column(&to_name)) else {
                continue;
            };
            if !value.is_null() && plan::fits(column, value) {
                values.retain(|(known, _): &(Arc<Column>, Value)| !Arc::ptr_eq(known, column));
                values.push((column.clone(), value.clone()));
            }
        }
        let (id, version) = (Uuid::nil(), 0);
        let record = Record { table: to.clone(), id, version, values, expanded: Vec::new() };
        Ok(Reply::Record(Box::new(record)))
    }
}

/// The lookup by which a new row belongs to the row that is there: of the parental relationship,
/// else of the only one.
fn parent_column(schema: &Schema, from: &Table, to: &Arc<Table>) -> Option<Arc<Column>> {
    let mut all: Vec<_> = schema
        .many_to_one(&to.logical_name)
        .filter(|one| one.referenced_table == from.logical_name)
        .filter(|one| to.column(&one.referencing_column).is_some_and(|c| c.valid_for_create))
        .collect();
    let parental = all.iter().find(|one| one.cascade.reparent == CascadeAction::Cascade);
    let found = match parental {
        Some(found) => found,
        None if all.len() == 1 => all.remove(0),
        None => return None,
    };
    to.column(&found.referencing_column).cloned()
}

/// Pairs of columns, as the rows of `entitymap` and `attributemap` say.
async fn mapped(
    scope: &mut ReadScope<'_>,
    from: &Table,
    to: &Table,
) -> Result<Vec<(String, String)>> {
    let sql = scope.store.sql(
        "select a.sourceattributename, a.targetattributename from {attributemap} a \
         join {entitymap} e on e.entitymapid = a.entitymapid \
         where e.sourceentityname = ?1 and e.targetentityname = ?2 \
         order by a.targetattributename",
    );
    let statement = statement!(sql, &from.logical_name, &to.logical_name);
    let rows = scope.db.query(&statement).await?;
    rows.iter().map(|row| Ok::<_, Error>((row.get(0)?, row.get(1)?))).collect()
}
