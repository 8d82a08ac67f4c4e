//! The record of an import: its row in `importjobs`, with the result file that clients read.
//!
//! Clients look for `//solutionManifest/result/@result` and for every `result` that says
//! `failure`, with its `errorcode` and `errortext`.

use base::{Cx, Error, Instant, Result, Uuid};
use dataverse::{Environment, Session, Value};
use package::xml::Element;
use package::{Component, ComponentKind, Manifest, Package};

use super::ImportResult;

/// Writes the record of an import that succeeded, in its own transaction.
pub(super) async fn record_success(
    session: &mut Session<'_>,
    manifest: &Manifest,
    parts: &[Component],
    result: &ImportResult,
    job: Uuid,
    started: Instant,
) -> Result<()> {
    let data = document(manifest, parts, None, &result.warnings, (started, session.cx().now()));
    let mut values = row(&manifest.unique_name, started, session.cx().now(), 100.0, data);
    values.push(("solutionid", Value::Id(result.solution_id)));
    session.put_row("importjob", job, values).await
}

/// Writes the record of an import that failed and changed nothing.
pub(super) async fn record_failure(
    environment: &Environment,
    cx: &Cx,
    package: &Package,
    job: Uuid,
    started: Instant,
    error: &Error,
) -> Result<()> {
    let Ok(manifest) = package.manifest() else { return Ok(()) };
    let mut session = environment.begin(cx).await?;
    // Who may not import leaves no trace either.
    if session.require_privilege("prvImportCustomization").is_err() {
        return Ok(());
    }
    let data = document(&manifest, &[], Some(error), &[], (started, cx.now()));
    let values = row(&manifest.unique_name, started, cx.now(), 0.0, data);
    session.put_row("importjob", job, values).await?;
    session.commit().await
}

fn row(
    name: &str,
    started: Instant,
    ended: Instant,
    progress: f64,
    data: String,
) -> Vec<(&'static str, Value)> {
    vec![
        ("name", Value::Text("Customizations".to_owned())),
        ("solutionname", Value::Text(name.to_owned())),
        ("startedon", Value::DateTime(started)),
        ("completedon", Value::DateTime(ended)),
        ("progress", Value::Double(progress)),
        ("data", Value::Text(data)),
    ]
}

fn document(
    manifest: &Manifest,
    parts: &[Component],
    error: Option<&Error>,
    warnings: &[String],
    (started, ended): (Instant, Instant),
) -> String {
    let is_done = error.is_none();
    let result = |error: Option<&Error>| match error {
        None => outcome("success", "0", ""),
        Some(error) => outcome("failure", &error.code, &error.message),
    };
    let mut solution = Element::new("solutionManifest")
        .with("languagecode", manifest.language.to_string())
        .with("id", &*manifest.unique_name)
        .with("LocalizedName", manifest.display_name())
        .with("processed", is_done.to_string())
        .text_with("UniqueName", &*manifest.unique_name)
        .text_with("Version", manifest.version.to_string())
        .child_with(Element::new("results"))
        .child_with(result(error));
    for warning in warnings {
        solution.push(outcome("warning", "0", warning));
    }
    let entities = parts.iter().filter(|part| part.kind == ComponentKind::Table).map(|part| {
        Element::new("entity")
            .with("id", &*part.key)
            .with("processed", "true")
            .child_with(result(None))
    });
    Element::new("importexportxml")
        .with("start", started.0.to_string())
        .with("stop", ended.0.to_string())
        .with("progress", if is_done { "100" } else { "0" })
        .with("processed", is_done.to_string())
        .child_with(Element::new("solutionManifests").child_with(solution))
        .child_with(Element::new("entities").children_with(entities))
        .child_with(Element::new("rootComponents"))
        .child_with(Element::new("dependencies"))
        .to_string()
}

fn outcome(result: &str, code: &str, text: &str) -> Element {
    Element::new("result").with("result", result).with("errorcode", code).with("errortext", text)
}
