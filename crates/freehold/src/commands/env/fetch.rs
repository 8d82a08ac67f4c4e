//! `freehold env fetch`: rows by FetchXML.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use package::xml::Element;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use ureq::http::Method;

use crate::commands::client::query;
use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::{Failure, Result};
use crate::commands::rows;
use crate::commands::shell::Shell;

/// Read rows with FetchXML.
#[derive(Debug, Args)]
pub struct Fetch {
    #[command(flatten)]
    environment: EnvironmentArg,
    /// The query.
    #[arg(long, short, required_unless_present = "xml_file")]
    xml: Option<String>,
    /// A file with the query [short: -xf].
    #[arg(long = "xmlFile", alias = "xf", conflicts_with = "xml")]
    xml_file: Option<PathBuf>,
}

impl Fetch {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let xml = match (self.xml, self.xml_file) {
            (Some(xml), _) => xml,
            (None, Some(path)) => fs::read_to_string(&path)
                .map_err(|error| Failure::file("This file cannot be read:", &path, &error))?,
            (None, None) => return Err(Failure::usage("Give --xml or --xmlFile.")),
        };
        let fetch = parse(&xml)?;
        let connection = connect(shell)?;
        let (_, dataverse) = dataverse(&connection, &self.environment)?;
        let table = dataverse.table(table_of(&fetch)?)?;
        let found = pages(&dataverse, &table.set, xml, fetch)?;
        shell.show(&Value::Array(found.clone()), || rows::table(&found))
    }
}

/// Pages that one query may have.
const PAGES_MAX: usize = 100_000;
/// What tells where the next page begins.
const PAGING_COOKIE: &str = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
/// With these a query says itself which part of the rows it wants.
const PARTS: &[&str] = &["count", "page", "top"];

/// All rows of a query; of one that says which part of them it wants, that part.
fn pages(
    dataverse: &Dataverse<'_>,
    set: &str,
    mut xml: String,
    mut fetch: Element,
) -> Result<Vec<Value>> {
    let prefer = format!("odata.include-annotations=\"{PAGING_COOKIE}\"");
    let is_part = PARTS.iter().any(|name| fetch.attribute(name).is_some());
    let mut all = Vec::new();
    for _ in 0..PAGES_MAX {
        let path = format!("{set}?{}", query(&[("fetchXml", &xml)]));
        let answer = dataverse.call(&Method::GET, &path, &[("prefer", &prefer)], None)?;
        let rows = answer.body["value"].as_array();
        all.extend_from_slice(
            rows.ok_or_else(|| Failure::unexpected("an answer without its rows"))?,
        );
        match answer.body[format!("@{PAGING_COOKIE}")].as_str() {
            Some(cookie) if !is_part => turn(&mut fetch, cookie)?,
            _ => return Ok(all),
        }
        xml = fetch.to_string();
    }
    Err(Failure::unexpected(format!("more than {PAGES_MAX} pages")))
}

/// Makes `fetch` ask for the page that a cookie leads to.
fn turn(fetch: &mut Element, cookie: &str) -> Result<()> {
    let wrong = || Failure::unexpected("a paging cookie that is none");
    let cookie = Element::parse(cookie.as_bytes()).map_err(|_| wrong())?;
    let page = cookie.attribute("pagenumber").ok_or_else(wrong)?;
    let mut inner = cookie.attribute("pagingcookie").ok_or_else(wrong)?.to_owned();
    // It is encoded twice.
    for _ in 0..2 {
        inner = percent_decode_str(&inner).decode_utf8_lossy().into_owned();
    }
    fetch.set_attribute("page", page);
    fetch.set_attribute("paging-cookie", inner);
    Ok(())
}

fn parse(xml: &str) -> Result<Element> {
    Element::parse(xml.as_bytes())
        .map_err(|error| Failure::usage(format!("The query is not XML: {error}")))
}

/// The table that a query reads.
fn table_of(fetch: &Element) -> Result<&str> {
    let entity = fetch.child("entity").filter(|_| fetch.name == "fetch");
    entity.and_then(|entity| entity.attribute("name")).ok_or_else(|| {
        Failure::usage("This is no FetchXML: it names no table.")
            .suggest("A query begins with <fetch><entity name=\"account\">.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_its_table() {
        let table = |xml| table_of(&parse(xml).ok()?).ok().map(str::to_owned);
        let query = "<fetch top='5'><entity name='account'><all-attributes/></entity></fetch>";
        assert_eq!(table(query).as_deref(), Some("account"));
        assert_eq!(table("<fetch/>"), None);
        assert_eq!(table("name eq 1"), None);
    }

    #[test]
    fn a_cookie_leads_to_the_next_page() {
        let mut fetch = parse("<fetch><entity name='account'/></fetch>").unwrap();
        let cookie = "<cookie pagenumber=\"2\" pagingcookie=\"%253ccookie%2520page%253d%25221%2522\
                      %252f%253e\" istracking=\"False\" />";
        turn(&mut fetch, cookie).unwrap();
        assert_eq!(fetch.attribute("page"), Some("2"));
        assert_eq!(fetch.attribute("paging-cookie"), Some("<cookie page=\"1\"/>"));
        assert!(turn(&mut fetch, "<cookie/>").is_err());
    }
}
