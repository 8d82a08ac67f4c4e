//! What solutions do when something is changed through the Web API: they write the unmanaged layer,
//! list the component in the solution that the caller works in, refuse changes that the publisher
//! of a managed component does not allow, and refuse deletes of what others need.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::{Error, Kind, Result, Uuid};
use dataverse::{
    BoxFuture, Event, EventData, MessageName, On, Session, Stage, Step, TableFilter, Value,
    well_known,
};
use metadata::{Column, Relationship, Table};
use package::{Component, ComponentKind};

use crate::components::write;
use crate::definition::{
    flag, write_choice, write_column, write_key, write_relationship, write_table,
};
use crate::layers::{self, ACTIVE, Layer, Name};
use crate::members::{self, Behavior, Member};
use crate::{dependencies, solution, uninstall};

/// The steps that an environment opens with.
pub fn steps() -> Vec<Arc<dyn Step>> {
    vec![
        Arc::new(DefinitionsKept),
        Arc::new(DefinitionsNeeded),
        Arc::new(RowsGuarded),
        Arc::new(RowsKept),
        Arc::new(SolutionsUninstalled),
    ]
}

macro_rules! on {
    ($($message:ident $stage:ident $table:expr),* $(,)?) => {
        &[$(On { message: MessageName::$message, stage: Stage::$stage, table: $table }),*]
    };
}

const ANY: TableFilter = TableFilter::Any;
const AWARE: TableFilter = TableFilter::SolutionAware;

/// After the schema was changed: the change is the unmanaged layer of what it changed.
struct DefinitionsKept;

impl Step for DefinitionsKept {
    fn name(&self) -> &'static str {
        "solutions: keep definitions"
    }

    fn on(&self) -> &[On] {
        on![
            CreateChoice After ANY, CreateColumn After ANY, CreateKey After ANY,
            CreateManyToMany After ANY, CreateOneToMany After ANY, CreateTable After ANY,
            DeleteChoice After ANY, DeleteColumn After ANY, DeleteKey After ANY,
            DeleteRelationship After ANY, DeleteTable After ANY,
            UpdateChoice After ANY, UpdateColumn After ANY, UpdateRelationship After ANY,
            UpdateTable After ANY,
        ]
    }

    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match definition(session, &event.data) {
                Some((id, Some(component))) => keep(session, id, &component).await,
                Some((id, None)) => {
                    layers::forget(session, id).await?;
                    forget_parts(session, &event.data).await
                }
                None => Ok(()),
            }
        })
    }
}

/// Forgets what a deletion took along.
async fn forget_parts(session: &mut Session<'_>, data: &EventData) -> Result<()> {
    let table = match data {
        EventData::Table { before: Some(table), .. } | EventData::Column { table, .. } => {
            &table.logical_name
        }
        EventData::Relationship { before: Some(before), .. } => match &**before {
            Relationship::OneToMany(one) => &one.referencing_table,
            Relationship::ManyToMany(many) => &many.intersect_table,
        },
        _ => return Ok(()),
    };
    layers::forget_lost(session, table).await
}

/// The component that an event is about: its id, and its definition unless it is gone.
fn definition(session: &Session<'_>, data: &EventData) -> Option<(Uuid, Option<Component>)> {
    use ComponentKind as K;
    Some(match data {
        EventData::Table { before, after } => {
            let table = after.as_ref().or(before.as_ref())?;
            let made = after.as_ref().and_then(|t| Component::new(K::Table, write_table(t)));
            (table.metadata_id, made)
        }
        EventData::Column { table, before, after } => {
            let column = after.as_ref().or(before.as_ref())?;
            let made = after.as_ref().and_then(|column| column_component(table, column));
            (column.metadata_id, made)
        }
        EventData::Key { table, before, after } => {
            let key = after.as_ref().or(before.as_ref())?;
            let made = after.as_ref().and_then(|key| Component::new(K::Key, write_key(key)));
            (key.metadata_id, made.map(|made| made.within(&table.schema_name)))
        }
        EventData::Choice { before, after } => {
            let choice = after.as_ref().or(before.as_ref())?;
            let made = after.as_ref().and_then(|c| Component::new(K::Choice, write_choice(c)));
            (choice.metadata_id, made)
        }
        EventData::Relationship { before, after } => {
            let relationship = after.as_ref().or(before.as_ref())?;
            let schema = session.schema().clone();
            let schema_name = |table: &str, column: Option<&str>| {
                let table = schema.table(table);
                match column {
                    None => table.map(|t| t.schema_name.clone()),
                    Some(name) => table.and_then(|t| t.column(name)).map(|c| c.schema_name.clone()),
                }
                .unwrap_or_default()
            };
            let made = after.as_ref().and_then(|relationship| {
                Component::new(K::Relationship, write_relationship(relationship, &schema_name))
            });
            (relationship.metadata_id(), made)
        }
        EventData::Row { .. } | EventData::Link { .. } => return None,
    })
}

fn column_component(table: &Table, column: &Column) -> Option<Component> {
    let element = write_column(column, &table.primary_id, table.primary_name.as_deref());
    let made = Component::new(ComponentKind::Column, element)?;
    Some(made.within(&table.schema_name))
}

/// Writes the unmanaged layer of a component and lists it where the caller works. A new table
/// brings its columns along.
async fn keep(session: &mut Session<'_>, id: Uuid, component: &Component) -> Result<()> {
    keep_one(session, id, component).await?;
    if component.kind != ComponentKind::Table {
        return Ok(());
    }
    let Some(table) = session.schema().table(&component.key.to_lowercase()).cloned() else {
        return Ok(());
    };
    for column in table.columns.values() {
        let name = Name::new(ComponentKind::Column, &table.logical_name, &column.logical_name);
        if table.is_custom
            && layers::find(session, &name).await?.is_none()
            && let Some(component) = column_component(&table, column)
        {
            keep_one(session, column.metadata_id, &component).await?;
        }
    }
    Ok(())
}

async fn keep_one(session: &mut Session<'_>, id: Uuid, component: &Component) -> Result<()> {
    let name = Name::of(component);
    let id = layers::ensure(session, &name, id).await?;
    layers::put(session, id, ACTIVE, component).await?;
    dependencies::record(session, &[(id, name.clone())]).await?;
    list(session, id, name).await
}

/// Lists a component in the solution that the request names, else in the environment's default.
async fn list(session: &mut Session<'_>, id: Uuid, name: Name) -> Result<()> {
    let solution = match session.cx().solution.clone() {
        Some(unique_name) => {
            let known = solution::named(session, &unique_name).await?;
            if known.is_managed {
                return Err(Error::new(
                    Kind::Invalid,
                    "0x8004f024",
                    format!(
                        "The solution {unique_name} is managed, so nothing can be added to it. Name \
                         an unmanaged solution in MSCRM.SolutionUniqueName."
                    ),
                ));
            }
            known.id
        }
        None => well_known::CDS_SOLUTION,
    };
    let root = match name.is_part_of_table() {
        true => layers::find(session, &Name::table(&name.parent)).await?,
        false => None,
    };
    let behavior = Behavior::All;
    let member = Member { id, is_root: root.is_none(), name, behavior };
    members::add(session, solution, &member, root).await
}

/// Before a part of the schema is deleted: nobody else may need it.
struct DefinitionsNeeded;

impl Step for DefinitionsNeeded {
    fn name(&self) -> &'static str {
        "solutions: who needs it"
    }

    fn on(&self) -> &[On] {
        on![
            DeleteChoice Before ANY, DeleteColumn Before ANY, DeleteTable Before ANY,
        ]
    }

    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            use ComponentKind as K;
            // That something is managed is the better reason, and is given by the message itself.
            let name = match &event.data {
                EventData::Table { before: Some(table), .. } if !table.is_managed => {
                    Name::table(&table.logical_name)
                }
                EventData::Column { table, before: Some(column), .. } if !column.is_managed => {
                    Name::new(K::Column, &table.logical_name, &column.logical_name)
                }
                EventData::Choice { before: Some(choice), .. } if !choice.is_managed => {
                    Name::new(K::Choice, "", &choice.name)
                }
                _ => return Ok(()),
            };
            refuse_if_needed(session, name).await
        })
    }
}

async fn refuse_if_needed(session: &mut Session<'_>, name: Name) -> Result<()> {
    let going = layers::find(session, &name).await?.into_iter().collect::<BTreeSet<_>>();
    let blockers = dependencies::dependents(session, &[name], &going).await?;
    match blockers.is_empty() {
        true => Ok(()),
        false => Err(dependencies::in_use(session, &blockers).await),
    }
}

/// Before a component row is changed or deleted: the publisher of a managed one decides.
struct RowsGuarded;

/// What belongs to the environment and may always be changed.
const FREE_COLUMNS: &[&str] = &[
    // sorted: begin
    "connectionid",
    "modifiedby",
    "modifiedon",
    "modifiedonbehalfby",
    "ownerid",
    "owningbusinessunit",
    "owningteam",
    "owninguser",
    "statecode",
    "statuscode",
    "versionnumber",
    // sorted: end
];

impl Step for RowsGuarded {
    fn name(&self) -> &'static str {
        "solutions: managed properties"
    }

    fn on(&self) -> &[On] {
        on![Delete Before AWARE, Update Before AWARE]
    }

    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let EventData::Row { id, values, .. } = &event.data else { return Ok(()) };
            let Some(name) = layers::by_id(session, *id).await? else { return Ok(()) };
            let stack = layers::of(session, *id).await?;
            let is_delete = event.message == MessageName::Delete;
            let is_free = !is_delete
                && values.iter().all(|(c, _)| FREE_COLUMNS.contains(&c.logical_name.as_str()));
            if let Some(bottom) = stack.first().filter(|layer| layer.is_managed())
                && !is_free
            {
                refuse_managed(session, bottom, &name, is_delete).await?;
            }
            if is_delete { refuse_if_needed(session, name).await } else { Ok(()) }
        })
    }
}

async fn refuse_managed(
    session: &mut Session<'_>,
    bottom: &Layer,
    name: &Name,
    is_delete: bool,
) -> Result<()> {
    let is_customizable = flag(&bottom.component.element, "IsCustomizable")
        .or_else(|| flag(&bottom.component.element, "iscustomizable"))
        .unwrap_or(true);
    if is_customizable && !is_delete {
        return Ok(());
    }
    let solution = solution::read(session, bottom.solution).await?;
    let solution = solution.map(|known| known.unique_name).unwrap_or_default();
    let what = format!("{:?} {}", name.kind, bottom.component.key);
    Err(match is_delete {
        true => Error::new(
            Kind::Invalid,
            "0x8004f01f",
            format!(
                "{what} is managed: the solution {solution} brought it, and only uninstalling that \
                 solution deletes it."
            ),
        ),
        false => Error::new(
            Kind::Invalid,
            "0x80047008",
            format!(
                "{what} is managed, and the publisher of the solution {solution} does not allow \
                 changes to it (IsCustomizable is false). Ask the publisher for a version that does, \
                 or change it in the environment where the solution is made."
            ),
        ),
    })
}

/// After a component row was written: it is the unmanaged layer of that component.
struct RowsKept;

impl Step for RowsKept {
    fn name(&self) -> &'static str {
        "solutions: keep rows"
    }

    fn on(&self) -> &[On] {
        on![Create After AWARE, Delete After AWARE, Update After AWARE]
    }

    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let EventData::Row { table, id, values, .. } = &event.data else { return Ok(()) };
            if event.message == MessageName::Delete {
                return layers::forget(session, *id).await;
            }
            let is_state = event.message == MessageName::Update
                && values.iter().all(|(c, _)| FREE_COLUMNS.contains(&c.logical_name.as_str()));
            if is_state {
                return Ok(());
            }
            match write::component(session, table, *id).await? {
                Some(component) => keep_one(session, *id, &component).await,
                None => Ok(()),
            }
        })
    }
}

/// Before the row of a solution is deleted: that is uninstalling it.
struct SolutionsUninstalled;

impl Step for SolutionsUninstalled {
    fn name(&self) -> &'static str {
        "solutions: uninstall"
    }

    fn on(&self) -> &[On] {
        on![Delete Before TableFilter::Table("solution")]
    }

    fn run<'a, 's: 'a>(
        &'a self,
        session: &'a mut Session<'s>,
        event: &'a mut Event,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let EventData::Row { id, .. } = &event.data else { return Ok(()) };
            match solution::read(session, *id).await? {
                Some(known) => uninstall::remove(session, &known).await,
                None => Ok(()),
            }
        })
    }
}

/// What a row says in a column, as text for a definition.
pub(crate) fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) | Value::Managed { value, .. } => {
            if *value { "1" } else { "0" }.to_owned()
        }
        Value::Int(int) => int.to_string(),
        Value::Choice(option) => option.to_string(),
        Value::Text(text) => text.clone(),
        Value::Id(id) => format!("{{{id}}}"),
        Value::Double(double) => double.to_string(),
        Value::DateTime(instant) => instant.to_string(),
        Value::MultiChoice(options) => {
            options.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
        _ => return None,
    })
}
