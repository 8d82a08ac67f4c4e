//! `RetrieveTotalRecordCount`: how many rows tables have.

use base::{Error, Kind, Result};
use dataverse::Reply;
use dataverse::messages::RetrieveTotalRecordCount;
use query::Literal;
use query::odata::Argument;
use serde_json::json;

use super::{Answer, Call, Function, Named, response};
use crate::data::resource::unexpected;

const NAME: &str = "RetrieveTotalRecordCount";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[("EntityNames", "Collection(Edm.String)")],
    returns: &[("EntityRecordCountCollection", "mscrm.EntityRecordCountCollection")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    let tables = arguments.0.first().and_then(|(_, names)| texts(names)).ok_or_else(|| {
        let message = "The parameter 'EntityNames' lists tables: EntityNames=['account'].";
        Error::new(Kind::Invalid, "0x80060888", message)
    })?;
    match call.execute(RetrieveTotalRecordCount { tables }).await? {
        Reply::Counts(counts) => {
            let (names, numbers): (Vec<String>, Vec<i64>) = counts.into_iter().unzip();
            let counted = json!({
                "Count": names.len(),
                "IsReadOnly": false,
                "Keys": names,
                "Values": numbers,
            });
            Ok(response(call, NAME, json!({ "EntityRecordCountCollection": counted })))
        }
        other => Err(unexpected(&other)),
    }
}

fn texts(argument: &Argument) -> Option<Vec<String>> {
    match argument {
        Argument::Literal(Literal::List(items)) => items
            .iter()
            .map(|item| match item {
                Literal::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        Argument::Json(list) => {
            let items = list.as_array()?.iter();
            items.map(|item| item.as_str().map(str::to_owned)).collect()
        }
        Argument::Literal(_) => None,
    }
}
