//! `CreateOneToMany` and `CreateManyToMany`: new relationships.

use std::sync::Arc;

use base::{Error, Kind, Result};
use metadata::names::{self, RELATIONSHIP_NAME_CHARS_MAX, SCHEMA_NAME_CHARS_MAX};
use metadata::{
    Cascade, CascadeAction, Column, ColumnKind, ManyToMany, OneToMany, Ownership, Relationship,
    Table,
};

use super::column_create;
use super::definitions::{
    check_label, check_name, require, require_customizable, table, table_component,
};
use crate::{EventData, MessageName, Reply, Session, Stage};

/// Creates a lookup column with the relationship to each of its targets. One relationship makes a
/// plain lookup; several a polymorphic one; account and contact a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateOneToMany {
    /// The lookup on the "many" side.
    pub lookup: Column,
    /// The relationships; all have the same table on the "many" side.
    pub relationships: Vec<OneToMany>,
}

/// Creates a many-to-many relationship with its intersect table.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateManyToMany {
    /// The definition; derived names may be empty.
    pub relationship: ManyToMany,
}

impl CreateOneToMany {
    /// Answers the ids of the relationships, then that of the lookup.
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvCreateRelationship")?;
        require(session, "prvCreateAttribute")?;
        let Some(first) = self.relationships.first() else {
            return Err(description("A lookup needs at least one relationship."));
        };
        let table = table(session, &first.referencing_table)?;
        require_customizable(session, &table_component(&table), "cancreateattributes").await?;
        if let Some(lookup) = extendable(session, &table, &self.lookup) {
            return extend(session, &table, &lookup, self.relationships).await;
        }
        let mut lookup = self.lookup;
        check_lookup(&table, &lookup, &self.relationships)?;
        set_targets(&mut lookup, &self.relationships);
        column_create::derive(session.cx(), session.schema(), &table.logical_name, &mut lookup);
        let mut made = Vec::new();
        for one in self.relationships {
            made.push(derived(session, one, &lookup, lookup.targets().len() > 1)?);
        }
        check_parental(session, &made)?;
        let lookup = column_create::add(session, &table, lookup).await?;
        let mut ids = Vec::new();
        for one in made {
            ids.push(
                put(session, Relationship::OneToMany(one), MessageName::CreateOneToMany).await?,
            );
        }
        ids.push(lookup.metadata_id);
        Ok(Reply::Defined(ids))
    }
}

/// The polymorphic lookup with this name, if the table has one that may refer to more tables.
fn extendable(session: &Session<'_>, table: &Table, lookup: &Column) -> Option<Arc<Column>> {
    let found = table.column(&lookup.schema_name.to_lowercase())?;
    let is_polymorphic = |one: &OneToMany| {
        one.referencing_column == found.logical_name
            && one.referencing_navigation
                == names::lookup_navigation(&found.schema_name, &one.referenced_table, true)
    };
    let is_extendable = found.is_custom
        && matches!(found.kind, ColumnKind::Lookup { .. })
        && session.schema().many_to_one(&table.logical_name).any(is_polymorphic);
    is_extendable.then(|| found.clone())
}

/// Adds targets to a polymorphic lookup.
async fn extend(
    session: &mut Session<'_>,
    table: &Table,
    lookup: &Arc<Column>,
    relationships: Vec<OneToMany>,
) -> Result<Reply> {
    let known = lookup.targets();
    let is_known = |one: &&OneToMany| known.contains(&one.referenced_table.to_lowercase().as_str());
    if let Some(one) = relationships.iter().find(is_known) {
        return Err(description(&format!(
            "The lookup {} of {} refers to {} already.",
            lookup.schema_name, table.logical_name, one.referenced_table
        )));
    }
    let mut extended = Column::clone(lookup);
    if let ColumnKind::Lookup { targets } = &mut extended.kind {
        targets.extend(relationships.iter().map(|one| one.referenced_table.to_lowercase()));
    }
    let mut made = Vec::new();
    for mut one in relationships {
        one.referencing_table.clone_from(&table.logical_name);
        made.push(derived(session, one, &extended, true)?);
    }
    check_parental(session, &made)?;
    let mut ids = Vec::new();
    for one in made {
        ids.push(put(session, Relationship::OneToMany(one), MessageName::CreateOneToMany).await?);
    }
    ids.push(lookup.metadata_id);
    Ok(Reply::Defined(ids))
}

impl CreateManyToMany {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        require(session, "prvCreateRelationship")?;
        let many = derived_link(session, self.relationship)?;
        check_name("table", &many.intersect_table, SCHEMA_NAME_CHARS_MAX)?;
        let cx = session.cx().clone();
        let intersect = Table::intersect(&many, || cx.new_id());
        session.put_table(intersect).await?;
        let id =
            put(session, Relationship::ManyToMany(many), MessageName::CreateManyToMany).await?;
        Ok(Reply::Defined(vec![id]))
    }
}

async fn put(
    session: &mut Session<'_>,
    relationship: Relationship,
    message: MessageName,
) -> Result<base::Uuid> {
    let event = |after| EventData::Relationship { before: None, after: Some(after) };
    let made = Arc::new(relationship.clone());
    session.run_steps(message, Stage::Before, event(made)).await?;
    let made = session.put_relationship(relationship).await?;
    let id = made.metadata_id();
    session.run_steps(message, Stage::After, event(made)).await?;
    Ok(id)
}

fn check_lookup(table: &Table, lookup: &Column, relationships: &[OneToMany]) -> Result<()> {
    check_name("column", &lookup.schema_name, SCHEMA_NAME_CHARS_MAX)?;
    check_label("A lookup", "DisplayName", &lookup.display_name)?;
    column_create::check_free(table, lookup)?;
    if !lookup.is_lookup() || lookup.kind == ColumnKind::Owner {
        return Err(description("The column of a relationship is a lookup."));
    }
    let is_of_table =
        |one: &OneToMany| one.referencing_table.eq_ignore_ascii_case(&table.logical_name);
    if !relationships.iter().all(is_of_table) {
        return Err(description("All relationships of a lookup have the same ReferencingEntity."));
    }
    Ok(())
}

/// The targets of a lookup are the tables that its relationships lead to.
fn set_targets(lookup: &mut Column, relationships: &[OneToMany]) {
    if let ColumnKind::Lookup { targets } = &mut lookup.kind {
        *targets = relationships.iter().map(|one| one.referenced_table.to_lowercase()).collect();
    }
}

/// Checks a relationship and fills in what its maker does not say.
fn derived(
    session: &Session<'_>,
    mut one: OneToMany,
    lookup: &Column,
    has_several_targets: bool,
) -> Result<OneToMany> {
    let referenced = table(session, &one.referenced_table)?;
    let targets = lookup.targets();
    if !targets.contains(&referenced.logical_name.as_str()) {
        return Err(description(&format!(
            "The lookup {} cannot refer to {}.",
            lookup.schema_name, referenced.logical_name
        )));
    }
    check_relationship_name(session, &one.schema_name)?;
    check_cascade(&one.cascade)?;
    if one.metadata_id.is_nil() {
        one.metadata_id = session.cx().new_id();
    }
    one.referencing_table = one.referencing_table.to_lowercase();
    one.referencing_column.clone_from(&lookup.logical_name);
    one.referencing_navigation = names::lookup_navigation(
        &lookup.schema_name,
        &referenced.logical_name,
        has_several_targets,
    );
    one.referenced_table.clone_from(&referenced.logical_name);
    one.referenced_column.clone_from(&referenced.primary_id);
    one.referenced_navigation.clone_from(&one.schema_name);
    one.is_custom = true;
    one.is_managed = false;
    one.introduced_version.get_or_insert_with(|| "1.0.0.0".to_owned());
    Ok(one)
}

fn check_relationship_name(session: &Session<'_>, name: &str) -> Result<()> {
    check_name("relationship", name, RELATIONSHIP_NAME_CHARS_MAX)?;
    match session.schema().relationship(name) {
        None => Ok(()),
        Some(_) => Err(Error::new(
            Kind::Invalid,
            "0x80047010",
            format!("A relationship with the name {name} already exists."),
        )),
    }
}

/// Refuses a cascade that its event does not know.
pub(super) fn check_cascade(cascade: &Cascade) -> Result<()> {
    use CascadeAction::{Active, Cascade as All, NoCascade, RemoveLink, Restrict, UserOwned};
    let people = [NoCascade, All, Active, UserOwned];
    for (name, action, allowed) in [
        ("Assign", cascade.assign, &people[..]),
        ("Share", cascade.share, &people),
        ("Unshare", cascade.unshare, &people),
        ("Reparent", cascade.reparent, &people),
        ("Merge", cascade.merge, &[NoCascade, All]),
        ("Delete", cascade.delete, &[All, RemoveLink, Restrict]),
    ] {
        if !allowed.contains(&action) {
            return Err(description(&format!("{name} of a relationship cannot be {action:?}.")));
        }
    }
    Ok(())
}

/// A table has one parent at most: a relationship through which assigning, sharing and deleting
/// cascade.
pub(super) fn check_parental(session: &Session<'_>, made: &[OneToMany]) -> Result<()> {
    let Some(new) = made.iter().find(|one| is_parental(&one.cascade)) else { return Ok(()) };
    let is_other = |old: &&OneToMany| {
        is_parental(&old.cascade) && made.iter().all(|one| one.schema_name != old.schema_name)
    };
    match session.schema().many_to_one(&new.referencing_table).find(is_other) {
        None => Ok(()),
        Some(old) => Err(Error::new(
            Kind::Invalid,
            "0x80047007",
            format!(
                "The table {} has a parent already, through the relationship {}. Only one \
                 relationship of a table can be parental.",
                new.referencing_table, old.schema_name
            ),
        )),
    }
}

fn is_parental(cascade: &Cascade) -> bool {
    let all = CascadeAction::Cascade;
    [cascade.assign, cascade.delete, cascade.reparent, cascade.share, cascade.unshare]
        .iter()
        .all(|action| *action == all)
}

fn derived_link(session: &Session<'_>, mut many: ManyToMany) -> Result<ManyToMany> {
    check_relationship_name(session, &many.schema_name)?;
    let (first, second) = (table(session, &many.table1)?, table(session, &many.table2)?);
    for one in [&first, &second] {
        if one.is_intersect || one.ownership == Ownership::None {
            return Err(description(&format!(
                "The table {} cannot be part of a many-to-many relationship.",
                one.logical_name
            )));
        }
    }
    many.table1.clone_from(&first.logical_name);
    many.table2.clone_from(&second.logical_name);
    many.intersect_table = match many.intersect_table.as_str() {
        "" => names::intersect_table(&many.schema_name),
        name => name.to_lowercase(),
    };
    if session.schema().table(&many.intersect_table).is_some() {
        return Err(Error::new(
            Kind::Invalid,
            "0x8004700b",
            format!("A table with the name {} already exists.", many.intersect_table),
        ));
    }
    (many.column1, many.column2) =
        names::intersect_columns(&first.logical_name, &first.primary_id, &second.primary_id);
    (many.navigation1, many.navigation2) =
        names::many_to_many_navigations(&many.schema_name, many.table1 == many.table2);
    if many.metadata_id.is_nil() {
        many.metadata_id = session.cx().new_id();
    }
    many.is_custom = true;
    many.is_managed = false;
    many.introduced_version.get_or_insert_with(|| "1.0.0.0".to_owned());
    Ok(many)
}

/// `InvalidRelationshipDescription`.
pub(super) fn description(message: &str) -> Error {
    Error::new(Kind::Invalid, "0x80047003", message)
}
