//! New rows.

use db::{Statement, Store};
use metadata::Table;

use super::Writer;
use crate::plan::{Values, stored};
use crate::{User, ddl};

/// Values in one statement; both databases take more.
const PARAMS_MAX: usize = 10_000;

/// A new row. Answers its version, if the table has versions.
pub(crate) fn insert(store: &Store, user: &User, table: &Table, values: Values) -> Statement {
    let mut rows = inserts(store, user, table, vec![values]);
    let mut statement = rows.pop().unwrap_or_else(|| Statement::new("", Vec::new()));
    if table.column("versionnumber").is_some() {
        statement.sql = format!("{}\nreturning \"versionnumber\"", statement.sql).into();
    }
    statement
}

/// New rows that give values to the same columns in the same order, as few statements.
pub(crate) fn inserts(
    store: &Store,
    user: &User,
    table: &Table,
    mut rows: Vec<Values>,
) -> Vec<Statement> {
    let width = rows.first().map_or(1, |values| 2 * values.len().max(1));
    let mut statements = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min((PARAMS_MAX / width).max(1)));
        statements.push(chunk(store, user, table, std::mem::replace(&mut rows, rest)));
    }
    statements
}

fn chunk(store: &Store, user: &User, table: &Table, rows: Vec<Values>) -> Statement {
    let has_version = table.column("versionnumber").is_some();
    let mut writer = Writer::new(store, user);
    writer.push("insert into ");
    writer.table(table);
    writer.push(" (");
    if let Some(first) = rows.first() {
        writer.names(first);
    }
    writer.push(if has_version { ", \"versionnumber\")\nvalues " } else { ")\nvalues " });
    let version = has_version.then(|| store.dialect().next_version(store));
    for (index, values) in rows.into_iter().enumerate() {
        writer.push(if index == 0 { "(" } else { ",\n  (" });
        writer.values(values);
        if let Some(version) = &version {
            writer.push(", ");
            writer.push(version);
        }
        writer.push(")");
    }
    writer.finish()
}

impl Writer<'_> {
    fn names(&mut self, values: &Values) {
        for (index, (column, _)) in values.iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " });
            self.name(&column.logical_name);
            if ddl::has_type_column(column) {
                self.push(", ");
                self.target_name(column);
            }
        }
    }

    fn values(&mut self, values: Values) {
        for (index, (column, value)) in values.into_iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " });
            let (own, target) = stored(&column, value);
            self.param(own);
            if let Some(target) = target {
                self.push(", ");
                self.param(target);
            }
        }
    }
}
