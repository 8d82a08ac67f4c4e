//! `CreateTable` (`CreateEntity`): a new table.

use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use metadata::names::{self, SCHEMA_NAME_CHARS_MAX};
use metadata::{Ownership, Table, TableType};

use super::definitions::{check_label, check_name, require};
use super::{Create, column_create};
use crate::defaults::{self, MAIN_FORM, QUICK_FIND};
use crate::{EventData, MessageName, Reply, RowInput, Session, Stage};

/// Creates a table with the columns it holds, its privileges, views and form.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    /// The definition as the maker gave it: names, labels, ownership and at least the primary
    /// name column. System columns, the type code and derived names are added.
    pub table: Table,
}

impl CreateTable {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvCreateEntity")?;
        let mut table = self.table;
        derive_names(&mut table);
        check(session, &table)?;
        derive(session, &mut table);
        column_create::check_formulas(session.schema(), &table)?;
        let event = EventData::Table { before: None, after: Some(Arc::new(table.clone())) };
        session.run_steps(MessageName::CreateTable, Stage::Before, event).await?;
        let table = session.put_table(table).await?;
        add_views(session, &table).await?;
        add_form(session, &table).await?;
        let id = table.metadata_id;
        let event = EventData::Table { before: None, after: Some(table) };
        session.run_steps(MessageName::CreateTable, Stage::After, event).await?;
        Ok(Reply::Defined(vec![id]))
    }
}

/// Names that follow from the schema name, where the maker gave none. Without privileges of its
/// own a table could be read by everybody.
fn derive_names(table: &mut Table) {
    let fill = |name: &mut String, derived: String| {
        if name.is_empty() {
            *name = derived;
        }
    };
    fill(&mut table.logical_name, table.schema_name.to_lowercase());
    fill(&mut table.set_name, names::set_name(&table.logical_name));
    fill(&mut table.primary_id, names::primary_id(&table.logical_name));
    fill(&mut table.privilege_stem, table.schema_name.clone());
}

fn check(session: &Session<'_>, table: &Table) -> Result<()> {
    check_name("table", &table.schema_name, SCHEMA_NAME_CHARS_MAX)?;
    check_free(session, table)?;
    check_label("A table", "DisplayName", &table.display_name)?;
    check_label("A table", "DisplayCollectionName", &table.display_collection_name)?;
    if table.table_type == TableType::Virtual {
        return Err(Error::not_implemented("A virtual table"));
    }
    if !matches!(table.ownership, Ownership::UserOwned | Ownership::OrganizationOwned) {
        return Err(Error::invalid(
            "The ownership of a custom table is UserOwned or OrganizationOwned.",
        ));
    }
    if table.is_activity && table.ownership != Ownership::UserOwned {
        return Err(Error::invalid("An activity table is UserOwned."));
    }
    if !table.is_activity {
        check_primary_name(table)?;
    }
    for column in table.columns.values() {
        column_create::check(session.schema(), &table.logical_name, column)?;
    }
    Ok(())
}

fn check_free(session: &Session<'_>, table: &Table) -> Result<()> {
    let schema = session.schema();
    let name = table.schema_name.to_lowercase();
    let is_taken = schema.table(&name).is_some() || schema.table_by_set(&table.set_name).is_some();
    match is_taken {
        false => Ok(()),
        true => Err(Error::new(
            Kind::Invalid,
            "0x8004700b",
            format!(
                "A table with the name {name} or the set name {} already exists.",
                table.set_name
            ),
        )),
    }
}

fn check_primary_name(table: &Table) -> Result<()> {
    let name = table.primary_name.as_deref().and_then(|name| table.column(name));
    match name.map(|column| &column.kind) {
        Some(metadata::ColumnKind::String { .. }) => Ok(()),
        _ => Err(Error::invalid(
            "A table needs one text column whose IsPrimaryName is true among its Attributes.",
        )),
    }
}

/// Fills in what the maker does not say.
fn derive(session: &Session<'_>, table: &mut Table) {
    let cx = session.cx();
    if table.metadata_id.is_nil() {
        table.metadata_id = cx.new_id();
    }
    if table.is_activity {
        "activityid".clone_into(&mut table.primary_id);
        table.primary_name = Some("subject".to_owned());
        "Activity".clone_into(&mut table.privilege_stem);
    }
    for column in table.columns.values_mut() {
        let column = Arc::make_mut(column);
        column_create::derive(cx, session.schema(), &table.logical_name, column);
    }
    table.type_code = 0;
    table.is_custom = true;
    table.is_managed = false;
    table.introduced_version.get_or_insert_with(|| "1.0.0.0".to_owned());
    metadata::system::complete(table);
}

async fn add_views(session: &mut Session<'_>, table: &Table) -> Result<()> {
    for view in defaults::views(table) {
        let row = RowInput::default()
            .with("name", view.name)
            .with("returnedtypecode", table.logical_name.as_str())
            .with("querytype", view.query_type)
            .with("fetchxml", view.fetch_xml)
            .with("layoutxml", view.layout_xml)
            .with("isdefault", view.is_default)
            .with("isquickfindquery", view.query_type == QUICK_FIND);
        create(session, "savedquery", row).await?;
    }
    Ok(())
}

async fn add_form(session: &mut Session<'_>, table: &Table) -> Result<()> {
    let row = RowInput::default()
        .with("name", "Information")
        .with("objecttypecode", table.logical_name.as_str())
        .with("type", MAIN_FORM)
        .with("formxml", defaults::form_xml(table))
        .with("isdefault", true);
    create(session, "systemform", row).await.map(|_| ())
}

async fn create(session: &mut Session<'_>, table: &str, row: RowInput) -> Result<Option<Uuid>> {
    let message = Create { table: table.to_owned(), row, returning: None };
    Ok(session.execute_as_system(message).await?.id())
}
