//! Creating, changing and deleting definitions.

use axum::http::StatusCode;
use base::{Error, Result, Uuid};
use dataverse::messages::{
    CreateChoice, CreateColumn, CreateKey, CreateManyToMany, CreateOneToMany, CreateTable,
    DeleteChoice, DeleteColumn, DeleteKey, DeleteRelationship, DeleteTable, UpdateChoice,
    UpdateColumn, UpdateRelationship, UpdateTable,
};
use dataverse::{Message, Reply};
use metadata::{Relationship, Schema, SourceType, Table};
use query::odata::decode;
use query::{Key, Query};
use serde_json::Value;

use super::super::address::no_segment;
use super::super::answer::Answer;
use super::super::body;
use super::super::call::Call;
use super::super::resource::{not_allowed, unexpected};
use super::super::rollups;
use super::from_json::{self, NewRelationship};
use super::item::{Definition, View, item};
use super::to_json::Style;
use super::{address, column_from_json, new_table, numbers, with_context};

/// `POST EntityDefinitions` and its like.
pub(super) async fn create(call: &Call, style: Style<'_>, root: &str) -> Result<Answer> {
    let value = Value::Object(body::object(call)?);
    let message: Message = match root {
        "EntityDefinitions" => CreateTable { table: new_table(call, &value).await? }.into(),
        "RelationshipDefinitions" => match from_json::relationship(&value)? {
            NewRelationship::OneToMany(new) => {
                let (lookup, one) = *new;
                CreateOneToMany { lookup, relationships: vec![one] }.into()
            }
            NewRelationship::ManyToMany(relationship) => {
                CreateManyToMany { relationship: *relationship }.into()
            }
        },
        _ => {
            let mut choice = from_json::choice_of(&value, None)?;
            // What stands here is global, whether the maker says so or not.
            choice.is_global = true;
            numbers::of_choice(call, &mut choice).await?;
            CreateChoice { choice }.into()
        }
    };
    let id = defined(call, message).await?;
    created(call, style, root, &format!("{root}({id})"), |schema| {
        let key = Key::Id(id);
        match root {
            "EntityDefinitions" => {
                address::table(schema, &key).map(|found| Definition::Table(found))
            }
            "RelationshipDefinitions" => {
                address::relationship(schema, &key).map(|found| Definition::Relationship(found))
            }
            _ => address::known_choice(schema, &key).map(|found| Definition::Choice(found)),
        }
    })
}

/// `POST EntityDefinitions(…)/Attributes` and `…/Keys`.
pub(super) async fn create_below(
    call: &Call,
    style: Style<'_>,
    table: &Table,
    name: &str,
) -> Result<Answer> {
    if !matches!(name, "Attributes" | "Keys") {
        return Err(not_allowed(call));
    }
    let value = Value::Object(body::object(call)?);
    let table = table.logical_name.clone();
    let mut is_rollup = false;
    let message: Message = if name == "Attributes" {
        let mut column = column_from_json::column(&call.schema, &value, None)?;
        numbers::of_column(call, &mut column).await?;
        is_rollup = column.source_type == SourceType::Rollup;
        CreateColumn { table: table.clone(), column }.into()
    } else {
        CreateKey { table: table.clone(), key: from_json::key(&value)? }.into()
    };
    let id = defined(call, message).await?;
    if is_rollup {
        rollups::schedule(call).await?;
    }
    // The parent stays addressed as the request did: clients take the first id they find.
    let path = decode(call.address.path.trim_matches('/'));
    created(call, style, &path, &format!("{path}({id})"), |schema| {
        let parent = schema.table(&table).ok_or_else(|| no_segment(&table))?;
        let key = Key::Id(id);
        match name {
            "Attributes" => {
                address::column(parent, &key).map(|found| Definition::Column(parent, found))
            }
            _ => address::key(parent, &key).map(|found| Definition::Key(parent, found)),
        }
    })
}

async fn defined(call: &Call, message: Message) -> Result<Uuid> {
    match call.execute(message).await? {
        Reply::Defined(ids) if !ids.is_empty() => Ok(ids[0]),
        other => Err(unexpected(&other)),
    }
}

fn created(
    call: &Call,
    style: Style<'_>,
    collection: &str,
    path: &str,
    find: impl for<'s> FnOnce(&'s Schema) -> Result<Definition<'s>>,
) -> Result<Answer> {
    let url = call.url(path);
    let answer = match call.preferences.representation {
        false => Answer::no_content(),
        true => {
            let schema = call.schema_now();
            let style = Style { schema: &schema, ..style };
            represented(call, style, collection, find(&schema)?, StatusCode::CREATED)?
        }
    };
    Ok(answer.with_entity(&url).with_location(&url))
}

fn represented(
    call: &Call,
    style: Style<'_>,
    collection: &str,
    definition: Definition<'_>,
    status: StatusCode,
) -> Result<Answer> {
    let query = Query { select: call.options.query.select.clone(), ..Query::default() };
    let found = item(style, definition, View::Declared, &query)?.unwrap_or(Value::Null);
    let context = call.url(&format!("$metadata#{collection}/$entity"));
    let body = with_context(context, found).to_string().into_bytes();
    Ok(Answer::json(status, body).with_applied(&call.preferences.applied(true, false)))
}

/// `PUT` with the whole definition.
pub(super) async fn update(
    call: &Call,
    style: Style<'_>,
    definition: Definition<'_>,
) -> Result<Answer> {
    let value = Value::Object(body::object(call)?);
    let schema = &call.schema;
    let merge_labels = call.header_is_true("mscrm.mergelabels");
    let message: Message = match definition {
        Definition::Table(table) => {
            let table = from_json::table(schema, &value, Some(table))?;
            UpdateTable { table, merge_labels }.into()
        }
        Definition::Column(table, column) => {
            let mut column = column_from_json::column(schema, &value, Some(column))?;
            numbers::of_column(call, &mut column).await?;
            UpdateColumn { table: table.logical_name.clone(), column, merge_labels }.into()
        }
        Definition::Choice(choice) => {
            let mut choice = from_json::choice_of(&value, Some(choice))?;
            numbers::of_choice(call, &mut choice).await?;
            UpdateChoice { choice, merge_labels }.into()
        }
        Definition::Relationship(relationship) => {
            let relationship = from_json::changed_relationship(&value, relationship)?;
            UpdateRelationship { relationship, merge_labels }.into()
        }
        Definition::Key(..) | Definition::ManagedProperty(_) => return Err(not_allowed(call)),
    };
    call.execute(message).await?;
    if !call.preferences.representation {
        return Ok(Answer::no_content());
    }
    let schema = call.schema_now();
    let style = Style { schema: &schema, ..style };
    let path = decode(call.address.path.trim_matches('/'));
    represented(call, style, &path, current(&schema, definition)?, StatusCode::OK)
}

/// The same definition in a newer schema.
fn current<'s>(schema: &'s Schema, definition: Definition<'_>) -> Result<Definition<'s>> {
    let gone = || Error::internal("a definition that was just changed is gone");
    let table = |name: &str| schema.table(name).ok_or_else(gone);
    Ok(match definition {
        Definition::Table(old) => Definition::Table(table(&old.logical_name)?),
        Definition::Column(old, column) => {
            let table = table(&old.logical_name)?;
            Definition::Column(table, table.column(&column.logical_name).ok_or_else(gone)?)
        }
        Definition::Key(old, key) => {
            let table = table(&old.logical_name)?;
            Definition::Key(table, table.keys.get(&key.logical_name).ok_or_else(gone)?)
        }
        Definition::Choice(old) => Definition::Choice(schema.choice(&old.name).ok_or_else(gone)?),
        Definition::ManagedProperty(property) => Definition::ManagedProperty(property),
        Definition::Relationship(old) => {
            Definition::Relationship(schema.relationship(old.schema_name()).ok_or_else(gone)?)
        }
    })
}

/// `DELETE`.
pub(super) async fn delete(call: &Call, definition: Definition<'_>) -> Result<Answer> {
    let message: Message = match definition {
        Definition::Table(table) => DeleteTable { table: table.logical_name.clone() }.into(),
        Definition::Column(table, column) => {
            let (table, column) = (table.logical_name.clone(), column.logical_name.clone());
            DeleteColumn { table, column }.into()
        }
        Definition::Key(table, key) => {
            let (table, key) = (table.logical_name.clone(), key.logical_name.clone());
            DeleteKey { table, key }.into()
        }
        Definition::ManagedProperty(_) => return Err(not_allowed(call)),
        Definition::Choice(choice) => DeleteChoice { name: choice.name.clone() }.into(),
        Definition::Relationship(relationship) => {
            let schema_name = Relationship::schema_name(relationship).to_owned();
            DeleteRelationship { schema_name }.into()
        }
    };
    call.execute(message).await?;
    Ok(Answer::no_content())
}
