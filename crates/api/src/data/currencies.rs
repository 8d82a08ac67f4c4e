//! The currencies of an environment, as amounts are shown in them.

use std::collections::HashMap;

use base::{Kind, Result, Uuid};
use dataverse::messages::RetrieveMultiple;
use dataverse::{Page, Record, Reply, Value};
use metadata::{Column, ColumnKind, Table};
use query::Query;

use super::call::Call;
use super::resource::unexpected;

/// The currencies, and which of them is the organisation's.
#[derive(Debug, Default)]
pub(super) struct Currencies {
    all: HashMap<Uuid, Currency>,
    base: Option<Uuid>,
}

/// How amounts of a currency are shown.
#[derive(Clone, Debug)]
pub(super) struct Currency {
    /// `$`
    pub symbol: String,
    /// Digits after the point.
    pub precision: u8,
}

/// The currencies, if rows of `table` (or those that come along) have amounts. Who may not read
/// currencies sees amounts without a symbol.
pub(super) async fn currencies(call: &Call, table: &Table) -> Result<Currencies> {
    let is_money = |column: &Column| matches!(column.kind, ColumnKind::Money { .. });
    let has_money = table.columns.values().any(|column| is_money(column));
    match has_money || !call.options.query.expand.is_empty() {
        true => all(call).await,
        false => Ok(Currencies::default()),
    }
}

/// All currencies.
pub(super) async fn all(call: &Call) -> Result<Currencies> {
    let rows = read(call, "transactioncurrency", &["currencysymbol", "currencyprecision"]).await?;
    let base = read(call, "organization", &["_basecurrencyid_value"]).await?;
    let base = base.rows.first().and_then(|row| row.get("basecurrencyid")).and_then(Value::id);
    let all = rows.rows.iter().map(|row| (row.id, currency(row))).collect();
    Ok(Currencies { all, base })
}

fn currency(row: &Record) -> Currency {
    let symbol = row.get("currencysymbol").and_then(Value::text).unwrap_or_default().to_owned();
    let precision = row.get("currencyprecision").and_then(Value::int);
    Currency { symbol, precision: precision.and_then(|p| u8::try_from(p).ok()).unwrap_or(2) }
}

async fn read(call: &Call, table: &str, columns: &[&str]) -> Result<Page> {
    let select = columns.iter().map(|name| (*name).to_owned()).collect();
    let query = Query { select, ..Query::default() };
    let table = table.to_owned();
    match call.execute(RetrieveMultiple { table, from: None, query, with_names: false }).await {
        Ok(Reply::Page(page)) => Ok(page),
        Ok(other) => Err(unexpected(&other)),
        Err(error) if error.kind == Kind::Forbidden => Ok(Page::default()),
        Err(error) => Err(error),
    }
}

impl Currencies {
    /// In which currency the amount of a column of `record` is.
    pub fn of(&self, record: &Record, column: &Column) -> Option<&Currency> {
        let is_base = matches!(&column.kind, ColumnKind::Money { base_of: Some(_), .. });
        self.find(is_base, record.get("transactioncurrencyid").and_then(Value::id))
    }

    /// The organisation's currency, or the one with this id.
    pub fn find(&self, is_base: bool, own: Option<Uuid>) -> Option<&Currency> {
        self.all.get(&if is_base { self.base } else { own }?)
    }
}
