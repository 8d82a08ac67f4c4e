//! Search across tables: `searchquery`, `searchsuggest`, `searchautocomplete`, and the same at the
//! older addresses `/api/search/v1.0` and `/v2.0`.
//!
//! There is no index. A search reads, with the rights of the caller, the rows whose columns hold the
//! words: the columns that the request names, else those of the table's quick find view.

mod asked;
mod find;
mod older;
mod words;

pub(super) use asked::{Asked, Mode};
pub(super) use find::{Found, Hit, find, tables};
pub(super) use older::router;
pub(super) use words::completion;

use serde_json::{Value, json};

/// The members of an answer to `searchquery`, `searchsuggest` and `searchautocomplete`: a text that
/// holds JSON.
pub(super) const RETURNS: &[(&str, &str)] = &[("response", "Edm.String")];

/// What such an answer has.
pub(super) fn members(asked: &Asked, mut response: Value) -> Value {
    if let Value::Object(members) = &mut response {
        members.insert("Error".to_owned(), Value::Null);
        members.insert(
            "QueryContext".to_owned(),
            json!({
                "originalquery": asked.text, "alteredquery": asked.text, "reason": [],
                "spellsuggestions": [],
            }),
        );
    }
    json!({ "response": response.to_string() })
}
