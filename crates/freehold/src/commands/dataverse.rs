//! The data service of one environment.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;
use ureq::http::Method;

use super::client::{Answer, Client, encoded, query};
use super::environments::Environment;
use super::failure::{Failure, Result};

/// Pages that one list may have.
const PAGES_MAX: usize = 100_000;

/// The data service of one environment.
pub struct Dataverse<'a> {
    client: &'a Client,
    instance: String,
    root: String,
    /// Names in addresses, by logical name.
    sets: RefCell<HashMap<String, String>>,
}

impl<'a> Dataverse<'a> {
    /// The data service of an environment, which must have a database.
    pub fn of(client: &'a Client, environment: &Environment) -> Result<Self> {
        let Some(domain) = &environment.domain else {
            return Err(Failure::usage(format!(
                "The environment {} has no Dataverse database.",
                environment.name
            ))
            .suggest("Choose another one: freehold env list"));
        };
        // By path, which works at every address of the server.
        let instance = format!("/orgs/{}/", encoded(domain));
        let root = format!("{instance}api/data/v9.2/");
        Ok(Self { client, instance, root, sets: RefCell::default() })
    }

    /// The same environment, with another token.
    pub fn with<'b>(&self, client: &'b Client) -> Dataverse<'b> {
        let (instance, root) = (self.instance.clone(), self.root.clone());
        Dataverse { client, instance, root, sets: self.sets.clone() }
    }

    /// `GET` below the root of the service.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.call(&Method::GET, path, &[], None)
    }

    /// `GET` of what this product has beside the data service.
    pub fn beside(&self, path: &str) -> Result<Answer> {
        self.client.get(&format!("{}{path}", self.instance))
    }

    /// `POST` below the root of the service.
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.call(&Method::POST, path, &[], Some(body))
    }

    /// A request below the root of the service.
    pub fn call(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut all = vec![("odata-version", "4.0"), ("odata-maxversion", "4.0")];
        all.extend(headers);
        self.client.call(method, &format!("{}{path}", self.root), &all, body)
    }

    /// Creates a row; gives its id.
    pub fn create(&self, set: &str, row: &Value) -> Result<String> {
        let answer = self.post(set, row)?;
        let url = answer.header("odata-entityid").or_else(|| answer.header("location"));
        let id =
            url.and_then(|url| url.rsplit_once('(')).map(|(_, rest)| rest.trim_end_matches(')'));
        id.map(str::to_owned).ok_or_else(|| Failure::unexpected("a new row without its id"))
    }

    /// Every row of a collection, page by page; `each` is given the rows of a page.
    pub fn pages(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        mut each: impl FnMut(&[Value]) -> Result<()>,
    ) -> Result<()> {
        let mut answer = self.call(&Method::GET, path, headers, None)?;
        for _ in 0..PAGES_MAX {
            let rows = answer.body["value"].as_array();
            each(rows.ok_or_else(|| Failure::unexpected("a list without its rows"))?)?;
            let Some(next) = answer.body["@odata.nextLink"].as_str() else { return Ok(()) };
            answer = self.client.call(&Method::GET, next, headers, None)?;
        }
        Err(Failure::unexpected(format!("more than {PAGES_MAX} pages")))
    }

    /// Every row of a collection.
    pub fn list(&self, path: &str) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        self.pages(path, &[], |rows| {
            all.extend_from_slice(rows);
            Ok(())
        })?;
        Ok(all)
    }

    /// The table with this logical name, schema name or set name.
    pub fn table(&self, name: &str) -> Result<Table> {
        let lower = name.replace('\'', "''").to_lowercase();
        let select = query(&[("$select", TABLE)]);
        let path = format!("EntityDefinitions(LogicalName='{}')?{select}", encoded(&lower));
        if let Some(found) = self.client.find(&format!("{}{path}", self.root))? {
            return Ok(Table::read(&found.body));
        }
        let filter =
            format!("EntitySetName eq '{lower}' or SchemaName eq '{}'", name.replace('\'', "''"));
        let select = query(&[("$select", TABLE), ("$filter", &filter)]);
        let found = self.list(&format!("EntityDefinitions?{select}"))?;
        found.first().map(Table::read).ok_or_else(|| {
            Failure::not_found(format!("The environment has no table '{name}'."))
                .suggest("Give its logical name, such as account or contoso_project.")
        })
    }

    /// The name in addresses of the table with this logical name.
    pub fn set_of(&self, table: &str) -> Result<String> {
        if let Some(set) = self.sets.borrow().get(table) {
            return Ok(set.clone());
        }
        let set = self.table(table)?.set;
        self.sets.borrow_mut().insert(table.to_owned(), set.clone());
        Ok(set)
    }
}

/// The names of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The logical name.
    pub name: String,
    /// The name in addresses.
    pub set: String,
    /// The column with the id.
    pub key: String,
    /// The column with the name; empty if it has none.
    pub title: String,
    /// Whether it holds rows of its own and is not the platform's.
    pub is_custom: bool,
}

/// What is read of a table.
const TABLE: &str =
    "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,IsCustomEntity,IsIntersect";

impl Table {
    fn read(definition: &Value) -> Self {
        let member = |name: &str| definition[name].as_str().unwrap_or_default().to_owned();
        Self {
            name: member("LogicalName"),
            set: member("EntitySetName"),
            key: member("PrimaryIdAttribute"),
            title: member("PrimaryNameAttribute"),
            is_custom: definition["IsCustomEntity"] == true && definition["IsIntersect"] == false,
        }
    }
}
