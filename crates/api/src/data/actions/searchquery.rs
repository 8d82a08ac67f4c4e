//! `searchquery`: rows of several tables by words.

use base::Result;
use serde_json::{Map, Value, json};

use super::{Action, Answer, Call, Parameters, response};
use crate::data::search::{Asked, Found, Hit, Mode, RETURNS, find, members};

const NAME: &str = "searchquery";

/// Results when nothing is said of their number (protocol).
const TOP: usize = 50;

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("search", "Edm.String"),
        ("count", "Edm.Boolean"),
        ("entities", "Edm.String"),
        ("facets", "Edm.String"),
        ("filter", "Edm.String"),
        ("options", "Edm.String"),
        ("orderby", "Edm.String"),
        ("propertybag", "Edm.String"),
        ("skip", "Edm.Int32"),
        ("top", "Edm.Int32"),
        // Version 1 of the addresses has these beside them.
        ("orderBy", "Edm.String"),
        ("returnTotalRecordCount", "Edm.Boolean"),
        ("returntotalrecordcount", "Edm.Boolean"),
        ("searchMode", "Edm.String"),
        ("searchType", "Edm.String"),
        ("searchmode", "Edm.String"),
        ("searchtype", "Edm.String"),
    ],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let asked = Asked::of(&parameters, Mode::Any, TOP)?;
    let found = find(call, &asked).await?;
    let told = json!({
        "Value": found.hits.iter().map(told).collect::<Vec<_>>(),
        "Facets": facets(&asked, &found),
        "Count": if asked.count { found.count } else { -1 },
    });
    Ok(response(call, NAME, members(&asked, told)))
}

fn told(hit: &Hit) -> Value {
    json!({
        "Id": hit.id,
        "EntityName": hit.table.logical_name,
        "ObjectTypeCode": hit.table.type_code,
        "Attributes": hit.attributes,
        "Highlights": hit.highlights,
        "Score": hit.score,
    })
}

/// How often the values of the columns occur among what was found.
fn facets(asked: &Asked, found: &Found) -> Value {
    if asked.facets.is_empty() {
        return Value::Null;
    }
    let of = |(name, most): &(String, usize)| (name.clone(), facet(found, name, *most));
    Value::Object(asked.facets.iter().map(of).collect::<Map<_, _>>())
}

fn facet(found: &Found, name: &str, most: usize) -> Value {
    let mut counted: Vec<(Value, usize)> = Vec::new();
    for hit in &found.all {
        let value = match name {
            "@search.entityname" => hit.table.logical_name.clone().into(),
            _ => hit.attributes.get(name).cloned().unwrap_or_default(),
        };
        match counted.iter_mut().find(|(known, _)| *known == value) {
            _ if value.is_null() => {}
            Some((_, count)) => *count += 1,
            None => counted.push((value, 1)),
        }
    }
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told = counted.into_iter().take(most).map(|(value, count)| {
        json!({
            "Type": "Value", "Value": value, "Count": count, "From": null, "To": null,
            "OptionalValue": null,
        })
    });
    Value::Array(told.collect())
}
