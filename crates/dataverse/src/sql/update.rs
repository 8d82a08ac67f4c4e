//! Changes of rows.

use base::Uuid;
use db::{Statement, Store};
use metadata::Table;

use super::Writer;
use crate::plan::{Condition, Values, stored};
use crate::{User, ddl};

/// A change of one row.
pub(crate) struct Change {
    /// Which row.
    pub id: Uuid,
    /// Its new values.
    pub values: Values,
    /// Only where this holds too: what the user may write.
    pub condition: Condition,
    /// Only if it still has this version.
    pub if_version: Option<i64>,
}

/// One statement that changes the row if it is there, may be written, and has the version that
/// is expected. Answers the new version of the row that it changed.
pub(crate) fn update(store: &Store, user: &User, table: &Table, change: Change) -> Statement {
    let has_version = table.column("versionnumber").is_some();
    let mut writer = Writer::new(store, user);
    writer.push("update ");
    writer.table(table);
    writer.push(" as t0 set ");
    writer.assignments(change.values);
    if has_version {
        writer.push(", \"versionnumber\" = ");
        writer.push(&store.dialect().next_version(store));
    }
    writer.push("\nwhere t0.");
    writer.name(&table.primary_id);
    writer.push(" = ");
    writer.param(change.id);
    if !change.condition.is_always() {
        writer.push("\n  and ");
        writer.condition(&change.condition);
    }
    if let Some(version) = change.if_version.filter(|_| has_version) {
        writer.push("\n  and t0.\"versionnumber\" = ");
        writer.param(version);
    }
    writer.push("\nreturning ");
    writer.push(if has_version { "\"versionnumber\"" } else { "0" });
    writer.finish()
}

impl Writer<'_> {
    pub(super) fn assignments(&mut self, values: Values) {
        for (index, (column, value)) in values.into_iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " });
            let (own, target) = stored(&column, value);
            self.name(&column.logical_name);
            self.push(" = ");
            self.param(own);
            if ddl::has_type_column(&column) {
                self.push(", ");
                self.target_name(&column);
                self.push(" = ");
                self.param(target.unwrap_or_default());
            }
        }
    }
}
