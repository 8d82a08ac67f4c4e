//! Definitions from the protocol's JSON.
//!
//! What a definition may say and we have no place for is left out only where the platform itself
//! gives it no effect on data (input methods, icons of old navigation panes).

use std::sync::Arc;

use base::{Error, Result, Uuid};
use metadata::{
    Cascade, Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, Key, Label, ManagedProperties,
    ManyToMany, Menu, OneToMany, Ownership, Relationship, Schema, Table,
};
use serde_json::Value;

use super::super::body::wrong;
use super::column_from_json::{column, named_column};
use super::entity_members::{self, Member};
use super::members::{
    choice, class, flag, guard, id, int, label, member, missing, schema_name, set, text,
};
use super::names::{CASCADES, MENU_BEHAVIORS, MENU_GROUPS, OWNERSHIPS, TABLE_TYPES};

/// A table: a new one, or `base` with what the payload says.
pub(super) fn table(schema: &Schema, value: &Value, base: Option<&Table>) -> Result<Table> {
    let ownership = choice(value, "OwnershipType", OWNERSHIPS)?;
    let mut table = match base {
        Some(base) => base.clone(),
        None => Table::custom(
            id(value)?,
            &schema_name(value)?,
            ownership.unwrap_or(Ownership::UserOwned),
        ),
    };
    set(&mut table.display_name, label(value, "DisplayName")?);
    set(&mut table.display_collection_name, label(value, "DisplayCollectionName")?);
    set(&mut table.description, label(value, "Description")?);
    set(&mut table.table_type, choice(value, "TableType", TABLE_TYPES)?);
    if base.is_none() {
        set(&mut table.is_activity, flag(value, "IsActivity")?);
        set(&mut table.set_name, text(value, "EntitySetName")?.map(str::to_owned));
        columns(schema, value, &mut table)?;
    }
    for (name, value_of_member) in value.as_object().into_iter().flatten() {
        if let Some(kind) = entity_members::find(name)
            && !value_of_member.is_null()
        {
            entity_member(&mut table, value, name, kind)?;
        }
    }
    Ok(table)
}

/// The columns that come with a new table; one of them is its primary name.
fn columns(schema: &Schema, value: &Value, table: &mut Table) -> Result<()> {
    let items = member(value, "Attributes").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        let column = column(schema, item, None)?;
        if flag(item, "IsPrimaryName")? == Some(true) {
            table.primary_name = Some(column.logical_name.clone());
        }
        table.columns.insert(column.logical_name.clone(), Arc::new(column));
    }
    if table.primary_name.is_none() {
        table.primary_name = text(value, "PrimaryNameAttribute")?.map(str::to_lowercase);
    }
    Ok(())
}

fn entity_member(table: &mut Table, value: &Value, name: &str, kind: Member) -> Result<()> {
    let found = match kind {
        Member::Flag(_) => flag(value, name)?.map(Value::Bool),
        Member::Number(_) => int::<i32>(value, name)?.map(Value::from),
        Member::Text => text(value, name)?.map(Value::from),
        Member::Managed(_, property) => {
            let found = flag(value, name)?;
            if property.eq_ignore_ascii_case(name) {
                guard(&mut table.managed_properties, property, found);
                return Ok(());
            }
            let can_be_changed = flag(&value[name], "CanBeChanged")?;
            guard(&mut table.managed_properties, property, can_be_changed);
            found.map(Value::Bool)
        }
    };
    if let Some(found) = found {
        table.flags.insert(name.to_owned(), found);
    }
    Ok(())
}

pub(super) fn new_choice(kind: ChoiceKind) -> Choice {
    Choice {
        metadata_id: Uuid::nil(),
        name: String::new(),
        kind,
        is_global: false,
        is_custom: true,
        is_managed: false,
        display_name: Label::default(),
        description: Label::default(),
        options: Vec::new(),
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

/// A choice: a new one, or `base` with what the payload says.
pub(super) fn choice_of(value: &Value, base: Option<&Choice>) -> Result<Choice> {
    let kind = match class(value) {
        Some("BooleanOptionSetMetadata") => ChoiceKind::Boolean,
        _ => ChoiceKind::Picklist,
    };
    let mut found = match base {
        Some(base) => base.clone(),
        None => Choice { metadata_id: id(value)?, ..new_choice(kind) },
    };
    set(&mut found.display_name, label(value, "DisplayName")?);
    set(&mut found.description, label(value, "Description")?);
    if base.is_none() {
        set(&mut found.is_global, flag(value, "IsGlobal")?);
        set(&mut found.name, text(value, "Name")?.map(str::to_owned));
    }
    if let Some(items) = member(value, "Options") {
        let items = items.as_array().ok_or_else(|| wrong("'Options' must be a list."))?;
        found.options = items.iter().map(option).collect::<Result<_>>()?;
    }
    let is_customizable = flag(value, "IsCustomizable")?;
    guard(&mut found.managed_properties, "iscustomizable", is_customizable);
    Ok(found)
}

/// The number of an option that came without one, until it is given one.
pub(super) const NO_NUMBER: i32 = i32::MIN;

/// `option` with what the payload says; with `merge_labels` labels in other languages stay.
pub(super) fn change_option(
    option: &mut ChoiceOption,
    value: &Value,
    merge_labels: bool,
) -> Result<()> {
    for (place, name) in [(&mut option.label, "Label"), (&mut option.description, "Description")] {
        let Some(new) = label(value, name)? else { continue };
        if !merge_labels {
            *place = Label::default();
        }
        new.0.into_iter().for_each(|(language, text)| place.set(language, text));
    }
    if let Some(color) = text(value, "Color")? {
        option.color = Some(color.to_owned());
    }
    if let Some(external) = text(value, "ExternalValue")? {
        option.external_value = Some(external.to_owned());
    }
    Ok(())
}

/// An option of a choice.
pub(super) fn option(value: &Value) -> Result<ChoiceOption> {
    Ok(ChoiceOption {
        value: int(value, "Value")?.unwrap_or(NO_NUMBER),
        label: label(value, "Label")?.unwrap_or_default(),
        description: label(value, "Description")?.unwrap_or_default(),
        color: text(value, "Color")?.map(str::to_owned),
        external_value: text(value, "ExternalValue")?.map(str::to_owned),
        state: int(value, "State")?,
        default_status: int(value, "DefaultStatus")?,
        invariant_name: text(value, "InvariantName")?.map(str::to_owned),
        transition_data: text(value, "TransitionData")?.map(str::to_owned),
        is_hidden: flag(value, "IsHidden")?.unwrap_or_default(),
    })
}

/// The lookup that comes with a relationship; its tables follow from the relationships.
pub(in super::super) fn lookup(value: &Value) -> Result<Column> {
    named_column(value, ColumnKind::Lookup { targets: Vec::new() }, None)
}

/// A new relationship for `lookup`.
pub(in super::super) fn one_to_many(value: &Value, lookup: &Column) -> Result<OneToMany> {
    let table = |name: &str| text(value, name)?.map(str::to_lowercase).ok_or_else(|| missing(name));
    let schema_name = schema_name(value)?;
    Ok(OneToMany {
        metadata_id: id(value)?,
        referenced_table: table("ReferencedEntity")?,
        referenced_column: text(value, "ReferencedAttribute")?.unwrap_or_default().to_lowercase(),
        referencing_table: table("ReferencingEntity")?,
        referencing_column: lookup.logical_name.clone(),
        // Empty navigation names follow from the lookup and the relationship.
        referencing_navigation: text(value, "ReferencingEntityNavigationPropertyName")?
            .unwrap_or_default()
            .to_owned(),
        referenced_navigation: text(value, "ReferencedEntityNavigationPropertyName")?
            .unwrap_or(&schema_name)
            .to_owned(),
        cascade: cascade(value, Cascade::default())?,
        menu: menu(value, MENU, &Menu::default())?,
        is_hierarchical: flag(value, "IsHierarchical")?.unwrap_or_default(),
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
        schema_name,
    })
}

/// A new relationship of either kind; the lookup of a 1:N stands in it.
pub(super) enum NewRelationship {
    OneToMany(Box<(Column, OneToMany)>),
    ManyToMany(Box<ManyToMany>),
}

pub(super) fn relationship(value: &Value) -> Result<NewRelationship> {
    match class(value) {
        Some("OneToManyRelationshipMetadata") => {
            let lookup = lookup(member(value, "Lookup").ok_or_else(|| missing("Lookup"))?)?;
            let one = one_to_many(value, &lookup)?;
            Ok(NewRelationship::OneToMany(Box::new((lookup, one))))
        }
        Some("ManyToManyRelationshipMetadata") => {
            many_to_many(value).map(|many| NewRelationship::ManyToMany(Box::new(many)))
        }
        Some(other) => Err(wrong(format!("'{other}' is no kind of relationship."))),
        None => Err(missing("@odata.type")),
    }
}

fn many_to_many(value: &Value) -> Result<ManyToMany> {
    let name = |member: &str| text(value, member).map(|name| name.unwrap_or_default().to_owned());
    let table = |name: &str| text(value, name)?.map(str::to_lowercase).ok_or_else(|| missing(name));
    Ok(ManyToMany {
        metadata_id: id(value)?,
        schema_name: schema_name(value)?,
        intersect_table: name("IntersectEntityName")?.to_lowercase(),
        table1: table("Entity1LogicalName")?,
        column1: name("Entity1IntersectAttribute")?.to_lowercase(),
        navigation1: name("Entity1NavigationPropertyName")?,
        table2: table("Entity2LogicalName")?,
        column2: name("Entity2IntersectAttribute")?.to_lowercase(),
        navigation2: name("Entity2NavigationPropertyName")?,
        menu1: menu(value, MENU1, &Menu::default())?,
        menu2: menu(value, MENU2, &Menu::default())?,
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    })
}

/// `base` with what the payload says.
pub(super) fn changed_relationship(value: &Value, base: &Relationship) -> Result<Relationship> {
    let is_customizable = flag(value, "IsCustomizable")?;
    Ok(match base {
        Relationship::OneToMany(one) => {
            let mut one = one.clone();
            one.cascade = cascade(value, one.cascade)?;
            one.menu = menu(value, MENU, &one.menu)?;
            set(&mut one.is_hierarchical, flag(value, "IsHierarchical")?);
            guard(&mut one.managed_properties, "iscustomizable", is_customizable);
            Relationship::OneToMany(one)
        }
        Relationship::ManyToMany(many) => {
            let mut many = many.clone();
            many.menu1 = menu(value, MENU1, &many.menu1)?;
            many.menu2 = menu(value, MENU2, &many.menu2)?;
            guard(&mut many.managed_properties, "iscustomizable", is_customizable);
            Relationship::ManyToMany(many)
        }
    })
}

fn cascade(value: &Value, base: Cascade) -> Result<Cascade> {
    let Some(value) = member(value, "CascadeConfiguration") else { return Ok(base) };
    let action = |name, old| Ok::<_, Error>(choice(value, name, CASCADES)?.unwrap_or(old));
    Ok(Cascade {
        assign: action("Assign", base.assign)?,
        delete: action("Delete", base.delete)?,
        merge: action("Merge", base.merge)?,
        reparent: action("Reparent", base.reparent)?,
        share: action("Share", base.share)?,
        unshare: action("Unshare", base.unshare)?,
    })
}

/// The members of relationships that are menus.
const MENU: &str = "AssociatedMenuConfiguration";
const MENU1: &str = "Entity1AssociatedMenuConfiguration";
const MENU2: &str = "Entity2AssociatedMenuConfiguration";

/// How related rows are shown: `base` with what the payload says.
fn menu(value: &Value, name: &str, base: &Menu) -> Result<Menu> {
    let mut menu = base.clone();
    let Some(value) = member(value, name) else { return Ok(menu) };
    set(&mut menu.behavior, choice(value, "Behavior", MENU_BEHAVIORS)?);
    set(&mut menu.group, choice(value, "Group", MENU_GROUPS)?);
    set(&mut menu.label, label(value, "Label")?);
    menu.order = int(value, "Order")?.or(menu.order);
    Ok(menu)
}

/// A new alternate key.
pub(super) fn key(value: &Value) -> Result<Key> {
    let schema_name = schema_name(value)?;
    let columns = member(value, "KeyAttributes").and_then(Value::as_array);
    let columns = columns.ok_or_else(|| missing("KeyAttributes"))?.iter().map(|name| {
        let name =
            name.as_str().ok_or_else(|| wrong("The items of 'KeyAttributes' must be texts."))?;
        Ok(name.to_lowercase())
    });
    Ok(Key {
        metadata_id: id(value)?,
        logical_name: schema_name.to_lowercase(),
        schema_name,
        display_name: label(value, "DisplayName")?.unwrap_or_default(),
        columns: columns.collect::<Result<_>>()?,
        introduced_version: None,
        is_managed: false,
    })
}
