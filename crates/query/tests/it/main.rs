//! The query notations, as text: cases in `cases/`, an input line, then `=> ` what it means.
//!
//! `BLESS=1 cargo test -p query` writes what the parser says now into the files; read the change.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod abnf;
mod fetches;
mod limits;
mod properties;
mod render;

use std::fmt::Write as _;
use std::path::Path;

use query::fetch::{Cookie, parse_query_expression, parse_sql, parse_xml};
use query::odata::{Aliases, parse_key, parse_options, parse_path, parse_reference};

#[test]
fn options() {
    check("options.txt", |input| parse_options(input).map(|options| render::options(&options)));
}

#[test]
fn filters() {
    check("filters.txt", |input| {
        let options = parse_options(&format!("$filter={input}"))?;
        Ok(options.query.filter.map_or_else(String::new, |filter| render::filter(&filter)))
    });
}

#[test]
fn paths() {
    check("paths.txt", |input| {
        let (path, query) = input.split_once('?').unwrap_or((input, ""));
        let aliases = parse_options(query)?.aliases;
        parse_path(path, &aliases).map(|path| render::path(&path))
    });
}

#[test]
fn keys() {
    check("keys.txt", |input| parse_key(input).map(|key| render::key(&key)));
}

#[test]
fn references() {
    check("references.txt", |input| {
        parse_reference(input).map(|reference| render::reference(&reference))
    });
}

#[test]
fn fetch_xml() {
    check("fetch.txt", |input| {
        let fetch = parse_xml(input)?;
        let written = fetch.to_xml();
        assert_eq!(parse_xml(&written), Ok(fetch), "{written}");
        Ok(written)
    });
}

#[test]
fn sql() {
    check("sql.txt", |input| {
        let fetch = parse_sql(input)?;
        let offset = fetch.offset.map_or_else(String::new, |offset| format!("offset {offset} "));
        Ok(format!("{offset}{}", fetch.to_xml()))
    });
}

#[test]
fn query_expressions() {
    check("expressions.txt", |input| {
        let value = serde_json::from_str(input).unwrap();
        parse_query_expression(&value).map(|fetch| fetch.to_xml())
    });
}

#[test]
fn apply() {
    check("apply.txt", |input| {
        let options = parse_options(input)?;
        Ok(render::options(&options))
    });
}

#[test]
fn cookies() {
    check("cookies.txt", |input| {
        let cookie = Cookie::parse(input)?;
        let annotation = cookie.to_annotation(3);
        assert_eq!(Cookie::parse(&annotation).as_ref(), Ok(&cookie), "{annotation}");
        Ok(format!("{} as {annotation}", cookie.to_xml()))
    });
}

#[test]
fn an_alias_without_a_value_is_null() {
    let path = parse_path("F(A=@p)", &Aliases::new()).unwrap();
    assert_eq!(render::path(&path), "F(A=null)");
}

/// Compares what `parse` says of each input of a file with what the file says.
fn check(file: &str, parse: impl Fn(&str) -> query::Result<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases").join(file);
    let wanted = std::fs::read_to_string(&path).unwrap();
    let mut found = String::new();
    for line in wanted.lines().filter(|line| !line.starts_with("=> ")) {
        writeln!(found, "{line}").unwrap();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match parse(line) {
            Ok(text) => writeln!(found, "=> {text}").unwrap(),
            Err(error) => writeln!(found, "=> {} {}", error.code, error.message).unwrap(),
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
        return;
    }
    for (found, wanted) in found.lines().zip(wanted.lines()) {
        assert_eq!(found, wanted, "in {file}");
    }
    assert_eq!(found.lines().count(), wanted.lines().count(), "lines of {file}");
}
