//! Functions that SQLite does not have, or has for ASCII only. None is used in an index.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef as Raw;
use rusqlite::{Connection, Result};

/// Adds them to a connection.
pub(super) fn add(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("upper", 1, flags, |context| {
        Ok(text(context, 0)?.map(str::to_uppercase))
    })?;
    connection.create_scalar_function("fh_number", 1, flags, |context| {
        Ok(text(context, 0)?.and_then(number))
    })?;
    connection.create_scalar_function("fh_number_text", 1, flags, |context| {
        Ok(double(context, 0)?.map(number_text))
    })?;
    connection.create_scalar_function("fh_fixed_text", 2, flags, |context| {
        let digits = double(context, 1)?.unwrap_or_default() as usize;
        Ok(double(context, 0)?.map(|value| fixed_text(value, digits)))
    })?;
    connection.create_scalar_function("fh_power", 2, flags, |context| {
        let (base, exponent) = (double(context, 0)?, double(context, 1)?);
        let power = base.zip(exponent).map(|(base, exponent)| base.powf(exponent));
        Ok(power.filter(|power| power.is_finite()))
    })
}

fn text<'a>(context: &'a Context<'_>, index: usize) -> Result<Option<&'a str>> {
    match context.get_raw(index) {
        Raw::Null => Ok(None),
        Raw::Text(text) => std::str::from_utf8(text)
            .map(Some)
            .map_err(|cause| rusqlite::Error::UserFunctionError(Box::new(cause))),
        other => Err(rusqlite::Error::InvalidFunctionParameterType(index, other.data_type())),
    }
}

fn double(context: &Context<'_>, index: usize) -> Result<Option<f64>> {
    match context.get_raw(index) {
        Raw::Null => Ok(None),
        Raw::Integer(value) => Ok(Some(value as f64)),
        Raw::Real(value) => Ok(Some(value)),
        other => Err(rusqlite::Error::InvalidFunctionParameterType(index, other.data_type())),
    }
}

/// The number that a text tells: digits, a fraction, an exponent.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse::<f64>().ok().filter(|value| is_plain && value.is_finite())
}

/// Fifteen digits, as far as they say something.
fn number_text(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let digits = usize::try_from((14 - magnitude).clamp(0, 30)).unwrap_or_default();
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// So many digits after the point, halves away from zero.
fn fixed_text(value: f64, digits: usize) -> String {
    let digits = digits.min(15);
    let factor = 10_f64.powi(digits as i32);
    let scaled = number_text(value * factor).parse::<f64>().unwrap_or_default().round();
    format!("{:.digits$}", scaled / factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_their_texts() {
        for (value, text) in [
            (5.0, "5"),
            (-2.5, "-2.5"),
            (0.1 + 0.2, "0.3"),
            (1e20, "100000000000000000000"),
            (0.0, "0"),
            (1.0 / 3.0, "0.333333333333333"),
        ] {
            assert_eq!(number_text(value), text);
        }
        assert_eq!(fixed_text(1.005, 2), "1.01");
        assert_eq!(fixed_text(-2.0, 1), "-2.0");
        assert_eq!(number(" 1.5e2 "), Some(150.0));
        assert_eq!(number("inf"), None);
        assert_eq!(number("1x"), None);
    }
}
