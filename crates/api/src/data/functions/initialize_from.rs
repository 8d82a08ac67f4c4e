//! `InitializeFrom`: the values with which a new row begins that belongs to another one. Clients
//! change them and send them back as a new row.

use axum::http::StatusCode;
use base::{Error, Result};
use dataverse::messages::InitializeFrom;
use dataverse::{Reply, Value as Held};
use metadata::Column;
use query::odata::Argument;
use query::{Literal, Query};
use serde_json::{Map, Value};

use super::{Answer, Call, Function, Named};
use crate::data::body::object_reference;
use crate::data::navigation::of_lookup;
use crate::data::payload::Payload;
use crate::data::resource::unexpected;
use crate::data::rows;

const NAME: &str = "InitializeFrom";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("EntityMoniker", "mscrm.crmbaseentity"),
        ("TargetEntityName", "Edm.String"),
        ("TargetFieldType", "mscrm.TargetFieldType"),
    ],
    returns: &[],
    run: |call, _, arguments| Box::pin(async move { run(call, &arguments).await }),
};

async fn run(call: &Call, arguments: &Named) -> Result<Answer> {
    let source = object_reference(&call.schema, arguments.object(NAME, "EntityMoniker")?)?;
    let table = arguments.required_text(NAME, "TargetEntityName")?.to_owned();
    let is_wanted = field_type(arguments)?;
    let message = InitializeFrom { source, table };
    let mut record = match call.execute(message).await? {
        Reply::Record(record) => record,
        other => return Err(unexpected(&other)),
    };
    record.values.retain(|(column, _)| is_wanted(column));
    let lookups: Vec<_> = record
        .values
        .iter()
        .filter_map(|(column, value)| match value {
            Held::Lookup { id, table, .. } => Some((column.clone(), *id, table.clone())),
            _ => None,
        })
        .collect();
    record.values.retain(|(_, value)| !matches!(value, Held::Lookup { .. }));
    let reading = rows::reading(call, &record.table).await?;
    let body = Payload::new(rows::style(call, &reading)).single(&record, &Query::default());
    let plain: Map<String, Value> = serde_json::from_slice(&body).map_err(Error::internal)?;
    let mut told = Map::new();
    let kind = format!("#Microsoft.Dynamics.CRM.{}", record.table.logical_name);
    for (name, value) in plain {
        let is_context = name == "@odata.context";
        told.insert(name, value);
        if is_context {
            told.insert("@odata.type".to_owned(), kind.clone().into());
        }
    }
    for (column, id, target) in lookups {
        let name = of_lookup(&call.schema, &record.table, &column.logical_name, &target);
        let set = call.schema.table(&target).map(|table| &table.set_name);
        if let (Some(name), Some(set)) = (name, set) {
            told.insert(format!("{name}@odata.bind"), format!("{set}({id})").into());
        }
    }
    Ok(Answer::json(StatusCode::OK, Value::Object(told).to_string().into_bytes()))
}

/// Which columns are wanted.
fn field_type(arguments: &Named) -> Result<fn(&Column) -> bool> {
    let given = arguments.0.iter().find(|(name, _)| name == "TargetFieldType");
    let member = match given {
        None => "All",
        Some((_, Argument::Literal(Literal::Enum { member, .. } | Literal::Text(member)))) => {
            member
        }
        Some((_, Argument::Literal(Literal::Number(number)))) => number,
        Some(_) => "",
    };
    Ok(match member {
        "All" | "0" => |_| true,
        "ValidForCreate" | "1" => |column| column.valid_for_create,
        "ValidForUpdate" | "2" => |column| column.valid_for_update,
        "ValidForRead" | "3" => |column| column.valid_for_read,
        _ => {
            return Err(Error::new(
                base::Kind::Invalid,
                "0x80060888",
                "'TargetFieldType' is All, ValidForCreate, ValidForUpdate or ValidForRead.",
            ));
        }
    })
}
