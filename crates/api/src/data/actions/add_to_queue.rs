//! `AddToQueue`: puts a row into a queue, or moves it there from another one.

use base::{Error, Result};
use dataverse::messages::{Create, Retrieve, Update};
use dataverse::{Input, Reference, RowInput};
use query::{Comparison, Filter, Literal, Query};
use serde_json::json;

use super::{Action, Answer, Bound, Call, Parameters, required, response};
use crate::data::body::object_reference;
use crate::data::navigation::of_lookup;
use crate::data::resource::unexpected;
use crate::data::rows;

const NAME: &str = "AddToQueue";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: Some("queue"),
    parameters: &[("Target", "mscrm.crmbaseentity"), ("SourceQueue", "mscrm.queue")],
    returns: &[("QueueItemId", "Edm.Guid")],
    run: |call, bound, parameters| Box::pin(run(call, bound, parameters)),
};

async fn run(call: &Call, bound: Option<Bound>, parameters: Parameters) -> Result<Answer> {
    let Some(Bound::Row(queue)) = bound else {
        return Err(Error::invalid(format!("'{NAME}' is called on a queue.")));
    };
    let target = object_reference(&call.schema, required(&parameters, NAME, "Target")?)?;
    let item = match queued(call, &target).await? {
        Some(item) => {
            let row = RowInput::default().bind("queueid", queue.reference());
            let target = Reference::id("queueitem", item);
            let message = Update { target, row, if_version: None, returning: None };
            call.execute(message).await?;
            item
        }
        None => {
            let navigation = navigation(call, &target)?;
            let row = RowInput(vec![
                ("queueid".to_owned(), Input::Bind(queue.reference())),
                (navigation, Input::Bind(target)),
            ]);
            let message = Create { table: "queueitem".to_owned(), row, returning: None };
            let reply = call.execute(message).await?;
            reply.id().ok_or_else(|| unexpected(&reply))?
        }
    };
    Ok(response(call, NAME, json!({ "QueueItemId": item })))
}

/// The item of a row that is in a queue already.
async fn queued(call: &Call, target: &Reference) -> Result<Option<base::Uuid>> {
    let found = call
        .execute(Retrieve {
            target: target.clone(),
            query: Query::default(),
            unless_version: None,
            with_names: false,
        })
        .await?;
    let id = found.id().ok_or_else(|| unexpected(&found))?;
    let table = call.schema.table("queueitem");
    let table = table.ok_or_else(|| Error::internal("there is no table 'queueitem'"))?;
    let filter = Filter::Compare {
        path: vec!["_objectid_value".to_owned()],
        comparison: Comparison::Equal,
        value: Literal::Id(id),
    };
    let select = vec![table.primary_id.clone()];
    let query = Query { select, filter: Some(filter), top: Some(1), ..Query::default() };
    let page = rows::page(call, table, None, query).await?;
    Ok(page.rows.first().map(|row| row.id))
}

/// The navigation property from an item to the row in the queue.
fn navigation(call: &Call, target: &Reference) -> Result<String> {
    let schema = &call.schema;
    let name = &target.set_or_table;
    let kind = schema.table(name).or_else(|| schema.table_by_set(name));
    let items = schema.table("queueitem");
    let (Some(kind), Some(items)) = (kind, items) else {
        return Err(Error::internal("there is no table 'queueitem'"));
    };
    of_lookup(schema, items, "objectid", &kind.logical_name).ok_or_else(|| {
        Error::invalid(format!("Rows of {} cannot be put into queues.", kind.logical_name))
    })
}
