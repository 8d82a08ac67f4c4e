//! `searchstatistics`: how much search looks in. Without an index it takes no space.

use base::{Kind, Result};
use dataverse::Reply;
use dataverse::messages::RetrieveMultiple;
use query::Query;
use serde_json::json;

use super::{Answer, Call, Function, response};
use crate::data::resource::unexpected;
use crate::data::search::{RETURNS, tables};

const NAME: &str = "searchstatistics";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[],
    returns: RETURNS,
    run: |call, _, _| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Answer> {
    let mut documents = 0;
    for table in tables(call) {
        let query = Query {
            select: vec![table.primary_id.clone()],
            page_size: Some(1),
            count: true,
            ..Query::default()
        };
        let table = table.logical_name.clone();
        let message = RetrieveMultiple { table, from: None, query, with_names: false };
        match call.execute(message).await {
            Ok(Reply::Page(page)) => documents += page.count.unwrap_or_default(),
            Ok(other) => return Err(unexpected(&other)),
            Err(error) if error.kind == Kind::Forbidden => {}
            Err(error) => return Err(error),
        }
    }
    let value = json!({
        "storagesizeinbytes": 0, "storagesizeinmb": 0, "documentcount": documents,
    });
    Ok(response(call, NAME, json!({ "response": json!({ "value": value }).to_string() })))
}
