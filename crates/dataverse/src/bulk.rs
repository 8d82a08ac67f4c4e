//! Rows that the server itself keeps, written many at a time: privileges, the rows of the template.
//!
//! No rights, no steps: what people and programs write goes through messages.

use std::sync::Arc;

use base::{Cx, Result, Uuid};
use db::{Statement, Store, Tx, Value};
use metadata::{Column, ColumnKind, Ownership, Table};

use crate::well_known::{ACTIVE_SOLUTION, SYSTEM_USER};

/// New rows of one table that give values to the same columns.
pub(crate) struct Rows {
    table: Arc<Table>,
    columns: Vec<&'static str>,
    rows: Vec<(Uuid, Vec<Value>)>,
}

/// What is the same for all rows that are written together.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// The organisation.
    pub organization: Uuid,
    /// The business unit of rows that have an owner.
    pub unit: Uuid,
    /// Seconds since 1970.
    pub now: i64,
    /// Whether they came with the platform, and not by a person.
    pub is_managed: bool,
}

/// Values in one statement; both databases take more.
const PARAMS_MAX: usize = 6_000;

impl Rows {
    /// Rows of `table` with values for `columns`, by logical name.
    pub fn new(table: &Arc<Table>, columns: &[&'static str]) -> Self {
        Self { table: table.clone(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, id: Uuid, values: Vec<Value>) {
        debug_assert_eq!(self.columns.len(), values.len(), "{}", self.table.logical_name);
        self.rows.push((id, values));
    }

    /// Writes the rows, with what follows from the columns of the table (created, owner, state,
    /// component). Rows that are there already stay as they are.
    pub async fn insert(self, cx: &Cx, tx: &mut Tx, store: &Store, origin: Origin) -> Result<()> {
        let dialect = store.dialect();
        let filled = self.filled(origin);
        let uniques = unique_ids(&self.table);
        let mut names = vec![self.table.primary_id.as_str()];
        names.extend(&self.columns);
        names.extend(uniques.iter().copied());
        names.extend(filled.iter().map(|(name, _)| *name));
        let has_version = self.table.column("versionnumber").is_some();
        let mut quoted: Vec<_> =
            names.iter().map(|name| dialect.quote(&dialect.physical_name(name))).collect();
        if has_version {
            quoted.push(dialect.quote("versionnumber"));
        }
        let version = has_version.then(|| dialect.next_version(store));
        let head = format!(
            "insert into {} ({}) values ",
            store.table(&dialect.physical_name(&self.table.logical_name)),
            quoted.join(", ")
        );
        for rows in self.rows.chunks((PARAMS_MAX / names.len()).max(1)) {
            let mut statement = Statement::new("", Vec::new());
            let mut lines = Vec::with_capacity(rows.len());
            for (id, values) in rows {
                let mut line = vec![statement.param(*id)];
                line.extend(values.iter().map(|value| statement.param(value.clone())));
                line.extend(uniques.iter().map(|_| statement.param(cx.new_id())));
                line.extend(filled.iter().map(|(_, value)| statement.param(value.clone())));
                line.extend(version.clone());
                lines.push(format!("({})", line.join(", ")));
            }
            statement.sql = format!("{head}{} on conflict do nothing", lines.join(", ")).into();
            tx.execute(&statement).await?;
        }
        Ok(())
    }

    /// Values of columns that no row gives, by the column.
    fn filled(&self, origin: Origin) -> Vec<(&str, Value)> {
        // There are thousands of these, and nobody asks for more than the link.
        if self.table.is_intersect {
            return Vec::new();
        }
        let is_free = |column: &&Arc<Column>| {
            let name = column.logical_name.as_str();
            name != self.table.primary_id && !self.columns.contains(&name)
        };
        let columns = self.table.columns.values().filter(is_free);
        let mut filled: Vec<_> = columns
            .filter_map(|column| {
                let value = system_value(&self.table, column, origin)?;
                Some((column.logical_name.as_str(), value))
            })
            .collect();
        if filled.iter().any(|(name, _)| *name == "ownerid") {
            filled.push(("ownerid__type", "systemuser".into()));
        }
        filled
    }
}

/// Columns that hold a fresh id in every row of a component.
pub(crate) fn unique_ids(table: &Table) -> Vec<&str> {
    if table.is_intersect {
        return Vec::new();
    }
    let is_unique = |column: &&Arc<Column>| {
        column.kind == ColumnKind::Uuid
            && (column.logical_name == "componentidunique"
                || column.logical_name == format!("{}unique", table.primary_id)
                || column.logical_name == "privilegerowid"
                || column.logical_name == "canvasapprowid")
    };
    table.columns.values().filter(is_unique).map(|column| column.logical_name.as_str()).collect()
}

/// What a column of a new row holds when nobody says.
fn system_value(table: &Table, column: &Column, origin: Origin) -> Option<Value> {
    let value = match column.logical_name.as_str() {
        "createdby" | "modifiedby" => SYSTEM_USER.into(),
        "createdon" | "modifiedon" => origin.now.into(),
        "ownerid" | "owninguser" if table.ownership == Ownership::UserOwned => SYSTEM_USER.into(),
        "owningbusinessunit" => origin.unit.into(),
        "organizationid" => origin.organization.into(),
        "componentstate" => 0.into(),
        "overwritetime" => OVERWRITE_NEVER.into(),
        "ismanaged" => i64::from(origin.is_managed).into(),
        "solutionid" if table.is_solution_aware || table.logical_name == "privilege" => {
            ACTIVE_SOLUTION.into()
        }
        _ => return default_value(column),
    };
    Some(value)
}

/// 1900-01-01: the platform's "never".
pub(crate) const OVERWRITE_NEVER: i64 = -2_208_988_800;

/// The default that the definition of the column gives.
fn default_value(column: &Column) -> Option<Value> {
    match &column.kind {
        ColumnKind::Boolean { default, .. } => Some(i64::from(*default).into()),
        ColumnKind::Choice { default, .. } => default.map(|value| i64::from(value).into()),
        ColumnKind::State { .. } => Some(0.into()),
        ColumnKind::Status { options } => {
            let open = options.options.iter().find(|option| option.state == Some(0));
            open.map(|option| i64::from(option.value).into())
        }
        ColumnKind::ManagedProperty => Some(MANAGED_PROPERTY_TRUE.into()),
        _ => None,
    }
}

/// A managed property that is true and can be changed, as it is stored.
pub(crate) const MANAGED_PROPERTY_TRUE: i64 = 3;
/// One that is false and cannot be changed.
pub(crate) const MANAGED_PROPERTY_FALSE: i64 = 0;
