//! `searchautocomplete`: the word that somebody is writing, completed.

use base::Result;
use serde_json::{Value, json};

use super::{Action, Answer, Call, Parameters, response};
use crate::data::search::{Asked, Mode, RETURNS, completion, find, members};

const NAME: &str = "searchautocomplete";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("search", "Edm.String"),
        ("entities", "Edm.String"),
        ("filter", "Edm.String"),
        ("fuzzy", "Edm.Boolean"),
        ("propertybag", "Edm.String"),
        // Version 1 of the addresses has these beside them.
        ("useFuzzy", "Edm.Boolean"),
        ("usefuzzy", "Edm.Boolean"),
    ],
    returns: RETURNS,
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let asked = Asked::of(&parameters, Mode::All, 1)?;
    let found = find(call, &asked).await?;
    let texts = found.all.iter().flat_map(|hit| {
        let of_column = |name: &String| hit.attributes.get(name).and_then(Value::as_str);
        hit.highlights.keys().filter_map(of_column).collect::<Vec<_>>()
    });
    let told = json!({ "Value": completion(&asked.words, texts) });
    Ok(response(call, NAME, members(&asked, told)))
}
