//! Values as PostgreSQL's binary format has them.

use std::error::Error as StdError;

use base::{Error, Result, Uuid};
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Value, ValueRef};

type Fault = Box<dyn StdError + Sync + Send>;

/// A parameter takes the type that the server has found out for its place.
impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Fault> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Self::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Self::Int(value), &Type::INT2) => i16::try_from(*value)?.to_sql(ty, out),
            (Self::Int(value), &Type::OID) => u32::try_from(*value)?.to_sql(ty, out),
            (Self::Int(value @ (0 | 1)), &Type::BOOL) => (*value == 1).to_sql(ty, out),
            #[expect(clippy::cast_precision_loss, reason = "the place is a double")]
            (Self::Int(value), &Type::FLOAT8) => (*value as f64).to_sql(ty, out),
            (Self::Int(value), &Type::NUMERIC) => {
                write_numeric(&value.to_string(), out);
                Ok(IsNull::No)
            }
            (Self::Real(value), &Type::NUMERIC) if value.is_finite() => {
                write_numeric(&value.to_string(), out);
                Ok(IsNull::No)
            }
            (Self::Int(value), &Type::TEXT) => value.to_string().to_sql(ty, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(ty, out),
            (Self::Text(value), &Type::TEXT | &Type::VARCHAR | &Type::NAME | &Type::BPCHAR) => {
                value.to_sql(ty, out)
            }
            (Self::Bytes(value), &Type::BYTEA) => value.to_sql(ty, out),
            (Self::Id(value), &Type::UUID) => value.to_sql(ty, out),
            (Self::Bytes(value), &Type::UUID) => Uuid::from_slice(value)?.to_sql(ty, out),
            (Self::Id(value), &Type::BYTEA) => value.as_bytes().as_slice().to_sql(ty, out),
            (value, ty) => Err(format!("{} given, {ty} wanted", value.as_ref().kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for ValueRef<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Fault> {
        Ok(match *ty {
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(ty, raw)?.into()),
            Type::OID => Self::Int(u32::from_sql(ty, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(ty, raw)?),
            Type::FLOAT4 => Self::Real(f32::from_sql(ty, raw)?.into()),
            Type::NUMERIC => read_numeric(raw).ok_or("not a finite number")?,
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
                Self::Text(std::str::from_utf8(raw)?)
            }
            Type::UUID => Self::Id(Uuid::from_slice(raw)?),
            Type::BYTEA => Self::Bytes(raw),
            Type::VOID => Self::Null,
            _ => return Err(format!("a column of type {ty} cannot be read").into()),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Fault> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A column of a row.
pub(crate) fn column(row: &Row, index: usize) -> Result<ValueRef<'_>> {
    row.try_get(index).map_err(Error::internal)
}

/// `numeric`, which sums and averages have: digits to the base 10,000 after a header of count, weight
/// of the first digit, sign and scale. `text` is a number without exponent.
fn write_numeric(text: &str, out: &mut BytesMut) {
    let (sign, text) = text.strip_prefix('-').map_or((0, text), |text| (NEGATIVE, text));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{}{whole}", "0".repeat((4 - whole.len() % 4) % 4));
    let weight = padded.len() / 4 - 1;
    let digits = format!("{padded}{part}{}", "0".repeat((4 - part.len() % 4) % 4));
    // A double has at most 309 digits before and 1074 after its point, so all these fit.
    for word in [digits.len() / 4, weight, usize::from(sign), part.len()] {
        out.extend_from_slice(&(word as u16).to_be_bytes());
    }
    for group in digits.as_bytes().chunks(4) {
        let digit = group.iter().fold(0_u16, |digit, c| digit * 10 + u16::from(c - b'0'));
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

const NEGATIVE: u16 = 0x4000;

/// A whole number that fits is `Int`, any other is the nearest double.
fn read_numeric(raw: &[u8]) -> Option<ValueRef<'static>> {
    let mut words = raw.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let (count, weight, sign) = (words.next()?, words.next()? as i16, words.next()?);
    let _scale = words.next()?;
    let digits: Vec<u16> = words.take(count.into()).collect();
    if digits.len() != usize::from(count) || !matches!(sign, 0 | NEGATIVE) {
        return None;
    }
    let is_whole = i32::from(weight) + 1 >= i32::from(count);
    let whole = if is_whole { whole(&digits, weight, sign == NEGATIVE) } else { None };
    Some(
        whole.map_or_else(
            || ValueRef::Real(double(&digits, weight, sign == NEGATIVE)),
            ValueRef::Int,
        ),
    )
}

fn whole(digits: &[u16], weight: i16, is_negative: bool) -> Option<i64> {
    let mut value = 0_i64;
    for position in 0..=usize::try_from(weight).unwrap_or(0).min(8) {
        let digit = i64::from(digits.get(position).copied().unwrap_or(0));
        let digit = if is_negative { -digit } else { digit };
        value = value.checked_mul(10_000)?.checked_add(digit)?;
    }
    (weight <= 8).then_some(value)
}

fn double(digits: &[u16], weight: i16, is_negative: bool) -> f64 {
    let mut text = String::from(if is_negative { "-0" } else { "0" });
    for digit in digits {
        text.push_str(&format!("{digit:04}"));
    }
    let exponent = (i32::from(weight) + 1 - digits.len() as i32) * 4;
    text.push_str(&format!("e{exponent}"));
    text.parse().unwrap_or(f64::NAN)
}
