//! The projection onto the schema: choices, tables with their columns and keys, relationships.
//!
//! They depend on each other, so they are projected together: choices first, because columns use
//! them; then tables; then relationships, which need both of theirs. A table is put once, whatever
//! number of its columns changed, so the database changes once.

use std::collections::{BTreeMap, BTreeSet};

use base::{Result, Uuid};
use dataverse::Session;
use metadata::{Column, ColumnKind, Relationship, Table};
use package::xml::Element;
use package::{Component, ComponentKind};

use super::row::parse_id;
use crate::definition::{
    RelationshipInput, apply_choice, apply_column, apply_key, apply_table, new_choice, new_column,
    new_key, new_relationship, new_table, text,
};
use crate::fold::fold;
use crate::layers::{self, Layer, Name};

/// The parts of the schema that layers touched.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Global choices, by name in lower case.
    pub choices: BTreeSet<String>,
    /// Tables of which anything changed, by logical name.
    pub tables: BTreeSet<String>,
    /// Relationships, by schema name in lower case.
    pub relationships: BTreeSet<String>,
}

impl Touched {
    /// Notes a component; tells whether it is a part of the schema.
    pub fn note(&mut self, name: &Name) -> bool {
        use ComponentKind as K;
        match name.kind {
            K::Choice => self.choices.insert(name.key.clone()),
            K::Table => self.tables.insert(name.key.clone()),
            K::Column | K::Key => self.tables.insert(name.parent.clone()),
            K::Relationship => self.relationships.insert(name.key.clone()),
            _ => return false,
        };
        true
    }
}

/// Makes the schema what the layers of the touched components say. What has no layer left and is
/// not the platform's own is taken away, relationships first.
pub(crate) async fn project(session: &mut Session<'_>, touched: &Touched) -> Result<()> {
    let relationships = effective_relationships(session, touched).await?;
    for name in &touched.relationships {
        if !relationships.iter().any(|(known, _)| known.key == *name) {
            drop_relationship(session, name).await?;
        }
    }
    for name in &touched.choices {
        project_choice(session, name).await?;
    }
    let targets = lookup_targets(&relationships);
    for name in &touched.tables {
        project_table(session, name, &targets).await?;
    }
    for name in &touched.choices {
        drop_unused_choice(session, name).await?;
    }
    for (_, element) in &relationships {
        project_relationship(session, element).await?;
    }
    Ok(())
}

/// The id of a part of the schema before it has layers: the platform's own, else a stable one.
pub(crate) fn definition_id(session: &Session<'_>, name: &Name) -> Uuid {
    use ComponentKind as K;
    let schema = session.schema();
    let parent = schema.table(&name.parent);
    let known = match name.kind {
        K::Table => schema.table(&name.key).map(|table| table.metadata_id),
        K::Choice => schema.choice(&name.key).map(|choice| choice.metadata_id),
        K::Relationship => schema.relationship(&name.key).map(|found| found.metadata_id()),
        K::Column => parent.and_then(|t| t.column(&name.key)).map(|column| column.metadata_id),
        K::Key => parent.and_then(|t| t.keys.get(&name.key)).map(|key| key.metadata_id),
        _ => None,
    };
    known.unwrap_or_else(|| session.cx().new_id())
}

async fn layers_of(session: &mut Session<'_>, name: &Name) -> Result<(Option<Uuid>, Vec<Layer>)> {
    match layers::find(session, name).await? {
        Some(id) => Ok((Some(id), layers::of(session, id).await?)),
        None => Ok((None, Vec::new())),
    }
}

fn is_managed(layers: &[Layer]) -> bool {
    layers.first().is_some_and(Layer::is_managed)
}

async fn project_choice(session: &mut Session<'_>, name: &str) -> Result<()> {
    let (id, layers) = layers_of(session, &Name::new(ComponentKind::Choice, "", name)).await?;
    let (Some(id), Some(bottom)) = (id, layers.first()) else { return Ok(()) };
    let base = metadata::system::base_schema();
    let mut choice = match base.choice(name) {
        Some(choice) => (**choice).clone(),
        None => new_choice(&bottom.component.key, id, true),
    };
    choice.is_global = true;
    choice.is_managed = is_managed(&layers);
    for layer in &layers {
        apply_choice(&mut choice, &layer.component.element);
    }
    session.put_choice(choice).await?;
    Ok(())
}

/// Takes a choice away that no layer has any more, after the columns that used it are gone.
async fn drop_unused_choice(session: &mut Session<'_>, name: &str) -> Result<()> {
    let (_, layers) = layers_of(session, &Name::new(ComponentKind::Choice, "", name)).await?;
    if layers.is_empty() && metadata::system::base_schema().choice(name).is_none() {
        session.drop_choice(name).await?;
    }
    Ok(())
}

async fn project_table(
    session: &mut Session<'_>,
    name: &str,
    targets: &BTreeMap<(String, String), Vec<String>>,
) -> Result<()> {
    let (id, layers) = layers_of(session, &Name::table(name)).await?;
    let base = metadata::system::base_schema().table(name).cloned();
    let known = session.schema().table(name).cloned();
    let mut table = match (&base, &known, layers.first(), id) {
        (Some(base), _, _, _) => (**base).clone(),
        (None, Some(known), None, _) if !known.is_custom || known.is_intersect => (**known).clone(),
        (None, _, Some(bottom), Some(id)) => new_table(&bottom.component.key, id, 0),
        (None, Some(_), _, _) => return session.drop_table(name).await,
        (None, None, _, _) => return Ok(()),
    };
    if let Some(known) = &known {
        table.type_code = known.type_code;
    }
    for layer in &layers {
        apply_table(&mut table, &layer.component.element);
    }
    if base.is_none() {
        table.is_managed = is_managed(&layers);
    }
    project_columns(session, &mut table, targets).await?;
    project_keys(session, &mut table).await?;
    metadata::system::complete(&mut table);
    if table.primary_name.is_none() && base.is_none() {
        table.primary_name = default_primary_name(&table);
    }
    session.put_table(table).await?;
    Ok(())
}

/// The columns of all layers, applied onto the platform's own.
async fn project_columns(
    session: &mut Session<'_>,
    table: &mut Table,
    targets: &BTreeMap<(String, String), Vec<String>>,
) -> Result<()> {
    let columns = layers::parts(session, ComponentKind::Column, &table.logical_name).await?;
    for (id, name) in columns {
        let layers = layers::of(session, id).await?;
        if layers.is_empty() {
            continue;
        }
        let below = table.columns.get(&name.key).map(|column| (**column).clone());
        let is_new = below.is_none();
        let mut column = below.unwrap_or_else(|| new_column(&name.key, id));
        let of_column = targets.get(&(table.logical_name.clone(), name.key.clone()));
        let of_column = of_column.cloned().unwrap_or_else(|| known_targets(session, table, &name));
        for layer in &layers {
            let element = &layer.component.element;
            let formula = layer.component.file("FormulaDefinitionFileName");
            let formula = formula.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
            apply_column(&mut column, element, &table.logical_name, &of_column, formula);
            note_primary(table, &column, element);
        }
        if is_new {
            column.is_managed = is_managed(&layers);
        }
        put_column(table, column);
    }
    Ok(())
}

fn put_column(table: &mut Table, column: Column) {
    table.columns.insert(column.logical_name.clone(), column.into());
}

/// A column says itself that it is the primary key or the name of the table.
fn note_primary(table: &mut Table, column: &Column, element: &Element) {
    if text(element, "Type").is_some_and(|kind| kind.eq_ignore_ascii_case("primarykey")) {
        table.primary_id.clone_from(&column.logical_name);
    }
    let mask = text(element, "DisplayMask").unwrap_or_default();
    if mask.split('|').any(|word| word == "PrimaryName") {
        table.primary_name = Some(column.logical_name.clone());
    }
}

/// Packages of parts of a table do not say which column is the name: the first text is.
fn default_primary_name(table: &Table) -> Option<String> {
    let mut columns = table.columns.values();
    let found = columns.find(|c| c.is_custom && matches!(c.kind, ColumnKind::String { .. }));
    found.map(|column| column.logical_name.clone())
}

/// The tables that the schema knows a lookup to point to.
fn known_targets(session: &Session<'_>, table: &Table, column: &Name) -> Vec<String> {
    let relationships = session.schema().many_to_one(&table.logical_name);
    let of_column = relationships.filter(|one| one.referencing_column == column.key);
    of_column.map(|one| one.referenced_table.clone()).collect()
}

async fn project_keys(session: &mut Session<'_>, table: &mut Table) -> Result<()> {
    let keys = layers::parts(session, ComponentKind::Key, &table.logical_name).await?;
    for (id, name) in keys {
        let layers = layers::of(session, id).await?;
        if layers.is_empty() {
            table.keys.shift_remove(&name.key);
            continue;
        }
        let mut key = new_key(&name.key, id);
        key.is_managed = is_managed(&layers);
        for layer in &layers {
            apply_key(&mut key, &layer.component.element);
        }
        table.keys.insert(name.key.clone(), key.into());
    }
    Ok(())
}

async fn effective_relationships(
    session: &mut Session<'_>,
    touched: &Touched,
) -> Result<Vec<(Name, Effective)>> {
    let mut names = touched.relationships.clone();
    // The lookups of a touched table need its relationships, whichever solution brought them.
    for table in &touched.tables {
        let of_table = session.schema().many_to_one(table);
        names.extend(of_table.map(|one| one.schema_name.to_lowercase()));
    }
    let mut found = Vec::new();
    for key in names {
        let name = Name::new(ComponentKind::Relationship, "", &key);
        let (id, layers) = layers_of(session, &name).await?;
        if let (Some(id), Some(component)) = (id, fold(&layers)) {
            let is_managed = is_managed(&layers);
            found.push((name, Effective { id, component, is_managed }));
        }
    }
    Ok(found)
}

/// A relationship as its layers make it.
struct Effective {
    id: Uuid,
    component: Component,
    is_managed: bool,
}

/// The tables to which each lookup points, as relationships say: (table, column) to tables.
fn lookup_targets(relationships: &[(Name, Effective)]) -> BTreeMap<(String, String), Vec<String>> {
    let mut targets: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (_, effective) in relationships {
        let element = &effective.component.element;
        let lower = |child| text(element, child).map(|name| name.to_lowercase());
        if let (Some(table), Some(column), Some(target)) = (
            lower("ReferencingEntityName"),
            lower("ReferencingAttributeName"),
            lower("ReferencedEntityName"),
        ) {
            let known = targets.entry((table, column)).or_default();
            if !known.contains(&target) {
                known.push(target);
            }
        }
    }
    targets
}

async fn project_relationship(session: &mut Session<'_>, effective: &Effective) -> Result<()> {
    let schema = session.schema().clone();
    let mut relationship = defined(&schema, effective)?;
    let base = metadata::system::base_schema();
    if base.relationship(relationship.schema_name()).is_some() {
        return Ok(());
    }
    let tables = crate::definition::referenced_tables(&effective.component.element);
    if tables.iter().any(|table| schema.table(table).is_none()) {
        // The check of dependencies has refused those that matter; what is left are references
        // from tables of products that are not installed here.
        return Ok(());
    }
    match &mut relationship {
        Relationship::OneToMany(one) => {
            one.is_managed = effective.is_managed;
            let has_column = schema
                .table(&one.referencing_table)
                .and_then(|t| t.column(&one.referencing_column));
            if has_column.is_none() {
                return Ok(());
            }
        }
        Relationship::ManyToMany(many) => {
            many.is_managed = effective.is_managed;
            if schema.table(&many.intersect_table).is_none() {
                let cx = session.cx().clone();
                session.put_table(Table::intersect(many, || cx.new_id())).await?;
            }
        }
    }
    session.put_relationship(relationship).await?;
    Ok(())
}

fn defined(schema: &metadata::Schema, effective: &Effective) -> Result<Relationship> {
    let input = RelationshipInput {
        id: effective.id,
        primary_id: &|table| schema.table(table).map(|table| table.primary_id.clone()),
        lookup: &|table, column| {
            let column = schema.table(table)?.column(column)?;
            let has_several = match &column.kind {
                // An owner has one navigation property for users and teams alike.
                ColumnKind::Owner => false,
                _ => column.targets().len() > 1,
            };
            Some((column.schema_name.clone(), column.is_custom, has_several))
        },
    };
    new_relationship(&effective.component.element, &input)
}

async fn drop_relationship(session: &mut Session<'_>, name: &str) -> Result<()> {
    let Some(relationship) = session.schema().relationship(name).cloned() else { return Ok(()) };
    if metadata::system::base_schema().relationship(name).is_some() {
        return Ok(());
    }
    session.drop_relationship(name).await?;
    if let Relationship::ManyToMany(many) = &*relationship {
        session.drop_table(&many.intersect_table).await?;
    }
    Ok(())
}

/// The id that a package gives a component, where it does.
pub(crate) fn given_id(component: &Component) -> Option<Uuid> {
    component.id().or_else(|| match component.kind {
        ComponentKind::CanvasApp | ComponentKind::AppModule => None,
        _ => component.element.attribute("id").and_then(parse_id),
    })
}

/// The part of the schema with this id, of a component type.
pub(crate) fn find_by_id(session: &Session<'_>, id: Uuid, component_type: i32) -> Option<Name> {
    use ComponentKind as K;
    let schema = session.schema();
    match component_type {
        1 => {
            let table = schema.tables().find(|table| table.metadata_id == id)?;
            Some(Name::table(&table.logical_name))
        }
        2 => schema.tables().find_map(|table| {
            let column = table.columns.values().find(|column| column.metadata_id == id)?;
            Some(Name::new(K::Column, &table.logical_name, &column.logical_name))
        }),
        9 => {
            let choice = schema.choices().find(|choice| choice.metadata_id == id)?;
            Some(Name::new(K::Choice, "", &choice.name))
        }
        3 | 10 => {
            let mut relationships = schema.relationships();
            let found = relationships.find(|found| found.metadata_id() == id)?;
            Some(Name::new(K::Relationship, "", found.schema_name()))
        }
        _ => None,
    }
}
