//! `RetrieveSolutionImportResult`: how an import ended.

use base::{Error, Kind, Result, Uuid};
use query::odata::Argument;
use query::{Key, Literal, Query};
use serde_json::json;

use super::{Answer, Call, Function, Named, response};
use crate::data::resource::{Place, retrieve};

const NAME: &str = "RetrieveSolutionImportResult";

pub(super) const FUNCTION: Function = Function {
    name: NAME,
    bound_to: None,
    parameters: &[("ImportJobId", "Edm.Guid")],
    returns: &[("SolutionOperationResult", "mscrm.SolutionOperationResult")],
    run: |call, _, arguments| Box::pin(run(call, arguments)),
};

async fn run(call: &Call, arguments: Named) -> Result<Answer> {
    let id = import_job(&arguments)?;
    let table = call
        .schema
        .table("importjob")
        .ok_or_else(|| Error::internal("the schema has no table 'importjob'"))?;
    let place = Place { table: table.clone(), key: Key::Id(id) };
    let select = ["progress", "data"].map(str::to_owned).to_vec();
    let record = retrieve(call, &place, Query { select, ..Query::default() }).await?;
    let data = record.get("data").and_then(dataverse::Value::text).unwrap_or_default();
    let errors = texts(data, "failure");
    let result = json!({
        "Type": "Import",
        "Status": if errors.is_empty() { "Passed" } else { "Failed" },
        "WarningMessages": texts(data, "warning"),
        "ErrorMessages": errors,
        "FormattedResults": data,
        "ActionLink": null,
    });
    Ok(response(call, NAME, json!({ "SolutionOperationResult": result })))
}

fn import_job(arguments: &Named) -> Result<Uuid> {
    let given = arguments.0.iter().find(|(name, _)| name == "ImportJobId");
    match given {
        Some((_, Argument::Literal(Literal::Id(id)))) => Ok(*id),
        Some((_, Argument::Literal(Literal::Text(text)))) if Uuid::parse_str(text).is_ok() => {
            Ok(Uuid::parse_str(text).unwrap_or_default())
        }
        _ => Err(Error::new(
            Kind::Invalid,
            "0x80060888",
            "RetrieveSolutionImportResult needs the id of the import: (ImportJobId=<id>).",
        )),
    }
}

/// The texts of the results of one kind in the record of an import.
fn texts(data: &str, kind: &str) -> Vec<String> {
    let Ok(root) = package::xml::Element::parse(data.as_bytes()) else { return Vec::new() };
    let results = root.descendants().filter(|node| node.attribute("result") == Some(kind));
    results.filter_map(|node| node.attribute("errortext").map(str::to_owned)).collect()
}
