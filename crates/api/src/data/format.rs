//! What people read instead of a value (`FormattedValue`), in the platform's default format
//! (English, United States).

use std::borrow::Cow;

use dataverse::Value;
use jiff::civil::Date;
use metadata::{Column, ColumnKind, LanguageCode, Schema};

use super::currencies::Currency;

/// What people read for `value`; nothing where the value is read as it is.
pub(super) fn formatted<'a>(
    schema: &'a Schema,
    column: &'a Column,
    value: &'a Value,
    language: LanguageCode,
    currency: impl Fn() -> Option<&'a Currency>,
) -> Option<Cow<'a, str>> {
    Some(match value {
        Value::Bool(is_true) => column.options()?.label(i32::from(*is_true), language)?.into(),
        Value::Choice(option) => column.options()?.label(*option, language)?.into(),
        Value::MultiChoice(options) => {
            let choice = column.options()?;
            let labels = options.iter().filter_map(|option| choice.label(*option, language));
            labels.collect::<Vec<_>>().join("; ").into()
        }
        Value::Lookup { name, .. } => name.as_deref()?.into(),
        Value::Int(number) => grouped(&number.to_string()).into(),
        Value::Decimal { scaled, scale } => match &column.kind {
            ColumnKind::Money { precision, precision_source, .. } => {
                money(*scaled, *scale, (*precision, *precision_source), currency()).into()
            }
            ColumnKind::Decimal { precision, .. } => number(*scaled, *scale, *precision).into(),
            _ => number(*scaled, *scale, *scale).into(),
        },
        Value::Double(number) => double(column, *number).into(),
        Value::DateTime(instant) => date_time(column, instant.0)?.into(),
        Value::Date(days) => short_date(date(i64::from(*days))?).into(),
        Value::Text(name) if matches!(column.kind, ColumnKind::EntityName) => {
            schema.table(name)?.display_name.text(language)?.into()
        }
        _ => return None,
    })
}

/// `1234.5` as `1,234.5`.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// An amount: `$1,234.50`, and `($1,234.50)` below zero. How many digits are shown is the column's
/// to say, or its currency's.
fn money(scaled: i64, scale: u8, digits: (u8, u8), currency: Option<&Currency>) -> String {
    let shown = match (digits, currency) {
        ((_, 2), Some(currency)) => currency.precision,
        ((own, _), _) => own,
    };
    let symbol = currency.map_or("", |currency| currency.symbol.as_str());
    let text = number(scaled, scale, shown);
    match text.strip_prefix('-') {
        Some(digits) => format!("({symbol}{digits})"),
        None => format!("{symbol}{text}"),
    }
}

/// An exact number, rounded to the digits after the point that are shown.
fn number(scaled: i64, scale: u8, shown: u8) -> String {
    let mut digits = i128::from(scaled);
    if scale > shown {
        let unit = 10_i128.pow(u32::from(scale - shown));
        let half = if digits < 0 { -unit / 2 } else { unit / 2 };
        digits = (digits + half) / unit;
    }
    grouped(&decimal_text(digits, scale.min(shown)))
}

/// `scaled / 10^scale` as text, with all digits of the scale.
pub(super) fn decimal_text(scaled: i128, scale: u8) -> String {
    if scale == 0 {
        return scaled.to_string();
    }
    let width = usize::from(scale) + 1;
    let digits = format!("{:0width$}", scaled.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    format!("{}{whole}.{fraction}", if scaled < 0 { "-" } else { "" })
}

fn double(column: &Column, number: f64) -> String {
    let precision = match column.kind {
        ColumnKind::Double { precision, .. } => usize::from(precision),
        _ => 2,
    };
    grouped(&format!("{number:.precision$}"))
}

fn date_time(column: &Column, seconds: i64) -> Option<String> {
    let date = date(seconds.div_euclid(86_400))?;
    if matches!(column.kind, ColumnKind::DateTime { date_only_format: true, .. }) {
        return Some(short_date(date));
    }
    let minutes = seconds.rem_euclid(86_400) / 60;
    let (hour, minute) = (minutes / 60, minutes % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    Some(format!("{} {hour}:{minute:02} {half}", short_date(date)))
}

fn short_date(date: Date) -> String {
    format!("{}/{}/{}", date.month(), date.day(), date.year())
}

/// The date so many days after 1970-01-01.
pub(super) fn date(days: i64) -> Option<Date> {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in
            [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567.50", "-1,234,567.50")]
        {
            assert_eq!(grouped(number), text);
        }
        let dollar = Currency { symbol: "$".to_owned(), precision: 2 };
        assert_eq!(money(12_345_000, 4, (4, 2), Some(&dollar)), "$1,234.50");
        assert_eq!(money(-12_345_000, 4, (0, 0), Some(&dollar)), "($1,235)");
        assert_eq!(money(12_345_000, 4, (2, 2), None), "1,234.50");
        assert_eq!(number(12_345, 3, 2), "12.35");
        assert_eq!(decimal_text(-5, 2), "-0.05");
        assert_eq!(decimal_text(100_000_000, 4), "10000.0000");
    }
}
