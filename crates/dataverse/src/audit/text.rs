//! Values as the history keeps them: texts, which mean the same whatever becomes of the column.

use base::Instant;
use metadata::{Column, ColumnKind, DateTimeBehavior};

use crate::plan::number;
use crate::{Value, ddl};

/// A value as a text; nothing if there is none.
pub(crate) fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null | Value::Bytes(_) => return None,
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Decimal { scaled, scale } => decimal(*scaled, *scale),
        Value::Double(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Id(id) => id.to_string(),
        Value::DateTime(instant) => instant.0.to_string(),
        Value::Date(days) => days.to_string(),
        Value::Lookup { id, table, .. } => format!("{table},{id}"),
        Value::Choice(option) => option.to_string(),
        Value::MultiChoice(options) => {
            options.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
        Value::Managed { value, can_be_changed } => format!("{value},{can_be_changed}"),
    })
}

/// The value of a column that a text stands for; nothing if the column no longer holds such.
pub(crate) fn value(column: &Column, text: &str) -> Option<Value> {
    Some(match &column.kind {
        ColumnKind::Uuid | ColumnKind::File { .. } => Value::Id(text.parse().ok()?),
        ColumnKind::String { .. } | ColumnKind::Memo { .. } | ColumnKind::EntityName => {
            Value::Text(text.to_owned())
        }
        ColumnKind::Integer { .. } | ColumnKind::BigInt => Value::Int(text.parse().ok()?),
        ColumnKind::Decimal { precision, .. } => scaled(text, *precision)?,
        ColumnKind::Money { .. } => scaled(text, ddl::MONEY_SCALE)?,
        ColumnKind::Double { .. } => Value::Double(text.parse().ok()?),
        ColumnKind::Boolean { .. } => Value::Bool(text.parse().ok()?),
        ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, .. } => {
            Value::Date(text.parse().ok()?)
        }
        ColumnKind::DateTime { .. } => Value::DateTime(Instant(text.parse().ok()?)),
        ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. } => {
            Value::Choice(text.parse().ok()?)
        }
        ColumnKind::MultiChoice { .. } => {
            let options = text.split(',').map(str::parse);
            Value::MultiChoice(options.collect::<Result<_, _>>().ok()?)
        }
        ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner => {
            let (table, id) = text.split_once(',')?;
            Value::lookup(table, id.parse().ok()?)
        }
        ColumnKind::ManagedProperty => {
            let (value, can_be_changed) = text.split_once(',')?;
            let can_be_changed = can_be_changed.parse().ok()?;
            Value::Managed { value: value.parse().ok()?, can_be_changed }
        }
        ColumnKind::Image { .. } | ColumnKind::PartyList | ColumnKind::Virtual => return None,
    })
}

fn scaled(text: &str, scale: u8) -> Option<Value> {
    Some(Value::Decimal { scaled: number::rounded(text, scale)?, scale })
}

fn decimal(scaled: i64, scale: u8) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let width = usize::from(scale) + 1;
    let digits = format!("{:0width$}", scaled.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use base::Uuid;
    use metadata::StringFormat;

    use super::*;

    #[test]
    fn values_come_back() {
        let text_kind = ColumnKind::String { max_length: 10, format: StringFormat::Text };
        let number =
            |precision| ColumnKind::Decimal { precision, min: "0".to_owned(), max: "9".to_owned() };
        let lookup = ColumnKind::Lookup { targets: vec!["account".to_owned()] };
        let day =
            ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, date_only_format: true };
        for (kind, value) in [
            (text_kind, Value::Text("a,\"b\"".to_owned())),
            (number(2), Value::Decimal { scaled: -5, scale: 2 }),
            (number(0), Value::Decimal { scaled: 12, scale: 0 }),
            (number(3), Value::Decimal { scaled: 12_345, scale: 3 }),
            (lookup, Value::lookup("account", Uuid::nil())),
            (day, Value::Date(-3)),
            (ColumnKind::BigInt, Value::Int(i64::MIN)),
        ] {
            let column = Column::custom(Uuid::nil(), "new_x", kind);
            let kept = text(&value).expect("a text");
            assert_eq!(super::value(&column, &kept), Some(value), "{kept}");
        }
        let column = Column::custom(Uuid::nil(), "new_x", ColumnKind::BigInt);
        assert_eq!(super::value(&column, "no number"), None);
    }
}
