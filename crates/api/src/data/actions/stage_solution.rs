//! `StageSolution`: keeps a package for a later import, and tells what the import would find.

use base::{Error, Kind, Result, Uuid};
use package::{Component, ComponentKind};
use serde_json::{Value, json};
use solutions::operations;

use super::solution_parameters::bytes;
use super::{Action, Answer, Call, Parameters, response};

const NAME: &str = "StageSolution";

pub(super) const ACTION: Action = Action {
    name: NAME,
    bound_to: None,
    parameters: &[("CustomizationFile", "Edm.Binary")],
    returns: &[("StageSolutionResults", "mscrm.StageSolutionResults")],
    run: |call, _, parameters| Box::pin(run(call, parameters)),
};

async fn run(call: &Call, parameters: Parameters) -> Result<Answer> {
    let package = bytes(&parameters, NAME, "CustomizationFile")?;
    let staged = solutions::stage(call.apart()?, &call.cx, &package).await?;
    let upload = operations::upload(call.apart()?, &call.cx, &package).await?;
    let manifest = &staged.manifest;
    let is_good = staged.missing.is_empty();
    let missing: Vec<Value> = staged.missing.iter().map(missing).collect();
    let components: Vec<Value> = staged
        .components
        .iter()
        .filter_map(|(part, is_there)| component(part, *is_there))
        .collect();
    let problems: Vec<Value> = match is_good {
        true => Vec::new(),
        false => vec![json!({
            "SolutionValidationResultType": "Error",
            "ErrorCode": -2_147_188_707_i64,
            "Message": format!("{} components that the solution needs are missing.", missing.len()),
            "AdditionalInfo": null,
        })],
    };
    let results = json!({
        "StageSolutionUploadId": upload,
        "StageSolutionStatus": if is_good { "Passed" } else { "Failed" },
        "SolutionComponentsDetails": components,
        "SolutionDetails": {
            "SolutionUniqueName": manifest.unique_name,
            "SolutionFriendlyName": manifest.display_name(),
            "SolutionDescription": manifest.descriptions.first().map(|label| &label.text),
            "PublisherUniqueName": manifest.publisher.unique_name,
            "PublisherFriendlyName": manifest.publisher.names.first().map(|label| &label.text),
            "PreviousSolutionUniqueName":
                staged.installed.as_ref().map(|_| &manifest.unique_name),
            "IsPatchSolution": false,
            "IsManaged": manifest.managed.is_managed(),
            "PreviousIsManaged": staged.installed.as_ref().is_some_and(|(_, managed)| *managed),
            "SolutionVersion": manifest.version.to_string(),
            "PreviousSolutionVersion":
                staged.installed.as_ref().map(|(version, _)| version.to_string()),
            "PreviousPatchSolutionsNames": [],
            "IsPrerequisitesExport": false,
            "HasPendingUpgrade": false,
        },
        "MissingDependencies": missing,
        "SolutionValidationResults": problems,
    });
    Ok(response(call, NAME, json!({ "StageSolutionResults": results })))
}

fn missing(missing: &solutions::MissingDependency) -> Value {
    json!({
        "RequiredComponentSchemaName": missing.name,
        "RequiredComponentDisplayName": missing.display_name,
        "RequiredComponentParentSchemaName": missing.parent,
        "RequiredSolutionName": missing.solution,
        "RequiredComponentType": missing.kind,
        "DependentComponentSchemaName": missing.dependent,
        "DependentComponentType": missing.dependent_kind,
    })
}

/// What the importer is asked about: tables, connection references, environment variables.
fn component(part: &Component, is_there: bool) -> Option<Value> {
    let text = |child: &str| part.element.child_text(child).map(|text| text.into_owned());
    let (kind, attributes): (&str, Vec<(&str, Option<String>)>) = match part.kind {
        ComponentKind::Table => ("entity", vec![("name", Some(part.key.to_lowercase()))]),
        ComponentKind::ConnectionReference => (
            "connectionreference",
            vec![
                ("connectorid", text("connectorid")),
                ("connectionreferencelogicalname", Some(part.key.clone())),
                ("connectionreferencedisplayname", text("connectionreferencedisplayname")),
                ("description", text("description")),
            ],
        ),
        ComponentKind::EnvironmentVariable => (
            "EnvironmentVariableDefinition",
            vec![
                ("schemaname", Some(part.key.clone())),
                ("type", text("type")),
                ("defaultvalue", text("defaultvalue")),
                ("isrequired", text("isrequired")),
                ("parameterkey", text("parameterkey")),
                ("apiid", text("apiid")),
            ],
        ),
        _ => return None,
    };
    let keys: Vec<_> = attributes.iter().map(|(key, _)| *key).collect();
    let values: Vec<_> =
        attributes.iter().map(|(_, value)| value.clone().unwrap_or_default()).collect();
    Some(json!({
        "ComponentName": part.key,
        "ComponentTypeName": kind,
        "IsPresentInOrg": if is_there { "True" } else { "False" },
        "Attributes": { "Count": keys.len(), "Keys": keys, "Values": values },
    }))
}

/// The package that was staged under an id.
pub(super) async fn staged(call: &Call, id: &Value) -> Result<Vec<u8>> {
    let id = id.as_str().and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(|| {
        Error::new(Kind::Invalid, "0x80048d19", "StageSolutionUploadId has to be an id.")
    })?;
    operations::uploaded(call.apart()?, &call.cx, id).await
}
