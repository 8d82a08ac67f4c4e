//! What components need: read from their definitions, checked before an import, kept for deletes.
//!
//! Only deletions are blocked by a dependency, and only by one from another component that stays
//! (Microsoft Learn, "Dependency tracking for solution components").

mod required;

use std::collections::BTreeSet;

use base::{Error, Kind, Result, Uuid};
use dataverse::{Session, Value};
use db::Statement;
use metadata::Relationship;
use package::{Component, ComponentKind, DependencyEnd, Manifest};
use serde_json::json;

use crate::components::row::find_by;
use crate::layers::{self, Name, code, read_name};
use crate::{base_components, fold};

pub(crate) use required::required;

/// A component that a package needs and that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The component type: a number, or the logical name of a table.
    pub kind: String,
    /// Its schema name or id.
    pub name: String,
    /// What people read.
    pub display_name: String,
    /// The table that it is a part of.
    pub parent: Option<String>,
    /// The solution that brings it, with its version.
    pub solution: String,
    /// The component of the package that needs it.
    pub dependent: String,
    /// The component type of that one.
    pub dependent_kind: String,
}

/// Refuses a package that needs what is neither in it nor in the environment, naming everything.
pub(crate) async fn check(
    session: &mut Session<'_>,
    manifest: &Manifest,
    parts: &[Component],
) -> Result<()> {
    let missing = missing(session, manifest, parts).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = missing.iter().map(describe).collect();
    let details: Vec<_> = missing.iter().map(to_json).collect();
    let error = Error::new(
        Kind::Invalid,
        "0x8004801d",
        format!(
            "The solution {} cannot be imported, because {} it needs {} missing here:\n{}\nImport \
             the solutions that bring them first.",
            manifest.unique_name,
            if missing.len() == 1 {
                "a component".into()
            } else {
                format!("{} components", missing.len())
            },
            if missing.len() == 1 { "is" } else { "are" },
            lines.join("\n"),
        ),
    );
    Err(error.with_details(json!({ "MissingDependencies": details })))
}

fn describe(missing: &Missing) -> String {
    let place = missing.parent.as_deref().map(|p| format!(" of {p}")).unwrap_or_default();
    format!(
        "- {} {}{place} from the solution {}, needed by {}",
        kind_label(&missing.kind),
        missing.name,
        missing.solution,
        missing.dependent
    )
}

fn to_json(missing: &Missing) -> serde_json::Value {
    json!({
        "RequiredComponentType": missing.kind,
        "RequiredComponentSchemaName": missing.name,
        "RequiredComponentDisplayName": missing.display_name,
        "RequiredComponentParentSchemaName": missing.parent,
        "RequiredSolutionName": missing.solution,
        "DependentComponentSchemaName": missing.dependent,
        "DependentComponentType": missing.dependent_kind,
    })
}

/// What people call a component type.
pub(crate) fn kind_label(kind: &str) -> &str {
    match kind {
        "1" => "the table",
        "2" => "the column",
        "9" => "the choice",
        "10" => "the relationship",
        "20" => "the security role",
        "26" => "the view",
        "29" => "the process",
        "59" => "the chart",
        "60" => "the form",
        "61" => "the web resource",
        "62" => "the site map",
        "66" => "the code component",
        "80" => "the app",
        "90" => "the plug-in type",
        "300" => "the canvas app",
        "372" => "the connector",
        other => other,
    }
}

/// What a package needs and is neither in it nor in the environment.
pub(crate) async fn missing(
    session: &mut Session<'_>,
    manifest: &Manifest,
    parts: &[Component],
) -> Result<Vec<Missing>> {
    let mut missing = BTreeSet::new();
    for entry in &manifest.missing_dependencies {
        if !is_there(session, &entry.required, parts).await? {
            missing.insert(of_manifest(&entry.required, &entry.dependent));
        }
    }
    for component in parts {
        missing.extend(missing_tables(session, component, parts));
    }
    Ok(missing.into_iter().collect())
}

fn of_manifest(required: &DependencyEnd, dependent: &DependencyEnd) -> Missing {
    let name_of = |end: &DependencyEnd| {
        let id = end.id().map(|id| id.to_string());
        let key = end.key_columns().next().map(|(_, value)| value.to_owned());
        end.schema_name().map(str::to_owned).or(key).or(id).unwrap_or_default()
    };
    let solution = match required.solution() {
        Some(("Active", _)) | None => "(unmanaged, in the environment it was exported from)".into(),
        Some((name, Some(version))) => format!("{name} ({version})"),
        Some((name, None)) => name.to_owned(),
    };
    Missing {
        kind: required.kind().to_owned(),
        name: name_of(required),
        display_name: required.display_name().unwrap_or_default().to_owned(),
        parent: required.parent_schema_name().map(str::to_owned),
        solution,
        dependent: dependent.display_name().map_or_else(|| name_of(dependent), str::to_owned),
        dependent_kind: dependent.kind().to_owned(),
    }
}

/// Rows of a table that is not here, and lookups that point to none: the manifest need not name
/// them, and without them there is nothing to import into.
fn missing_tables(
    session: &Session<'_>,
    component: &Component,
    parts: &[Component],
) -> Option<Missing> {
    let table = crate::components::table_of(component)?.to_owned();
    let in_package = parts
        .iter()
        .any(|part| part.kind == ComponentKind::Table && part.key.eq_ignore_ascii_case(&table));
    if in_package || session.schema().table(&table).is_some() {
        return None;
    }
    Some(Missing {
        kind: "1".into(),
        display_name: table.clone(),
        name: table,
        parent: None,
        solution: "(not part of this platform)".into(),
        dependent: component.key.clone(),
        dependent_kind: format!("{:?}", component.kind),
    })
}

async fn is_there(
    session: &mut Session<'_>,
    required: &DependencyEnd,
    parts: &[Component],
) -> Result<bool> {
    let name = required.schema_name().unwrap_or_default().to_lowercase();
    let id = required.id();
    let parent = required.parent_schema_name().unwrap_or_default().to_lowercase();
    if is_in_package(parts, required.type_code(), &name, id, &parent) {
        return Ok(true);
    }
    let known = id.map(|id| id.to_string()).unwrap_or_default();
    let keys = required.key_columns().map(|(_, value)| value);
    if [name.as_str(), known.as_str()]
        .into_iter()
        .chain(keys)
        .any(|name| base_components::contains(required.kind(), name))
    {
        return Ok(true);
    }
    let Some(code) = required.type_code() else {
        return row_is_there(session, required).await;
    };
    let schema = session.schema();
    match code {
        1 => Ok(schema.table(&name).is_some()),
        2 => Ok(schema.table(&parent).is_some_and(|table| table.column(&name).is_some())),
        9 => Ok(schema.choice(&name).is_some()),
        10 => Ok(schema.relationship(&name).is_some()),
        _ => {
            let Some((table, column)) = classic_table(code) else { return Ok(false) };
            if let Some(id) = id
                && session.has_row(table, id).await?
            {
                return Ok(true);
            }
            let name = required.schema_name().unwrap_or_default();
            Ok(!name.is_empty() && find_by(session, table, column, name).await?.is_some())
        }
    }
}

fn is_in_package(
    parts: &[Component],
    code: Option<i32>,
    name: &str,
    id: Option<Uuid>,
    parent: &str,
) -> bool {
    let is_of_kind = |part: &&Component| code.is_none() || part.type_code() == code;
    parts.iter().filter(is_of_kind).any(|part| {
        let is_parent = parent.is_empty()
            || part.parent.as_deref().is_none_or(|other| other.eq_ignore_ascii_case(parent));
        let by_id = id.is_some() && part.id() == id;
        let key = part.key.rsplit('/').next().unwrap_or_default();
        is_parent && (by_id || (!name.is_empty() && key.eq_ignore_ascii_case(name)))
    })
}

/// The table and naming column of a classic component type that is kept as rows.
fn classic_table(code: i32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        20 => ("role", "name"),
        26 => ("savedquery", "name"),
        29 => ("workflow", "uniquename"),
        59 => ("savedqueryvisualization", "name"),
        60 => ("systemform", "uniquename"),
        61 => ("webresource", "name"),
        62 => ("sitemap", "sitemapnameunique"),
        66 => ("customcontrol", "name"),
        70 => ("fieldsecurityprofile", "name"),
        80 => ("appmodule", "uniquename"),
        90 => ("plugintype", "typename"),
        91 => ("pluginassembly", "name"),
        300 => ("canvasapp", "name"),
        371 | 372 => ("connector", "name"),
        380 => ("environmentvariabledefinition", "schemaname"),
        _ => return None,
    })
}

/// A row of a solution-aware table, named by its key columns.
async fn row_is_there(session: &mut Session<'_>, required: &DependencyEnd) -> Result<bool> {
    let table = required.kind().to_lowercase();
    if session.schema().table(&table).is_none() {
        return Ok(false);
    }
    let keys: Vec<_> =
        required.key_columns().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for (column, value) in keys.iter().filter(|(column, _)| !column.contains('.')) {
        if find_by(session, &table, column, value).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Keeps what components need, as their effective definitions say.
pub(crate) async fn record(session: &mut Session<'_>, components: &[(Uuid, Name)]) -> Result<()> {
    let table = session.store().table("fh_dependency");
    for (id, _) in components {
        let sql = format!("delete from {table} where dependent = ?1");
        session.tx().execute(&Statement::new(sql, vec![(*id).into()])).await?;
        let stack = layers::of(session, *id).await?;
        let Some(component) = fold::fold(&stack) else { continue };
        for name in required(&component) {
            let sql = format!(
                "insert into {table} (dependent, kind, parent, name) values (?1, ?2, ?3, ?4) \
                 on conflict do nothing"
            );
            let params =
                vec![(*id).into(), code(name.kind).into(), name.parent.into(), name.key.into()];
            session.tx().execute(&Statement::new(sql, params)).await?;
        }
    }
    Ok(())
}

/// The components that need one of these and are not among `going`.
pub(crate) async fn dependents(
    session: &mut Session<'_>,
    names: &[Name],
    going: &BTreeSet<Uuid>,
) -> Result<Vec<(Name, Name)>> {
    let mut found = Vec::new();
    for name in names {
        let sql = format!(
            "select c.id, c.kind, c.parent, c.name from {} d join {} c on c.id = d.dependent \
             where d.kind = ?1 and d.parent = ?2 and d.name = ?3",
            session.store().table("fh_dependency"),
            session.store().table("fh_component"),
        );
        let params =
            vec![code(name.kind).into(), name.parent.clone().into(), name.key.clone().into()];
        for row in session.tx().query(&Statement::new(sql, params)).await? {
            let dependent = read_name(&row, 1)?;
            if !going.contains(&row.get(0)?) && !goes_along(session, name, &dependent) {
                found.push((name.clone(), dependent));
            }
        }
    }
    Ok(found)
}

/// What goes with a table: its parts, and the relationships in which its rows are the many.
fn goes_along(session: &Session<'_>, going: &Name, dependent: &Name) -> bool {
    if going.kind != ComponentKind::Table {
        return false;
    }
    let relationship = session.schema().relationship(&dependent.key);
    let is_its_own = match relationship.map(|found| &**found) {
        Some(Relationship::OneToMany(one)) => one.referencing_table == going.key,
        Some(Relationship::ManyToMany(_)) => true,
        None => false,
    };
    dependent.parent == going.key || (dependent.kind == ComponentKind::Relationship && is_its_own)
}

/// Why something cannot be deleted: who needs it.
pub(crate) async fn in_use(session: &mut Session<'_>, blockers: &[(Name, Name)]) -> Error {
    let mut lines = Vec::new();
    for (required, dependent) in blockers.iter().take(LISTED_MAX) {
        let dependent = label(session, dependent).await;
        lines.push(format!("- {} is needed by {dependent}", plain(required)));
    }
    if blockers.len() > LISTED_MAX {
        lines.push(format!("- and {} more", blockers.len() - LISTED_MAX));
    }
    Error::new(
        Kind::Invalid,
        "0x8004f01f",
        format!(
            "This cannot be deleted because it is referenced by {} other component{}:\n{}\n\
             Change or delete those first.",
            blockers.len(),
            if blockers.len() == 1 { "" } else { "s" },
            lines.join("\n")
        ),
    )
}

const LISTED_MAX: usize = 20;

fn plain(name: &Name) -> String {
    let kind = format!("{:?}", name.kind);
    match name.parent.is_empty() {
        true => format!("{kind} {}", name.key),
        false => format!("{kind} {} of {}", name.key, name.parent),
    }
}

/// A component by the name that people gave it, where it has one.
async fn label(session: &mut Session<'_>, name: &Name) -> String {
    let Ok(Some(id)) = layers::find(session, name).await else { return plain(name) };
    let table = match name.kind {
        ComponentKind::View => "savedquery",
        ComponentKind::Form | ComponentKind::Dashboard => "systemform",
        ComponentKind::Workflow => "workflow",
        _ => return plain(name),
    };
    match session.read_value(table, id, "name").await {
        Ok(Value::Text(text)) => format!("{:?} {text}", name.kind),
        _ => plain(name),
    }
}
