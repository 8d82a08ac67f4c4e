//! Relationships: the `EntityRelationship` element.

use base::{Error, Result, Uuid};
use metadata::{Cascade, CascadeAction, ManyToMany, OneToMany, Relationship};
use package::xml::Element;

use super::{apply_managed, flag, text, write_managed, zero_or_one};

/// Gives, of a table and a column, the schema name of the lookup, whether it is custom, and whether
/// it points to several tables.
type LookupOf<'a> = &'a dyn Fn(&str, &str) -> Option<(String, bool, bool)>;

/// What a relationship needs to know beyond its element.
pub struct RelationshipInput<'a> {
    /// The id of its definition.
    pub id: Uuid,
    /// The primary key of a table, by logical name.
    pub primary_id: &'a dyn Fn(&str) -> Option<String>,
    /// What is known of a lookup column.
    pub lookup: LookupOf<'a>,
}

/// The tables that must be there: all that the element names.
pub fn referenced_tables(element: &Element) -> Vec<String> {
    let names =
        ["ReferencingEntityName", "ReferencedEntityName", "FirstEntityName", "SecondEntityName"];
    names.iter().filter_map(|name| text(element, name)).map(|name| name.to_lowercase()).collect()
}

/// The relationship that an element defines.
pub fn new_relationship(element: &Element, input: &RelationshipInput<'_>) -> Result<Relationship> {
    let name = element.attribute("Name").unwrap_or_default().to_owned();
    let many = text(element, "EntityRelationshipType").is_some_and(|kind| kind == "ManyToMany");
    let mut relationship = if many {
        Relationship::ManyToMany(many_to_many(element, &name, input)?)
    } else {
        Relationship::OneToMany(one_to_many(element, &name, input)?)
    };
    let (version, managed) = match &mut relationship {
        Relationship::OneToMany(one) => (&mut one.introduced_version, &mut one.managed_properties),
        Relationship::ManyToMany(many) => {
            (&mut many.introduced_version, &mut many.managed_properties)
        }
    };
    *version = text(element, "IntroducedVersion");
    apply_managed(managed, element, &["IsCustomizable"]);
    Ok(relationship)
}

fn needed(element: &Element, name: &str, child: &str) -> Result<String> {
    let found = text(element, child).map(|value| value.to_lowercase());
    found.ok_or_else(|| {
        Error::invalid(format!("The relationship {name} in customizations.xml has no {child}."))
    })
}

fn one_to_many(element: &Element, name: &str, input: &RelationshipInput<'_>) -> Result<OneToMany> {
    let referenced_table = needed(element, name, "ReferencedEntityName")?;
    let referencing_table = needed(element, name, "ReferencingEntityName")?;
    let referencing_column = needed(element, name, "ReferencingAttributeName")?;
    let lookup = (input.lookup)(&referencing_table, &referencing_column);
    let (schema_name, is_custom, has_several) =
        lookup.unwrap_or_else(|| (referencing_column.clone(), false, false));
    let stem = if is_custom { schema_name } else { referencing_column.clone() };
    let navigation = if has_several { format!("{stem}_{referenced_table}") } else { stem };
    Ok(OneToMany {
        menu: Default::default(),
        metadata_id: input.id,
        schema_name: name.to_owned(),
        referenced_column: (input.primary_id)(&referenced_table)
            .unwrap_or_else(|| format!("{referenced_table}id")),
        referenced_table,
        referencing_table,
        referencing_column,
        referencing_navigation: navigation,
        referenced_navigation: navigation_of(element, "1").unwrap_or_else(|| name.to_owned()),
        cascade: read_cascade(element),
        is_hierarchical: flag(element, "IsHierarchical").unwrap_or(false),
        is_custom,
        is_managed: false,
        introduced_version: None,
        managed_properties: Default::default(),
    })
}

/// The navigation property that a role of the relationship gives, where it does.
fn navigation_of(element: &Element, role: &str) -> Option<String> {
    let roles = element.child("EntityRelationshipRoles")?;
    let found = roles
        .elements()
        .find(|other| text(other, "RelationshipRoleType").is_some_and(|value| value == role))?;
    text(found, "NavigationPropertyName")
}

fn many_to_many(
    element: &Element,
    name: &str,
    input: &RelationshipInput<'_>,
) -> Result<ManyToMany> {
    let table1 = needed(element, name, "FirstEntityName")?;
    let table2 = needed(element, name, "SecondEntityName")?;
    let key = |table: &str| (input.primary_id)(table).unwrap_or_else(|| format!("{table}id"));
    let (mut column1, mut column2) = (key(&table1), key(&table2));
    if column1 == column2 {
        column1.push_str("one");
        column2.push_str("two");
    }
    Ok(ManyToMany {
        menu1: Default::default(),
        menu2: Default::default(),
        metadata_id: input.id,
        schema_name: name.to_owned(),
        intersect_table: text(element, "IntersectEntityName")
            .unwrap_or_else(|| name.to_owned())
            .to_lowercase(),
        table1,
        column1,
        navigation1: name.to_owned(),
        table2,
        column2,
        navigation2: name.to_owned(),
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: Default::default(),
    })
}

fn read_cascade(element: &Element) -> Cascade {
    let mut cascade = Cascade::default();
    let set = |child, action: &mut CascadeAction| {
        let read = text(element, child).and_then(|name| {
            CASCADES.iter().find(|(other, _)| *other == name).map(|(_, action)| *action)
        });
        if let Some(read) = read {
            *action = read;
        }
    };
    set("CascadeAssign", &mut cascade.assign);
    set("CascadeDelete", &mut cascade.delete);
    set("CascadeMerge", &mut cascade.merge);
    set("CascadeReparent", &mut cascade.reparent);
    set("CascadeShare", &mut cascade.share);
    set("CascadeUnshare", &mut cascade.unshare);
    cascade
}

const CASCADES: &[(&str, CascadeAction)] = &[
    ("NoCascade", CascadeAction::NoCascade),
    ("Cascade", CascadeAction::Cascade),
    ("Active", CascadeAction::Active),
    ("UserOwned", CascadeAction::UserOwned),
    ("RemoveLink", CascadeAction::RemoveLink),
    ("Restrict", CascadeAction::Restrict),
];

fn cascade_name(action: CascadeAction) -> &'static str {
    let found = CASCADES.iter().find(|(_, other)| *other == action);
    found.map_or("NoCascade", |(name, _)| name)
}

/// Writes a relationship; `schema_name_of` gives a table or column the case of its schema name.
pub fn write_relationship(
    relationship: &Relationship,
    schema_name_of: &dyn Fn(&str, Option<&str>) -> String,
) -> Element {
    let mut element = Element::new("EntityRelationship").with("Name", relationship.schema_name());
    let mut push = |name: &str, value: &str| element.push(Element::with_text(name, value));
    match relationship {
        Relationship::OneToMany(one) => {
            push("EntityRelationshipType", "OneToMany");
            push("IntroducedVersion", one.introduced_version.as_deref().unwrap_or("1.0.0.0"));
            push("IsHierarchical", zero_or_one(one.is_hierarchical));
            push("ReferencingEntityName", &schema_name_of(&one.referencing_table, None));
            push("ReferencedEntityName", &schema_name_of(&one.referenced_table, None));
            push("CascadeAssign", cascade_name(one.cascade.assign));
            push("CascadeDelete", cascade_name(one.cascade.delete));
            push("CascadeReparent", cascade_name(one.cascade.reparent));
            push("CascadeShare", cascade_name(one.cascade.share));
            push("CascadeUnshare", cascade_name(one.cascade.unshare));
            push(
                "ReferencingAttributeName",
                &schema_name_of(&one.referencing_table, Some(&one.referencing_column)),
            );
            write_managed(&mut element, &one.managed_properties, &["IsCustomizable"]);
        }
        Relationship::ManyToMany(many) => {
            push("EntityRelationshipType", "ManyToMany");
            push("IntroducedVersion", many.introduced_version.as_deref().unwrap_or("1.0.0.0"));
            push("IntersectEntityName", &many.intersect_table);
            push("FirstEntityName", &schema_name_of(&many.table1, None));
            push("SecondEntityName", &schema_name_of(&many.table2, None));
            write_managed(&mut element, &many.managed_properties, &["IsCustomizable"]);
        }
    }
    element
}
