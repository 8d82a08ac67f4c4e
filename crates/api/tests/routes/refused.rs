//! `docs/compatibility.md` says what is there and what is not: here it is held to it.

use api::admin::ROUTES;

use crate::scene::{Findings, Scene, error};

const DOCUMENT: &str = include_str!("../../../../docs/compatibility.md");

/// The text below a heading, to the next one of any depth.
fn section(heading: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("\n{heading}\n")).unwrap();
    rest.split("\n#").next().unwrap()
}

/// The cells of the rows of the tables in a text.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

/// What stands in backticks.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The rows of a section whose first cell has names, with their status.
fn stated(heading: &str) -> Vec<(&'static str, &'static str)> {
    let rows = rows(section(heading)).map(|cells| (cells[0], cells[1]));
    rows.flat_map(|(cell, status)| names(cell).map(move |name| (name, status))).collect()
}

/// The messages of the table that follows the words "refuses by name".
fn refused_messages() -> Vec<&'static str> {
    let (_, table) = section("### Functions and actions").split_once("refuses by name").unwrap();
    rows(table).flat_map(|cells| names(cells[1]).collect::<Vec<_>>()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_that_is_not_here_is_refused_by_name() {
    let listed = include_str!("../../src/data/unsupported.rs");
    let (_, listed) = listed.split_once("const MESSAGES").unwrap();
    let listed = listed.split("];").next().unwrap();
    let mut listed: Vec<&str> = listed.split('"').skip(1).step_by(2).collect();
    let mut told = refused_messages();
    listed.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, listed, "the document and unsupported.rs");

    let scene = Scene::new().await;
    let mut findings = Findings::default();
    let before = scene.stored().await;
    for name in told {
        for (method, path, body) in [
            ("GET", format!("{name}()"), ""),
            ("POST", name.to_owned(), "{}"),
            ("POST", format!("accounts({{a}})/Microsoft.Dynamics.CRM.{name}"), "{}"),
        ] {
            let answer = scene.data(method, &path, body, &scene.ada).await;
            let message = findings.refused(&answer, 501, "0x80040219", &format!("{method} {path}"));
            findings.expect(message.contains(name), || message);
        }
    }
    findings.check();
    scene.check_unchanged(&before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_and_routes_that_are_here_stand_in_the_document() {
    let scene = Scene::new().await;
    let document = scene.data("GET", "$metadata", "", &scene.ada).await;
    let document = String::from_utf8(document.body).unwrap();
    let stated = stated("### Functions and actions");
    for element in ["<Function Name=\"", "<Action Name=\""] {
        for part in document.split(element).skip(1) {
            let name = part.split('"').next().unwrap();
            let is_stated =
                stated.iter().any(|(known, status)| *known == name && *status != "not supported");
            assert!(is_stated, "{name} is missing in docs/compatibility.md");
        }
    }
    let routes = section("### Routes").to_owned() + section("### Ours");
    for route in ROUTES {
        let path = route.path.trim_start_matches("/providers/Microsoft.BusinessAppPlatform");
        let is_stated = routes.contains(&format!("{path}`"));
        assert!(is_stated, "{path} is missing in docs/compatibility.md");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn query_functions_are_as_the_document_says() {
    let scene = Scene::new().await;
    let stated = stated("### Query functions");
    let mut findings = Findings::default();
    for function in query::fetch::OPERATORS.iter().filter(|row| row.is_function) {
        let name = function.name;
        let status = stated.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
        let Some(status) = status else { panic!("{name} is missing in docs/compatibility.md") };
        let mut answers = Vec::new();
        for column in ["createdon", "numberofemployees", "ownerid", "owningbusinessunit"] {
            for values in VALUES {
                let path = format!(
                    "accounts?$top=1&$filter=Microsoft.Dynamics.CRM.{name}(PropertyName='{column}'{values})"
                );
                let answer = scene.data("GET", &path, "", &scene.ada).await;
                let code = match answer.status.as_u16() {
                    200 => String::new(),
                    _ => error(&answer).0,
                };
                answers.push((answer.status.as_u16(), code));
            }
        }
        let is_refused = answers.iter().any(|(status, _)| *status == 501);
        findings.expect(is_refused == (status == "not supported"), || {
            format!("{name} is {status}: {answers:?}")
        });
        // No account has a column for several choices.
        let is_answered = answers.iter().any(|(status, _)| *status == 200);
        let cannot_be = is_refused || name.contains("ContainValues");
        findings.expect(is_answered || cannot_be, || format!("{name}: {answers:?}"));
    }
    findings.check();
}

/// What functions take.
const VALUES: &[&str] = &[
    "",
    ",PropertyValue=1",
    ",PropertyValue=2024-05-01",
    ",PropertyValue=11111111-1111-1111-1111-111111111111",
    ",PropertyValue='x'",
    ",PropertyValue1=1,PropertyValue2=2024",
    ",PropertyValues=['1','2']",
];

#[test]
fn the_document_has_a_status_for_every_row() {
    let mut statuses = 0;
    for cells in rows(DOCUMENT).filter(|cells| cells.len() == 4 && cells[3] != "test") {
        let is_status = ["exact", "partial", "not supported", ""].contains(&cells[1]);
        statuses += usize::from(is_status);
        assert!(is_status || cells[1].starts_with('-'), "{cells:?}");
    }
    assert!(statuses > 150, "{statuses}");
}
