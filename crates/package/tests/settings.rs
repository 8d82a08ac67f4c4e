//! Deployment settings: what people write is understood, and what is not is told.

#![allow(clippy::unwrap_used)] // Helpers of tests are tests.

use package::settings::Settings;

fn parse(text: &str) -> Settings {
    Settings::parse(text.as_bytes()).unwrap()
}

fn refuses(text: &str) -> String {
    Settings::parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn names_match_in_any_case() {
    let settings = parse(
        r#"{"environmentVariables": [{"schemaname": "fh_Url", "VALUE": "https://x"}],
            "CONNECTIONREFERENCES": [{"LogicalName": "fh_mail", "ConnectionId": "c1",
              "connectorid": "/providers/x"}]}"#,
    );
    assert_eq!(settings.environment_variables[0].schema_name, "fh_Url");
    assert_eq!(settings.environment_variables[0].value.as_deref(), Some("https://x"));
    assert_eq!(settings.connection_references[0].connection_id.as_deref(), Some("c1"));
    assert_eq!(settings.connection_references[0].connector_id.as_deref(), Some("/providers/x"));
    assert!(settings.unknown.is_empty());
}

#[test]
fn empty_values_are_not_set() {
    let settings = parse(
        r#"{"EnvironmentVariables": [{"SchemaName": "a", "Value": ""}, {"SchemaName": "b"},
              {"SchemaName": "c", "Value": null}, {"SchemaName": "d", "Value": " "}],
            "ConnectionReferences": [{"LogicalName": "r", "ConnectionId": ""}]}"#,
    );
    let names: Vec<_> = settings.environment_variables.iter().map(|v| &*v.schema_name).collect();
    assert_eq!(names, ["d"]);
    assert!(settings.connection_references.is_empty());
}

#[test]
fn values_of_other_types_become_text() {
    let settings = parse(
        r#"{"EnvironmentVariables": [{"SchemaName": "n", "Value": 3}, {"SchemaName": "f",
            "Value": false}, {"SchemaName": "j", "Value": {"a": [1]}}]}"#,
    );
    let values: Vec<_> =
        settings.environment_variables.iter().filter_map(|v| v.value.as_deref()).collect();
    assert_eq!(values, ["3", "false", r#"{"a":[1]}"#]);
}

#[test]
fn unknown_members_are_told() {
    let settings = parse(
        r#"{"$schema": "x", "CopilotAgents": [], "ConnectionReferences": [{"LogicalName": "r",
            "ConnectionId": "c", "Owner": "me"}]}"#,
    );
    assert_eq!(settings.unknown, ["CopilotAgents", "ConnectionReferences[0].Owner"]);
}

#[test]
fn faults_say_what_to_do() {
    assert_eq!(
        refuses("{"),
        "The settings are not JSON: EOF while parsing an object at line 1 column 1. \
         `solution create-settings` writes a file to start from."
    );
    assert_eq!(refuses("[]"), "The settings file is not an object.");
    assert_eq!(refuses(r#"{"EnvironmentVariables": {}}"#), "EnvironmentVariables is not a list.");
    assert_eq!(
        refuses(r#"{"EnvironmentVariables": [{"Value": "x"}]}"#),
        "EnvironmentVariables[0] has no SchemaName. Every entry says which thing it sets."
    );
    assert_eq!(
        refuses(
            r#"{"EnvironmentVariables": [{"SchemaName": "x", "Value": "1"},
                {"SchemaName": "X", "Value": "2"}]}"#
        ),
        "X is set twice (EnvironmentVariables[1]). Keep one of the two entries."
    );
}

#[test]
fn a_template_is_written_and_read() {
    let text = parse(r#"{"EnvironmentVariables": [{"SchemaName": "a", "Value": "1"}]}"#).to_json();
    assert_eq!(
        text,
        "{\n  \"EnvironmentVariables\": [\n    {\n      \"SchemaName\": \"a\",\n      \
         \"Value\": \"1\"\n    }\n  ],\n  \"ConnectionReferences\": []\n}\n"
    );
}
