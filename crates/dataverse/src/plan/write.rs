//! Writes: a row by names becomes typed values, links and rows that come along.

use std::sync::Arc;

use base::{Result, Uuid};
use metadata::{Column, ColumnKind, Schema, Table, TableType};

use super::key::{RowKey, row_key};
use super::navigation::{Navigation, is_readable, navigation};
use super::read::{Asker, table as table_named};
use super::typed::{payload, typed};
use crate::security::{ColumnUse, needs_share};
use crate::{Input, Reference, RowInput, Value, ddl};

/// Whether a row is made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Create,
    Update,
}

/// Values by column, in the order in which they came.
pub(crate) type Values = Vec<(Arc<Column>, Value)>;

/// A write, decided as far as that is possible without the database.
#[derive(Clone, Debug)]
pub(crate) struct WritePlan {
    /// The id that the payload gives.
    pub id: Option<Uuid>,
    /// The values, typed.
    pub values: Values,
    /// Secured columns among them that the caller may only change where they are shared with him.
    pub secured: Vec<Arc<Column>>,
    /// Lookups whose row must be found.
    pub links: Vec<Link>,
    /// Related rows that are made first, and whose ids become lookups.
    pub parents: Vec<Parent>,
    /// Related rows that are made or linked afterwards.
    pub children: Vec<Children>,
}

impl WritePlan {
    /// A plan that only sets values.
    pub fn of(values: Values) -> Self {
        let (links, parents, children) = (Vec::new(), Vec::new(), Vec::new());
        Self { id: None, values, secured: Vec::new(), links, parents, children }
    }

    /// The same plan for the table that a row is kept in: an activity has the columns of
    /// `activitypointer` too.
    pub fn for_table(mut self, table: &Table) -> Self {
        let own = |column: &mut Arc<Column>| {
            if let Some(own) = table.column(&column.logical_name) {
                *column = own.clone();
            }
        };
        self.values.iter_mut().for_each(|(column, _)| own(column));
        self.secured.iter_mut().for_each(own);
        self.links.iter_mut().for_each(|link| own(&mut link.column));
        self
    }
}

/// A lookup that is to point to a row.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The lookup.
    pub column: Arc<Column>,
    /// The table of the row.
    pub table: Arc<Table>,
    /// Which row.
    pub key: RowKey,
}

/// A row that is made along, to which a lookup then points.
#[derive(Clone, Debug)]
pub(crate) struct Parent {
    /// The lookup.
    pub column: Arc<Column>,
    /// The table of the row.
    pub table: Arc<Table>,
    /// The row.
    pub row: RowInput,
}

/// Rows of a collection that come along.
#[derive(Clone, Debug)]
pub(crate) struct Children {
    /// Where the navigation property leads.
    pub navigation: Navigation,
    /// Rows to make.
    pub rows: Vec<RowInput>,
    /// Rows to link.
    pub links: Vec<Reference>,
}

/// Types the values of `row` for `table`.
///
/// A property that the table does not have is refused. Control information (`@odata.…`) and
/// columns that a client may not write (`createdon`, calculated ones, …) are left out without a
/// word, as the platform does: clients send back what they have read.
pub(crate) fn write(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    row: RowInput,
    purpose: Purpose,
) -> Result<WritePlan> {
    check_kept(table)?;
    let plan = WritePlan::of(Vec::with_capacity(row.0.len() + 16));
    let mut writer = Writer { asker, table, purpose, plan };
    for (name, input) in row.0 {
        if !name.contains('@') {
            writer.put(&name, input)?;
        }
    }
    Ok(writer.plan)
}

/// Rows of computed tables cannot be written.
fn check_kept(table: &Table) -> Result<()> {
    if table.table_type != TableType::Virtual {
        return Ok(());
    }
    let name = &table.logical_name;
    Err(base::Error::new(
        base::Kind::NotAllowed,
        "0x8004023b",
        format!("Rows of '{name}' are calculated by the server and cannot be written."),
    ))
}

struct Writer<'a, 'b> {
    asker: &'a Asker<'b>,
    table: &'a Arc<Table>,
    purpose: Purpose,
    plan: WritePlan,
}

impl Writer<'_, '_> {
    fn put(&mut self, name: &str, input: Input) -> Result<()> {
        if let Some(column) = self.table.column(name).filter(|column| !column.is_lookup()) {
            return match input {
                Input::Null => self.value(&column.clone(), &serde_json::Value::Null),
                Input::Value(json) => self.value(&column.clone(), &json),
                _ => Err(self.wrong(format!("'{name}' is a column, not a navigation property"))),
            };
        }
        if let Some(navigation) = navigation(self.asker.schema, self.table, name) {
            return self.along(name, navigation, input);
        }
        if let Some(lookup) = self.lookup_named(name) {
            return self.plain_lookup(name, &lookup, input);
        }
        Err(self.wrong(format!(
            "The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{}'. Make sure \
             to only use property names that are defined by the type",
            self.table.logical_name
        )))
    }

    fn value(&mut self, column: &Arc<Column>, json: &serde_json::Value) -> Result<()> {
        if column.logical_name == self.table.primary_id {
            return self.id(column, json);
        }
        if !self.is_writable(column)? {
            return Ok(());
        }
        let value = typed(self.table, column, json)?;
        self.set(column, value);
        Ok(())
    }

    /// The last of several values for a column counts.
    fn set(&mut self, column: &Arc<Column>, value: Value) {
        self.plan.links.retain(|link| !Arc::ptr_eq(&link.column, column));
        self.plan.parents.retain(|parent| !Arc::ptr_eq(&parent.column, column));
        set(&mut self.plan.values, column, value);
    }

    fn id(&mut self, column: &Arc<Column>, json: &serde_json::Value) -> Result<()> {
        if let Value::Id(id) = typed(self.table, column, json)? {
            self.plan.id = Some(id);
        }
        Ok(())
    }

    /// Whether the caller may give this column a value; a secured one is refused aloud.
    fn is_writable(&mut self, column: &Arc<Column>) -> Result<bool> {
        if ddl::storage(column).is_none() || column.logical_name == "versionnumber" {
            return Ok(false);
        }
        let (is_valid, used) = match self.purpose {
            Purpose::Create => (column.valid_for_create, ColumnUse::Create),
            Purpose::Update => (column.valid_for_update, ColumnUse::Update),
        };
        if !is_valid && !self.asker.user.is_system {
            return Ok(false);
        }
        if needs_share(self.asker.user, self.table, column, used)? {
            self.plan.secured.push(column.clone());
        }
        Ok(true)
    }

    fn along(&mut self, name: &str, navigation: Navigation, input: Input) -> Result<()> {
        match navigation {
            Navigation::One { column, targets } => self.single(name, &column, &targets, input),
            navigation => self.collection(name, navigation, input),
        }
    }

    fn single(
        &mut self,
        name: &str,
        column: &Arc<Column>,
        targets: &[Arc<Table>],
        input: Input,
    ) -> Result<()> {
        if !self.is_writable(column)? {
            return Ok(());
        }
        match input {
            Input::Null => self.set(column, Value::Null),
            Input::Bind(reference) => {
                let link = self.link(name, column, targets, &reference)?;
                self.set(column, Value::Null);
                self.plan.values.retain(|(known, _)| !Arc::ptr_eq(known, column));
                self.plan.links.push(link);
            }
            Input::Row(row) if self.purpose == Purpose::Create => match targets {
                [table] => {
                    let table = table.clone();
                    self.plan.parents.push(Parent { column: column.clone(), table, row });
                }
                _ => return Err(self.wrong(format!("'{name}' must be bound to a row that exists"))),
            },
            Input::Row(_) => {
                return Err(self.wrong(format!(
                    "'{name}' can be bound with '{name}@odata.bind', but a row of it cannot be \
                     created or changed by an update"
                )));
            }
            Input::Value(_) | Input::BindMany(_) | Input::Rows(_) => {
                return Err(self.wrong(format!(
                    "'{name}' leads to one row; write '{name}@odata.bind' with a reference"
                )));
            }
        }
        Ok(())
    }

    fn link(
        &self,
        name: &str,
        column: &Arc<Column>,
        targets: &[Arc<Table>],
        reference: &Reference,
    ) -> Result<Link> {
        let table = referenced(self.asker.schema, self.table, name, reference)?;
        if !targets.iter().any(|target| target.logical_name == table.logical_name) {
            let targets = targets.iter().map(|target| target.set_name.as_str());
            let targets = targets.collect::<Vec<_>>().join(" or ");
            return Err(self.wrong(format!(
                "'{name}' must be bound to a row of {targets}, not of {}",
                table.set_name
            )));
        }
        let key = row_key(table, &reference.key)?;
        Ok(Link { column: column.clone(), table: table.clone(), key })
    }

    fn collection(&mut self, name: &str, navigation: Navigation, input: Input) -> Result<()> {
        if self.purpose == Purpose::Update {
            return Err(self.wrong(format!(
                "rows of '{name}' cannot be created or bound by an update; use its $ref"
            )));
        }
        let (rows, links) = match input {
            Input::Rows(rows) => (rows, Vec::new()),
            Input::BindMany(links) => (Vec::new(), links),
            Input::Value(serde_json::Value::Array(rows)) if rows.is_empty() => return Ok(()),
            _ => {
                return Err(self.wrong(format!(
                    "'{name}' is a collection; give a list of rows or of references"
                )));
            }
        };
        self.plan.children.push(Children { navigation, rows, links });
        Ok(())
    }

    /// The lookup that a name means which is no navigation property: `_x_value`, or `x` itself.
    fn lookup_named(&self, name: &str) -> Option<Arc<Column>> {
        let value = name.strip_prefix('_').and_then(|rest| rest.strip_suffix("_value"));
        let column = self.table.column(value.unwrap_or(name))?;
        (column.is_lookup() && is_readable(column)).then(|| column.clone())
    }

    /// Clients write lookups by navigation property only; the server itself also by column.
    fn plain_lookup(&mut self, name: &str, column: &Arc<Column>, input: Input) -> Result<()> {
        if !self.asker.user.is_system || name != column.logical_name {
            return Err(self.wrong(format!(
                "'{name}' is read-only; write the navigation property of '{}' with @odata.bind",
                column.logical_name
            )));
        }
        match input {
            Input::Null => self.set(column, Value::Null),
            Input::Bind(reference) => {
                let table = referenced(self.asker.schema, self.table, name, &reference)?;
                let targets = [table.clone()];
                let link = self.link(name, column, &targets, &reference)?;
                self.plan.links.push(link);
            }
            _ => return Err(self.wrong(format!("'{name}' needs a reference"))),
        }
        Ok(())
    }

    fn wrong(&self, what: impl std::fmt::Display) -> base::Error {
        payload(self.table, what)
    }
}

/// The table that a reference names.
fn referenced<'a>(
    schema: &'a Schema,
    table: &Table,
    name: &str,
    reference: &Reference,
) -> Result<&'a Arc<Table>> {
    table_named(schema, &reference.set_or_table).map_err(|_| {
        payload(
            table,
            format!("'{name}' is bound to '{}', which is no table", reference.set_or_table),
        )
    })
}

/// Sets the value of a column, which may have one.
pub(crate) fn set(values: &mut Values, column: &Arc<Column>, value: Value) {
    match values.iter_mut().find(|(known, _)| known.logical_name == column.logical_name) {
        Some(entry) => entry.1 = value,
        None => values.push((column.clone(), value)),
    }
}

/// Sets the value of the column with this name, if the table has it and nothing is there yet.
pub(crate) fn fill(table: &Table, values: &mut Values, name: &str, value: impl FnOnce() -> Value) {
    if let Some(column) = table.column(name).filter(|column| ddl::storage(column).is_some())
        && get(values, name).is_none()
    {
        values.push((column.clone(), value()));
    }
}

/// Sets the value of the column with this name, if the table has it.
pub(crate) fn put(table: &Table, values: &mut Values, name: &str, value: Value) {
    if let Some(column) = table.column(name).filter(|column| ddl::storage(column).is_some()) {
        set(values, column, value);
    }
}

/// The value that is given for a column.
pub(crate) fn get<'a>(values: &'a Values, name: &str) -> Option<&'a Value> {
    let found = values.iter().find(|(column, _)| column.logical_name == name);
    found.map(|(_, value)| value)
}

/// The stored forms of a value: its own, and for a lookup to several tables the table.
pub(crate) fn stored(column: &Column, value: Value) -> (db::Value, Option<db::Value>) {
    let mut target = None;
    let own = match value {
        Value::Null => db::Value::Null,
        Value::Bool(value) => value.into(),
        Value::Int(value) => value.into(),
        Value::Decimal { scaled, .. } => scaled.into(),
        Value::Double(value) => value.into(),
        Value::Text(text) => text.into(),
        Value::Id(id) => id.into(),
        Value::DateTime(instant) => instant.into(),
        Value::Date(days) => days.into(),
        Value::Lookup { id, table, .. } => {
            target = Some(db::Value::Text(table.as_ref().to_owned()));
            id.into()
        }
        Value::Choice(option) => option.into(),
        Value::MultiChoice(options) => super::literal::stored_options(options).into(),
        Value::Bytes(bytes) => bytes.into(),
        Value::Managed { value, can_be_changed } => {
            (i64::from(value) | i64::from(can_be_changed) << 1).into()
        }
    };
    let target = ddl::has_type_column(column).then(|| target.unwrap_or_default());
    (own, target)
}

/// What a value of a step may not be: one that the column cannot hold.
pub(crate) fn fits(column: &Column, value: &Value) -> bool {
    match (&column.kind, value) {
        (_, Value::Null) => true,
        (ColumnKind::Uuid | ColumnKind::File { .. }, Value::Id(_)) => true,
        (ColumnKind::Boolean { .. }, Value::Bool(_)) => true,
        (ColumnKind::Integer { .. } | ColumnKind::BigInt, Value::Int(_)) => true,
        (ColumnKind::Decimal { precision, .. }, Value::Decimal { scale, .. }) => precision == scale,
        (ColumnKind::Money { .. }, Value::Decimal { scale, .. }) => *scale == ddl::MONEY_SCALE,
        (ColumnKind::Double { .. }, Value::Double(_)) => true,
        (
            ColumnKind::String { .. } | ColumnKind::Memo { .. } | ColumnKind::EntityName,
            Value::Text(_),
        ) => true,
        (ColumnKind::DateTime { behavior, .. }, value) => match behavior {
            metadata::DateTimeBehavior::DateOnly => matches!(value, Value::Date(_)),
            _ => matches!(value, Value::DateTime(_)),
        },
        (
            ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. },
            Value::Choice(_),
        ) => true,
        (ColumnKind::MultiChoice { .. }, Value::MultiChoice(_)) => true,
        (ColumnKind::Image { .. }, Value::Bytes(_)) => true,
        (ColumnKind::ManagedProperty, Value::Managed { .. }) => true,
        (_, Value::Lookup { .. }) => column.is_lookup(),
        _ => false,
    }
}
