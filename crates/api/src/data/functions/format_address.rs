//! `FormatAddress`: an address as it is written on a letter.

use base::Result;
use serde_json::json;

use super::{Answer, Call, Function, Named, response};

const NAME: &str = "FormatAddress";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[
        ("Line1", "Edm.String"),
        ("City", "Edm.String"),
        ("StateOrProvince", "Edm.String"),
        ("PostalCode", "Edm.String"),
        ("Country", "Edm.String"),
    ],
    returns: &[("Address", "Edm.String")],
    run: |call, _, arguments| Box::pin(async move { run(call, &arguments) }),
};

fn run(call: &Call, arguments: &Named) -> Result<Answer> {
    let text = |name| Ok::<_, base::Error>(arguments.text_of(NAME, name)?.unwrap_or_default());
    let place = [text("StateOrProvince")?, text("PostalCode")?];
    let lines =
        [text("Line1")?, joined(&[text("City")?, joined(&place, " ")], ", "), text("Country")?];
    Ok(response(call, NAME, json!({ "Address": joined(&lines, "\r\n") })))
}

/// The parts that are not empty.
fn joined(parts: &[String], with: &str) -> String {
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(with)
}
