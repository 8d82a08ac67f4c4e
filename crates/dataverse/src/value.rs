//! The value of a column, typed.

use std::sync::Arc;

use base::{Instant, Uuid};

/// The value of a column in a row, typed by the column.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number (also 64-bit ones).
    Int(i64),
    /// An exact number or an amount: `scaled / 10^scale`.
    Decimal {
        /// The digits.
        scaled: i64,
        /// How many of them are after the point.
        scale: u8,
    },
    /// A floating-point number.
    Double(f64),
    /// A text.
    Text(String),
    /// A plain id, such as a primary key.
    Id(Uuid),
    /// A point in time.
    DateTime(Instant),
    /// A date, in days since 1970-01-01.
    Date(i32),
    /// A reference to a row.
    Lookup {
        /// The row.
        id: Uuid,
        /// Its table, by logical name.
        table: Arc<str>,
        /// Its primary name, where it was read along.
        name: Option<String>,
    },
    /// An option of a choice, state or status.
    Choice(i32),
    /// Several options.
    MultiChoice(Vec<i32>),
    /// Bytes: a thumbnail.
    Bytes(Vec<u8>),
    /// A managed property.
    Managed {
        /// What it says.
        value: bool,
        /// Whether it may be changed.
        can_be_changed: bool,
    },
}

impl Value {
    /// A reference to a row of `table`, by logical name.
    pub fn lookup(table: &str, id: Uuid) -> Self {
        Self::Lookup { id, table: table.into(), name: None }
    }

    /// The row that this points to, or the plain id that it is.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) | Self::Lookup { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The text that this is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, or the option, that this is.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Choice(option) => Some(i64::from(*option)),
            _ => None,
        }
    }

    /// Yes or no.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) | Self::Managed { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
