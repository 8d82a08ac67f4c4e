//! Export: the components of an unmanaged solution become a package, managed or not.

mod ordinals;

use std::collections::BTreeMap;

use base::{Cx, Error, Kind, Result, Uuid};
use dataverse::{Environment, Session, Value};
use package::{
    Component, ComponentKind, Label, Managed, Manifest, Package, Publisher, RootComponent,
};

use crate::definition::{write_column, write_key, write_relationship, write_table};
use crate::fold::fold;
use crate::layers::{self, Name};
use crate::members::{self, Behavior, Member};
use crate::solution::{self, Known};

/// How a solution is exported.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportOptions {
    /// Whether the package is managed.
    pub managed: bool,
    /// Whether values of environment variables go along. They belong to the environment, so
    /// usually they do not.
    pub include_values: bool,
}

/// Exports a solution; gives the bytes of the package.
pub async fn export(
    environment: &Environment,
    cx: &Cx,
    unique_name: &str,
    options: ExportOptions,
) -> Result<Vec<u8>> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvExportCustomization")?;
    let known = solution::named(&mut session, unique_name).await?;
    if known.is_managed {
        return Err(Error::new(
            Kind::Invalid,
            "0x80048036",
            format!(
                "{unique_name} is managed here, and a managed solution cannot be exported. Export \
                 it from the environment where it is made."
            ),
        ));
    }
    let mut parts = components(&mut session, &known).await?;
    if options.managed {
        for (component, _) in &mut parts {
            ordinals::add(component);
        }
    }
    if !options.include_values {
        for (component, _) in &mut parts {
            component.files.retain(|file| !file.path.ends_with("environmentvariablevalues.json"));
        }
    }
    let manifest = manifest(&mut session, &known, &parts, options.managed).await?;
    let components = parts.into_iter().map(|(component, _)| component).collect();
    let package = Package::build(&manifest, components).map_err(Error::from)?;
    package.write().map_err(Error::from)
}

/// The components of a solution in the order of a package: tables with their parts first. Each
/// root comes with its behaviour.
async fn components(
    session: &mut Session<'_>,
    known: &Known,
) -> Result<Vec<(Component, Option<Behavior>)>> {
    let listed = members::of(session, known.id).await?;
    let mut tables: BTreeMap<String, (Component, Option<Behavior>)> = BTreeMap::new();
    let mut parts: BTreeMap<String, Vec<Component>> = BTreeMap::new();
    let mut rest = Vec::new();
    for member in &listed {
        let Some(component) = effective(session, member).await? else { continue };
        if member.name.kind == ComponentKind::Table {
            if member.behavior == Behavior::All {
                let all = all_parts(session, &member.name.key).await?;
                parts.entry(member.name.key.clone()).or_default().extend(all);
            }
            tables.insert(member.name.key.clone(), (component, Some(member.behavior)));
        } else if member.name.is_part_of_table() {
            parts.entry(member.name.parent.clone()).or_default().push(component);
        } else {
            rest.push((component, Some(member.behavior)));
        }
    }
    for table in parts.keys() {
        if !tables.contains_key(table) {
            let shell = shell(session, table)?;
            tables.insert(table.clone(), (shell, Some(Behavior::Shell)));
        }
    }
    let mut ordered = Vec::new();
    for (name, table) in tables {
        ordered.push(table);
        let mut of_table = parts.remove(&name).unwrap_or_default();
        of_table.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
        of_table.dedup_by(|a, b| a.kind == b.kind && a.key == b.key);
        ordered.extend(of_table.into_iter().map(|part| (part, None)));
    }
    ordered.extend(relationships_of_tables(session, &ordered, &rest).await?);
    ordered.extend(rest);
    Ok(ordered)
}

/// The effective definition of a member: folded from its layers, or written from the schema.
async fn effective(session: &mut Session<'_>, member: &Member) -> Result<Option<Component>> {
    let stack = layers::of(session, member.id).await?;
    match fold(&stack) {
        Some(component) => Ok(Some(component)),
        None if member.name.kind == ComponentKind::Table => {
            shell(session, &member.name.key).map(Some)
        }
        None => Ok(from_schema(session, &member.name)),
    }
}

/// A table of which the solution holds only parts.
fn shell(session: &Session<'_>, table: &str) -> Result<Component> {
    let table = session.schema().table(table).ok_or_else(|| {
        Error::internal(format!("the solution lists parts of {table}, which is not there"))
    })?;
    let mut element = write_table(table);
    if let Some(entity) = element.find_mut("EntityInfo/entity") {
        let name = entity.attribute("Name").unwrap_or_default().to_owned();
        *entity = package::xml::Element::new("entity")
            .with("Name", name)
            .with("unmodified", "1")
            .child_with(package::xml::Element::new("attributes"));
    }
    component(ComponentKind::Table, element)
}

fn component(kind: ComponentKind, element: package::xml::Element) -> Result<Component> {
    let name = element.name.clone();
    Component::new(kind, element)
        .ok_or_else(|| Error::internal(format!("{name} was written without what names it")))
}

/// A part of the schema that has no layer: the platform's own.
fn from_schema(session: &Session<'_>, name: &Name) -> Option<Component> {
    let table = session.schema().table(&name.parent);
    match name.kind {
        ComponentKind::Column => {
            let table = table?;
            let column = table.column(&name.key)?;
            let element = write_column(column, &table.primary_id, table.primary_name.as_deref());
            Component::new(name.kind, element).map(|made| made.within(&table.schema_name))
        }
        ComponentKind::Key => {
            let key = table?.keys.get(&name.key)?;
            Component::new(name.kind, write_key(key)).map(|made| made.within(&name.parent))
        }
        ComponentKind::Relationship => {
            let relationship = session.schema().relationship(&name.key)?;
            let schema = session.schema().clone();
            let element = write_relationship(relationship, &|table, column| {
                let table = schema.table(table);
                match column {
                    None => table.map(|t| t.schema_name.clone()),
                    Some(name) => table.and_then(|t| t.column(name)).map(|c| c.schema_name.clone()),
                }
                .unwrap_or_default()
            });
            Component::new(name.kind, element)
        }
        _ => None,
    }
}

/// Every part of a table that is in the solution whole, also those made after it was added.
async fn all_parts(session: &mut Session<'_>, table: &str) -> Result<Vec<Component>> {
    use ComponentKind as K;
    let mut parts = Vec::new();
    for kind in [K::Chart, K::Column, K::Form, K::Key, K::Ribbon, K::View] {
        for (id, _) in layers::parts(session, kind, table).await? {
            let stack = layers::of(session, id).await?;
            parts.extend(fold(&stack));
        }
    }
    Ok(parts)
}

/// Relationships of tables that are in the solution whole come along without being listed.
async fn relationships_of_tables(
    session: &mut Session<'_>,
    tables: &[(Component, Option<Behavior>)],
    listed: &[(Component, Option<Behavior>)],
) -> Result<Vec<(Component, Option<Behavior>)>> {
    let whole: Vec<String> = tables
        .iter()
        .filter(|(component, behavior)| {
            component.kind == ComponentKind::Table && *behavior == Some(Behavior::All)
        })
        .map(|(component, _)| component.key.to_lowercase())
        .collect();
    let mut found = Vec::new();
    for table in &whole {
        let names: Vec<String> = session
            .schema()
            .many_to_one(table)
            .filter(|one| one.is_custom)
            .map(|one| one.schema_name.clone())
            .collect();
        for key in names {
            let is_listed = listed.iter().any(|(component, _)| {
                component.kind == ComponentKind::Relationship
                    && component.key.eq_ignore_ascii_case(&key)
            });
            let name = Name::new(ComponentKind::Relationship, "", &key);
            if is_listed {
                continue;
            }
            if let Some(id) = layers::find(session, &name).await? {
                let stack = layers::of(session, id).await?;
                found.extend(fold(&stack).map(|component| (component, None)));
            }
        }
    }
    Ok(found)
}

async fn manifest(
    session: &mut Session<'_>,
    known: &Known,
    parts: &[(Component, Option<Behavior>)],
    managed: bool,
) -> Result<Manifest> {
    let publisher = match known.publisher {
        Some(id) => publisher(session, id).await?,
        None => return Err(Error::invalid(format!("{} has no publisher.", known.unique_name))),
    };
    let mut manifest = Manifest::new(&known.unique_name, known.version, publisher);
    manifest.managed = if managed { Managed::Managed } else { Managed::Unmanaged };
    let language = i32::try_from(session.user().language).unwrap_or(1033);
    let name = read_text(session, "solution", known.id, "friendlyname").await?;
    manifest.names = vec![Label { language, text: name.unwrap_or_default() }];
    if let Some(text) = read_text(session, "solution", known.id, "description").await? {
        manifest.descriptions = vec![Label { language, text }];
    }
    manifest.language = language;
    manifest.languages = vec![language];
    manifest.root_components = parts
        .iter()
        .filter_map(|(component, behavior)| RootComponent::of(component, (*behavior)?.code()))
        .collect();
    Ok(manifest)
}

async fn publisher(session: &mut Session<'_>, id: Uuid) -> Result<Publisher> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let prefix = session.read_value("publisher", id, "customizationoptionvalueprefix").await?;
    let friendly = text(read_text(session, "publisher", id, "friendlyname").await?);
    let description = read_text(session, "publisher", id, "description").await?;
    let labels = |text: String| vec![Label { language: 1033, text }];
    Ok(Publisher {
        unique_name: text(read_text(session, "publisher", id, "uniquename").await?),
        names: labels(friendly),
        descriptions: description.map(labels).unwrap_or_default(),
        email: read_text(session, "publisher", id, "emailaddress").await?,
        website: read_text(session, "publisher", id, "supportingwebsiteurl").await?,
        prefix: text(read_text(session, "publisher", id, "customizationprefix").await?),
        option_prefix: prefix.int().and_then(|int| i32::try_from(int).ok()).unwrap_or(10_000),
    })
}

async fn read_text(
    session: &mut Session<'_>,
    table: &str,
    id: Uuid,
    column: &str,
) -> Result<Option<String>> {
    Ok(match session.read_value(table, id, column).await? {
        Value::Text(text) => Some(text),
        _ => None,
    })
}
