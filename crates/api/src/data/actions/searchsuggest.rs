//! `searchsuggest`: rows to choose from while somebody writes.

use base::{Error, Result};
use serde_json::{Value, json};

use super::{Action, Answer, Call, Parameters, response};
use crate::data::search::{Asked, Hit, Mode, RETURNS, find, members};

const NAME: &str = "searchsuggest";

/// Suggestions when nothing is said of their number (protocol).
const TOP: usize = 5;

/// Characters without which there are no suggestions (protocol).
const CHARS_MIN: usize = 3;

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("search", "Edm.String"),
        ("entities", "Edm.String"),
        ("filter", "Edm.String"),
        ("fuzzy", "Edm.Boolean"),
        ("options", "Edm.String"),
        ("orderby", "Edm.String"),
        ("propertybag", "Edm.String"),
        ("top", "Edm.Int32"),
        // Version 1 of the addresses has these beside them.
        ("orderBy", "Edm.String"),
        ("useFuzzy", "Edm.Boolean"),
        ("usefuzzy", "Edm.Boolean"),
    ],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let asked = Asked::of(&parameters, Mode::All, TOP)?;
    if asked.text.trim().chars().count() < CHARS_MIN {
        let message = format!("A suggestion needs at least {CHARS_MIN} characters in 'search'.");
        return Err(Error::invalid(message));
    }
    let found = find(call, &asked).await?;
    let told = json!({ "Value": found.hits.iter().map(told).collect::<Vec<_>>() });
    Ok(response(call, NAME, members(&asked, told)))
}

fn told(hit: &Hit) -> Value {
    let mut document = hit.attributes.clone();
    document.insert("@search.objectid".to_owned(), hit.id.clone().into());
    document.insert("@search.entityname".to_owned(), hit.table.logical_name.clone().into());
    document.insert("@search.objecttypecode".to_owned(), hit.table.type_code.into());
    let text = hit.highlights.values().find_map(|texts| texts[0].as_str());
    json!({ "Text": text, "Document": document })
}
