//! What the hand-written limit does, taken from the engine itself.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use base::{Caller, Cx, Uuid};
use dataverse::messages::{Create, Delete, Retrieve, RetrieveMultiple};
use dataverse::{Environment, Input, Message, Reference, RowInput};
use db::statement;
use query::odata::parse_options;
use serde::{Deserialize, Serialize};

use crate::operations::{CONTACT, EXPAND, SELECT, new_account, page_options};
use crate::seed::rows::Numbers;
use crate::seed::told;

/// All that the limit needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spec {
    /// The file with the rows.
    pub database: PathBuf,
    /// One row; the id varies.
    pub read: Select,
    /// A page; the revenue varies, in ten-thousandths.
    pub page: Select,
    /// The same page with the lookup to a contact.
    pub expand: Select,
    /// That contact; the id varies.
    pub contact: Select,
    /// How many rows the page is of; the revenue varies.
    pub count: Select,
    /// A row as the engine writes it, with all values that are not null.
    pub row: Vec<(String, Cell)>,
}

/// A query of which one parameter varies.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Select {
    /// The text.
    pub sql: String,
    /// The parameters.
    pub params: Vec<Cell>,
    /// The place of the parameter that varies.
    pub varies: usize,
}

/// A value in the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in db::Value")]
pub enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Id(Uuid),
}

impl Spec {
    /// The same for another file.
    pub fn with_database(self, database: PathBuf) -> Self {
        Self { database, ..self }
    }

    /// The value of a column in a row as the engine writes it.
    pub fn cell(&self, column: &str) -> Result<&Cell> {
        let found = self.row.iter().find(|(name, _)| name == column);
        found.map(|(_, cell)| cell).with_context(|| format!("no value for {column}"))
    }
}

/// What the limit has to do to give `caller` the same.
pub async fn of(environment: &Environment, caller: &Cx) -> Result<Spec> {
    let id = Uuid::from_u128(0x00f1_0012);
    let revenue = 1_234_567;
    let query = parse_options(SELECT).map_err(|error| told(error.into()))?.query;
    let target = Reference::id("accounts", id);
    let one = Retrieve { target, query, unless_version: None, with_names: false };
    let contact = Retrieve {
        target: Reference::id("contacts", id),
        query: parse_options(CONTACT).map_err(|error| told(error.into()))?.query,
        unless_version: None,
        with_names: false,
    };
    let amount = Cell::Int(revenue as i64 * 10_000);
    let page = select(environment, caller, &many(&page_options(revenue))?, &amount).await?;
    let count = count(&page)?;
    let expand = many(&format!("{}&{EXPAND}", page_options(revenue)))?;
    Ok(Spec {
        database: PathBuf::new(),
        read: select(environment, caller, &one.into(), &Cell::Id(id)).await?,
        page,
        expand: select(environment, caller, &expand, &amount).await?,
        contact: select(environment, caller, &contact.into(), &Cell::Id(id)).await?,
        count,
        row: row(environment, caller).await?,
    })
}

fn many(options: &str) -> Result<Message> {
    let query = parse_options(options).map_err(|error| told(error.into()))?.query;
    let table = "accounts".to_owned();
    Ok(RetrieveMultiple { table, from: None, query, with_names: false }.into())
}

/// How many rows a page is of, up to the limit of the protocol: its conditions without its columns
/// and order.
fn count(page: &Select) -> Result<Select> {
    let from = page.sql.find("\nfrom ").context("no from")?;
    let order = page.sql.find("\norder by ").context("no order")?;
    let limit = page.sql.rfind("\nlimit ").context("no limit")?;
    // A page may be found by walking along its order, where an index of rights is in the way.
    let conditions = page.sql[from..order].replace("+(", "(");
    let sql = format!("select count(*) from (select 1{conditions}{}) counted", &page.sql[limit..]);
    let mut params = page.params.clone();
    *params.last_mut().context("no parameters")? = Cell::Int(base::limits::COUNT_MAX);
    Ok(Select { sql, params, varies: page.varies })
}

async fn select(
    environment: &Environment,
    caller: &Cx,
    message: &Message,
    varies: &Cell,
) -> Result<Select> {
    let statement = environment.explain(caller, message).await.map_err(told)?;
    let params: Vec<_> = statement.params.into_iter().map(Cell::from).collect();
    let place = params.iter().position(|cell| cell == varies);
    let varies = place.with_context(|| format!("{varies:?} is no parameter"))?;
    Ok(Select { sql: statement.sql.into_owned(), params, varies })
}

/// Has the engine write a row, and looks at it.
async fn row(environment: &Environment, caller: &Cx) -> Result<Vec<(String, Cell)>> {
    let body: serde_json::Value = serde_json::from_str(&new_account(&mut Numbers(1)))?;
    let serde_json::Value::Object(members) = body else { bail!("not an object") };
    let values = members.into_iter().map(|(name, value)| (name, Input::Value(value)));
    let row = RowInput(values.collect());
    let create = Create { table: "accounts".to_owned(), row, returning: None };
    let reply = environment.execute(caller, create).await.map_err(told)?;
    let id = reply.id().context("a row without an id")?;
    let cells = cells(environment, id).await.map_err(told)?;
    let system = caller.with_caller(Caller::System);
    let delete = Delete { target: Reference::id("accounts", id), if_version: None };
    environment.execute(&system, delete).await.map_err(told)?;
    Ok(cells)
}

async fn cells(environment: &Environment, id: Uuid) -> base::Result<Vec<(String, Cell)>> {
    let store = environment.store();
    let mut reader = store.read().await?;
    let names = reader.query(&statement!("select name from pragma_table_info('account')")).await?;
    let sql = store.sql("select * from {account} where accountid = ?1");
    let row = reader.query_one(&statement!(sql, id)).await?;
    let mut cells = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let cell = Cell::from(row.value(index).clone());
        if cell != Cell::Null {
            cells.push((name.get(0)?, cell));
        }
    }
    Ok(cells)
}

impl From<db::Value> for Cell {
    fn from(value: db::Value) -> Self {
        match value {
            db::Value::Null => Self::Null,
            db::Value::Int(value) => Self::Int(value),
            db::Value::Real(value) => Self::Real(value),
            db::Value::Text(value) => Self::Text(value),
            db::Value::Bytes(value) => Self::Bytes(value),
            db::Value::Id(value) => Self::Id(value),
        }
    }
}
