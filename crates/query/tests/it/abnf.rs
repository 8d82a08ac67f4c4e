//! The test cases of OASIS for the grammar of OData URLs, where they are: `FREEHOLD_ODATA_ABNF` is
//! the path of `odata-abnf-testcases.yaml`, or it lies in `../shared`. They are not ours to keep.
//!
//! Dataverse accepts less than OData 4.01, so the score is far from all; it must not fall.

use std::path::PathBuf;

use query::odata::{Aliases, parse_options, parse_path};

/// How many of the cases come out as the document says.
const SCORE_MIN: usize = 190;

struct Case {
    rule: String,
    input: String,
    is_valid: bool,
}

#[test]
fn cases_of_oasis() {
    let Some(text) = document() else {
        println!("skipped: no odata-abnf-testcases.yaml (set FREEHOLD_ODATA_ABNF to its path)");
        return;
    };
    let outcomes: Vec<(Case, bool)> = cases(&text)
        .into_iter()
        .filter_map(|case| is_accepted(&case).map(|accepted| (case, accepted)))
        .collect();
    let agrees = |(case, accepted): &&(Case, bool)| case.is_valid == *accepted;
    let score = outcomes.iter().filter(agrees).count();
    let count = |is_valid| outcomes.iter().filter(|(case, _)| case.is_valid == is_valid).count();
    let right = |is_valid| {
        outcomes.iter().filter(agrees).filter(|(case, _)| case.is_valid == is_valid).count()
    };
    println!(
        "{score} of {} cases; valid: {} of {} accepted; invalid: {} of {} refused",
        outcomes.len(),
        right(true),
        count(true),
        right(false),
        count(false)
    );
    for (case, _) in outcomes.iter().filter(|outcome| !agrees(outcome)) {
        println!("differs: {} {} {}", case.rule, case.is_valid, case.input);
    }
    assert!(score >= SCORE_MIN, "{score} is less than {SCORE_MIN}");
}

fn document() -> Option<String> {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/odata-abnf-testcases.yaml");
    let path = std::env::var_os("FREEHOLD_ODATA_ABNF").map_or(PathBuf::from(shared), PathBuf::from);
    std::fs::read_to_string(path).ok()
}

/// What we say of a case; `None` for rules that are not about URLs.
fn is_accepted(case: &Case) -> Option<bool> {
    let input = case.input.as_str();
    let options = |text: &str| parse_options(text).is_ok();
    Some(match case.rule.as_str() {
        "odataRelativeUri" => {
            let (path, query) = input.split_once('?').unwrap_or((input, ""));
            let aliases = parse_options(query).map(|options| options.aliases);
            aliases.is_ok_and(|aliases| parse_path(path, &aliases).is_ok())
        }
        "resourcePath" => parse_path(input, &Aliases::new()).is_ok(),
        "queryOptions" | "systemQueryOption" | "filter" | "select" | "expand" | "orderby"
        | "orderBy" | "skiptoken" | "customQueryOption" => options(input),
        "boolCommonExpr" | "anyExpr" | "notExpr" => options(&format!("$filter={input}")),
        _ => return None,
    })
}

/// Reads as much YAML as the document has: one scalar on each line.
fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("- Name:") {
            let (rule, input) = (String::new(), String::new());
            cases.push(Case { rule, input, is_valid: true });
        } else if let (Some((key, value)), Some(case)) = (trimmed.split_once(':'), cases.last_mut())
        {
            match key {
                "Rule" => case.rule = scalar(value),
                "Input" => case.input = scalar(value),
                "FailAt" => case.is_valid = false,
                _ => {}
            }
        }
    }
    cases.retain(|case| !case.input.is_empty() && !case.input.starts_with(['|', '>']));
    cases
}

fn scalar(text: &str) -> String {
    let text = text.trim();
    if let Some(inside) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        return inside.replace("''", "'");
    }
    serde_json::from_str(text).ok().filter(|_| text.starts_with('"')).unwrap_or(text.to_owned())
}
