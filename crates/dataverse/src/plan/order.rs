//! Orders, and the tokens that say where the next page begins.

use base::{Error, Kind, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use metadata::{Choice, ColumnKind, LanguageCode};
use query::OrderBy;
use serde_json::Value as Json;

use super::condition::{Field, From};
use super::filter::{Aliases, Scope, primary};
use super::literal::bad;
use super::read::{Asker, LookupTarget};

/// One step of an order.
#[derive(Clone, Debug)]
pub(crate) struct OrderStep {
    /// The column.
    pub field: Field,
    /// What of it.
    pub key: OrderKey,
    /// Largest first.
    pub descending: bool,
    /// Whether it is the primary key of the table that is asked, which always has a value.
    pub is_primary: bool,
}

/// What of a column rows are ordered by.
#[derive(Clone, Debug)]
pub(crate) enum OrderKey {
    /// Its value.
    Value,
    /// For a choice: the place of each option by its label.
    Ranks(Vec<(i32, i64)>),
    /// For a lookup: the names of the rows it points to.
    Names(Vec<LookupTarget>),
}

impl OrderStep {
    /// The primary key of `from`, which ends every order.
    pub fn primary(from: &From) -> Result<Self> {
        let field = Field::value(from.alias, primary(&from.table)?);
        Ok(Self { field, key: OrderKey::Value, descending: false, is_primary: true })
    }

    /// The form in which the database keeps what is ordered by.
    pub fn storage(&self) -> Option<db::ColumnType> {
        match &self.key {
            OrderKey::Names(_) => Some(db::ColumnType::Text),
            _ => crate::ddl::value_storage(&self.field.column).map(|column| column.storage),
        }
    }
}

/// The steps of an order, ended by the primary key, so that it is the same for every page.
pub(crate) fn order(
    asker: &Asker<'_>,
    scope: &mut Scope,
    aliases: &mut Aliases,
    order_by: &[OrderBy],
) -> Result<Vec<OrderStep>> {
    let mut steps = Vec::with_capacity(order_by.len() + 1);
    for by in order_by {
        let (_, field) = scope.field(asker, aliases, &by.path)?;
        check_ordered(&field)?;
        let key =
            ranks(&field.column.kind, asker.user.language).map_or(OrderKey::Value, OrderKey::Ranks);
        steps.push(OrderStep { field, key, descending: by.descending, is_primary: false });
    }
    steps.push(OrderStep::primary(&scope.from)?);
    Ok(steps)
}

/// Refuses columns that have no order.
pub(crate) fn check_ordered(field: &Field) -> Result<()> {
    if matches!(field.column.kind, ColumnKind::MultiChoice { .. } | ColumnKind::Image { .. }) {
        let name = &field.column.logical_name;
        return Err(bad(format!("Rows cannot be ordered by '{name}'.")));
    }
    Ok(())
}

/// The options of a choice in the order of their labels, which is how people see them.
pub(crate) fn ranks(kind: &ColumnKind, language: LanguageCode) -> Option<Vec<(i32, i64)>> {
    let options: &Choice = match kind {
        ColumnKind::Choice { options, .. }
        | ColumnKind::State { options }
        | ColumnKind::Status { options } => options,
        _ => return None,
    };
    let mut labels = Vec::with_capacity(options.options.len());
    for option in &options.options {
        let label = option.label.text(language).unwrap_or_default().to_lowercase();
        labels.push((label, option.value));
    }
    labels.sort_unstable();
    Some(labels.into_iter().zip(0_i64..).map(|((_, value), rank)| (value, rank)).collect())
}

/// What a token says: the values of the last row of a page, for one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// The question, so that a token of another one is noticed.
    pub fingerprint: u64,
    /// The values of the order in the last row.
    pub values: Vec<db::Value>,
}

impl Token {
    /// The token as text that fits into a URL.
    pub fn encode(&self) -> String {
        let values = self.values.iter().map(to_json).collect();
        let json = Json::Array(vec![format!("{:x}", self.fingerprint).into(), Json::Array(values)]);
        URL_SAFE_NO_PAD.encode(json.to_string())
    }

    /// Reads a token. It must be of the same question and have a value of the right kind for each
    /// step of the order.
    pub fn decode(text: &str, fingerprint: u64, steps: &[OrderStep]) -> Result<Vec<db::Value>> {
        read(text, fingerprint, steps).ok_or_else(|| {
            let message =
                "The $skiptoken belongs to no page of this query; begin again without it.";
            Error::new(Kind::Invalid, "0x80041129", message)
        })
    }
}

fn read(text: &str, fingerprint: u64, steps: &[OrderStep]) -> Option<Vec<db::Value>> {
    let json: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let [Json::String(stamp), Json::Array(values)] = json.as_array()?.as_slice() else {
        return None;
    };
    if *stamp != format!("{fingerprint:x}") || values.len() != steps.len() {
        return None;
    }
    steps.iter().zip(values).map(|(step, value)| from_json(step, value)).collect()
}

fn to_json(value: &db::Value) -> Json {
    match value {
        db::Value::Int(int) => (*int).into(),
        // As bits, so that nothing is lost.
        db::Value::Real(real) => real.to_bits().into(),
        db::Value::Text(text) => text.as_str().into(),
        db::Value::Id(id) => id.to_string().into(),
        // Rows are never ordered by bytes.
        db::Value::Null | db::Value::Bytes(_) => Json::Null,
    }
}

fn from_json(step: &OrderStep, json: &Json) -> Option<db::Value> {
    if json.is_null() {
        return Some(db::Value::Null);
    }
    Some(match step.storage()? {
        db::ColumnType::Int => db::Value::Int(json.as_i64()?),
        db::ColumnType::Real => db::Value::Real(f64::from_bits(json.as_u64()?)),
        db::ColumnType::Text => db::Value::Text(json.as_str()?.to_owned()),
        db::ColumnType::Id => db::Value::Id(json.as_str()?.parse().ok()?),
        db::ColumnType::Bytes => return None,
    })
}

/// A number for a question (FNV-1a), the same in every process.
pub(crate) fn fingerprint(question: &str) -> u64 {
    question.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
