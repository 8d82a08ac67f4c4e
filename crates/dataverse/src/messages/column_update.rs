//! `UpdateColumn` (`UpdateAttribute`): changes a column.

use std::mem::discriminant;
use std::sync::Arc;

use base::{Error, Kind, Result};
use db::statement;
use metadata::{Choice, Column, ColumnKind, SourceType, Table};

use super::column_create;
use super::definitions::{Component, check_label, merged, require, require_customizable, table};
use crate::{EventData, MessageName, Reply, Session, Stage, formula, rollup};

/// Replaces the definition of a column; its name and type stay.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateColumn {
    /// The table, by logical name.
    pub table: String,
    /// The whole definition.
    pub column: Column,
    /// Keep labels in languages that the definition does not name (`MSCRM.MergeLabels`).
    pub merge_labels: bool,
}

impl UpdateColumn {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvWriteAttribute")?;
        let table = table(session, &self.table)?;
        let before = column(&table, &self.column.logical_name)?;
        let after = self.changed(session, &before)?;
        check_guards(session, &table, &before, &after).await?;
        check_formula(session, &table, &before, &after)?;
        check_lengths(session, &table, &before, &after).await?;
        let after = Arc::new(after);
        let mut changed = Table::clone(&table);
        changed.columns.insert(after.logical_name.clone(), after.clone());
        let event = |table: &Table| EventData::Column {
            table: Arc::new(table.clone()),
            before: Some(before.clone()),
            after: Some(after.clone()),
        };
        session.run_steps(MessageName::UpdateColumn, Stage::Before, event(&changed)).await?;
        let changed = session.put_table(changed).await?;
        session.run_steps(MessageName::UpdateColumn, Stage::After, event(&changed)).await?;
        Ok(Reply::Done)
    }

    /// The column as it becomes.
    fn changed(&self, session: &Session<'_>, before: &Column) -> Result<Column> {
        let new = &self.column;
        if discriminant(&new.kind) != discriminant(&before.kind) {
            return Err(Error::invalid(format!(
                "The type of column {} was set when it was made, and stays.",
                before.logical_name
            )));
        }
        let label = |old, new| merged(old, new, self.merge_labels);
        let mut after = before.clone();
        after.display_name = label(&before.display_name, &new.display_name);
        after.description = label(&before.description, &new.description);
        after.required = new.required;
        after.is_secured = new.is_secured;
        after.is_audited = new.is_audited;
        after.auto_number_format.clone_from(&new.auto_number_format);
        after.formula.clone_from(&new.formula);
        if new.source_type != before.source_type {
            return Err(Error::invalid(format!(
                "The SourceType of column {} was set when it was made, and stays.",
                before.logical_name
            )));
        }
        after.kind = changed_kind(&before.kind, &new.kind, self.merge_labels);
        if !before.is_managed {
            after.managed_properties = new.managed_properties.clone();
        }
        check_label("A column", "DisplayName", &after.display_name)?;
        if after.kind != before.kind && is_makers(&after.kind) {
            column_create::check_kind(session.schema(), &after)?;
        }
        Ok(after)
    }
}

/// The type of a column after a change. What refers to other definitions stays; the options of a
/// local choice are replaced, its name and id stay.
fn changed_kind(before: &ColumnKind, new: &ColumnKind, merge_labels: bool) -> ColumnKind {
    let mut kind = new.clone();
    match (&mut kind, before) {
        (
            ColumnKind::Choice { global, options, .. },
            ColumnKind::Choice { global: old_global, options: old, .. },
        )
        | (
            ColumnKind::MultiChoice { global, options },
            ColumnKind::MultiChoice { global: old_global, options: old },
        ) => {
            global.clone_from(old_global);
            *options = match old_global {
                Some(_) => old.clone(),
                None => changed_choice(old, options, merge_labels),
            };
        }
        (ColumnKind::Boolean { options, .. }, ColumnKind::Boolean { options: old, .. })
        | (ColumnKind::State { options }, ColumnKind::State { options: old })
        | (ColumnKind::Status { options }, ColumnKind::Status { options: old }) => {
            *options = changed_choice(old, options, merge_labels);
        }
        (ColumnKind::Money { base_of, .. }, ColumnKind::Money { base_of: old, .. }) => {
            base_of.clone_from(old)
        }
        (ColumnKind::Lookup { targets }, ColumnKind::Lookup { targets: old }) => {
            targets.clone_from(old);
        }
        _ => {}
    }
    kind
}

/// Options that are not given (a definition without its option set) stay.
fn changed_choice(old: &Arc<Choice>, new: &Arc<Choice>, merge_labels: bool) -> Arc<Choice> {
    if new.options.is_empty() {
        return old.clone();
    }
    let mut choice = Choice::clone(old);
    choice.options.clone_from(&new.options);
    for option in &mut choice.options {
        if let Some(old) = old.option(option.value) {
            option.label = merged(&old.label, &option.label, merge_labels);
            option.description = merged(&old.description, &option.description, merge_labels);
        }
    }
    Arc::new(choice)
}

/// Whether makers create columns of this type, so its limits are theirs.
fn is_makers(kind: &ColumnKind) -> bool {
    !matches!(
        kind,
        ColumnKind::Uuid
            | ColumnKind::BigInt
            | ColumnKind::State { .. }
            | ColumnKind::Status { .. }
            | ColumnKind::Owner
            | ColumnKind::Customer
            | ColumnKind::Lookup { .. }
            | ColumnKind::PartyList
            | ColumnKind::EntityName
            | ColumnKind::ManagedProperty
            | ColumnKind::Virtual
    )
}

async fn check_guards(
    session: &mut Session<'_>,
    table: &Table,
    before: &Column,
    after: &Column,
) -> Result<()> {
    let component = component(table, before);
    let changes = [
        ("isrenameable", before.display_name != after.display_name),
        ("canmodifyrequirementlevelsettings", before.required != after.required),
        ("canmodifyadditionalsettings", before.kind != after.kind),
        ("iscustomizable", true),
    ];
    for (property, is_changed) in changes {
        if is_changed {
            require_customizable(session, &component, property).await?;
        }
    }
    Ok(())
}

/// Refuses a changed formula that is wrong or not understood, and one that leads back to itself.
fn check_formula(
    session: &Session<'_>,
    table: &Table,
    before: &Column,
    after: &Column,
) -> Result<()> {
    if before.formula == after.formula && before.is_secured == after.is_secured {
        return Ok(());
    }
    if before.source_type == SourceType::Simple && after.formula.is_none() {
        return Ok(());
    }
    if after.source_type == SourceType::Rollup {
        return rollup::check(session.schema(), table, after);
    }
    if !formula::is_formula(after) {
        return Err(Error::not_implemented(format!(
            "A change of the definition of column {}",
            after.logical_name
        )));
    }
    // Others that use this one are looked at as they will be.
    let mut schema = metadata::Schema::clone(session.schema());
    let mut changed = table.clone();
    changed.columns.insert(after.logical_name.clone(), Arc::new(after.clone()));
    schema.put_table(Arc::new(changed.clone()));
    formula::bind(&schema, &changed, after).map(|_| ())
}

/// Refuses to make a text shorter than a value that is there.
async fn check_lengths(
    session: &mut Session<'_>,
    table: &Table,
    before: &Column,
    after: &Column,
) -> Result<()> {
    let (Some(old), Some(new)) = (max_length(&before.kind), max_length(&after.kind)) else {
        return Ok(());
    };
    if new >= old || crate::ddl::storage(before).is_none() {
        return Ok(());
    }
    let dialect = session.store().dialect();
    let name = dialect.quote(&dialect.physical_name(&before.logical_name));
    let rows = session.store().table(&dialect.physical_name(&table.logical_name));
    let sql = format!("select max(length({name})) from {rows}");
    let longest = session.tx().query_one(&statement!(sql)).await?.get::<Option<i64>>(0)?;
    match longest {
        Some(longest) if longest > i64::from(new) => Err(Error::new(
            Kind::Invalid,
            "0x80044331",
            format!(
                "MaxLength {new} is too small for column {}: a row holds a text of {longest} \
                 characters.",
                before.logical_name
            ),
        )),
        _ => Ok(()),
    }
}

fn max_length(kind: &ColumnKind) -> Option<u32> {
    match kind {
        ColumnKind::String { max_length, .. } | ColumnKind::Memo { max_length, .. } => {
            Some(*max_length)
        }
        _ => None,
    }
}

/// The column with this logical name.
pub(super) fn column(table: &Table, name: &str) -> Result<Arc<Column>> {
    let found = table.column(&name.to_lowercase()).cloned();
    found.ok_or_else(|| {
        let message = format!("Could not find the column {name} of table {}.", table.logical_name);
        Error::not_found("0x80040217", message)
    })
}

/// The column as something to change.
pub(super) fn component<'a>(table: &Table, column: &'a Column) -> Component<'a> {
    Component {
        label: format!("column {} of table {}", column.logical_name, table.logical_name),
        id: column.metadata_id,
        is_managed: column.is_managed,
        properties: &column.managed_properties,
    }
}
