//! Columns and their types.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::formula::Bound;
use crate::{Choice, Label, ManagedProperties};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The stable id of the definition.
    pub metadata_id: Uuid,
    /// The name in lower case, by which data knows it.
    pub logical_name: String,
    /// The name as its maker spelt it; navigation properties of custom lookups use it.
    pub schema_name: String,
    /// Its type and what belongs to it.
    pub kind: ColumnKind,
    /// What people read.
    pub display_name: Label,
    /// What it is for.
    #[serde(default)]
    pub description: Label,
    /// Whether a value must be given.
    #[serde(default)]
    pub required: RequiredLevel,
    /// Where its value comes from.
    #[serde(default)]
    pub source_type: SourceType,
    /// Whether a person or a solution made it.
    #[serde(default)]
    pub is_custom: bool,
    /// Whether its base layer is a managed solution.
    #[serde(default)]
    pub is_managed: bool,
    /// Whether a create may set it.
    pub valid_for_create: bool,
    /// Whether an update may set it.
    pub valid_for_update: bool,
    /// Whether it is read at all.
    pub valid_for_read: bool,
    /// Whether column security profiles decide who sees it.
    #[serde(default)]
    pub is_secured: bool,
    /// Whether the audit history has its changes, where the table is audited.
    #[serde(default = "yes")]
    pub is_audited: bool,
    /// The pattern of an autonumber column.
    #[serde(default)]
    pub auto_number_format: Option<String>,
    /// The definition of a calculated, rollup or formula column.
    #[serde(default)]
    pub formula: Option<String>,
    /// What the formula means in its environment.
    #[serde(skip)]
    pub bound: Bound,
    /// The solution version that introduced it.
    #[serde(default)]
    pub introduced_version: Option<String>,
    /// What may be changed above the base layer.
    #[serde(default)]
    pub managed_properties: ManagedProperties,
}

/// What a definition that says nothing means.
fn yes() -> bool {
    true
}

/// The type of a column with what belongs to it. The JSON and SQL forms are in the data service's
/// specification, section 3.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ColumnKind {
    /// The primary key, or another plain id.
    Uuid,
    /// A line of text.
    String {
        /// In characters, at most 4,000.
        max_length: u32,
        /// How it is shown.
        format: StringFormat,
    },
    /// Long text.
    Memo {
        /// In characters, at most 1,048,576 (system columns more).
        max_length: u32,
        /// How it is shown.
        format: StringFormat,
    },
    /// A 32-bit number.
    Integer {
        /// Smallest value.
        min: i32,
        /// Largest value.
        max: i32,
        /// `None`, `Duration`, `TimeZone`, `Language` or `Locale`.
        format: String,
    },
    /// A 64-bit number; only the platform makes these.
    BigInt,
    /// An exact number. Stored as an integer scaled by `10^precision`.
    Decimal {
        /// Digits after the point, 0 to 10.
        precision: u8,
        /// Smallest value, as text.
        min: String,
        /// Largest value, as text.
        max: String,
    },
    /// A floating-point number.
    Double {
        /// Digits after the point that are shown, 0 to 5.
        precision: u8,
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// An amount, exact, four digits after the point. Stored as an integer scaled by 10,000.
    Money {
        /// Digits after the point that are shown, 0 to 4.
        precision: u8,
        /// 0 the column's own precision, 1 the organisation's, 2 the currency's.
        precision_source: u8,
        /// Smallest value, as text.
        min: String,
        /// Largest value, as text.
        max: String,
        /// The column of which this is the amount in base currency.
        base_of: Option<String>,
    },
    /// Yes or no.
    Boolean {
        /// The labels of yes (1) and no (0).
        options: Arc<Choice>,
        /// What a new row gets.
        default: bool,
    },
    /// A date, or a date and a time.
    DateTime {
        /// How time zones apply.
        behavior: DateTimeBehavior,
        /// Whether people see the date only.
        date_only_format: bool,
    },
    /// One option.
    Choice {
        /// The name of a global choice, or the local choice itself in `options`.
        global: Option<String>,
        /// The local choice; the schema fills it from the global one.
        options: Arc<Choice>,
        /// What a new row gets.
        default: Option<i32>,
    },
    /// Several options.
    MultiChoice {
        /// The name of a global choice.
        global: Option<String>,
        /// The local choice; the schema fills it from the global one.
        options: Arc<Choice>,
    },
    /// `statecode`.
    State {
        /// Its options, with the default status of each.
        options: Arc<Choice>,
    },
    /// `statuscode`.
    Status {
        /// Its options, with the state of each.
        options: Arc<Choice>,
    },
    /// A reference to a row of one of the target tables.
    Lookup {
        /// The logical names of the tables. None: any table (the record of an audit row).
        targets: Vec<String>,
    },
    /// A reference to an account or a contact.
    Customer,
    /// A reference to the user or team that owns the row.
    Owner,
    /// Activity parties; never a plain property.
    PartyList,
    /// The logical name of a table.
    EntityName,
    /// A file, stored beside the row; the row holds its id.
    File {
        /// In kilobytes, at most 10,485,760.
        max_size_kb: u32,
    },
    /// A picture; the row holds its thumbnail.
    Image {
        /// In kilobytes.
        max_size_kb: u32,
        /// Whether this is the picture of the row.
        is_primary: bool,
        /// Whether the full picture is kept.
        can_store_full: bool,
    },
    /// A managed property of a component row: a value and whether it can be changed.
    ManagedProperty,
    /// Computed companions such as the name of a lookup; not in the API.
    Virtual,
}

/// The form in which the values of a column are stored. Columns of equal forms can become each
/// other without touching rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Nothing is stored.
    None,
    /// An id.
    Uuid,
    /// An id, with the table it belongs to where there are several targets.
    Reference {
        /// Whether the table is stored too.
        has_table: bool,
    },
    /// A text.
    Text,
    /// A whole number; choices and yes/no too.
    Integer,
    /// A whole number that is so many times 10 the value.
    Scaled(u8),
    /// A floating-point number.
    Double,
    /// Seconds since 1970.
    DateTime,
    /// Days since 1970.
    Date,
    /// Bytes.
    Bytes,
    /// A value and whether it can be changed.
    ManagedProperty,
}

impl ColumnKind {
    /// The form in which its values are stored.
    pub fn storage(&self) -> Storage {
        match self {
            Self::Uuid | Self::File { .. } => Storage::Uuid,
            Self::String { .. } | Self::Memo { .. } | Self::MultiChoice { .. } => Storage::Text,
            Self::EntityName => Storage::Text,
            Self::Integer { .. } | Self::BigInt | Self::Boolean { .. } => Storage::Integer,
            Self::Choice { .. } | Self::State { .. } | Self::Status { .. } => Storage::Integer,
            Self::Decimal { precision, .. } => Storage::Scaled(*precision),
            Self::Money { .. } => Storage::Scaled(4),
            Self::Double { .. } => Storage::Double,
            Self::DateTime { behavior: DateTimeBehavior::DateOnly, .. } => Storage::Date,
            Self::DateTime { .. } => Storage::DateTime,
            Self::Lookup { targets } => Storage::Reference { has_table: targets.len() != 1 },
            Self::Customer | Self::Owner => Storage::Reference { has_table: true },
            Self::Image { .. } => Storage::Bytes,
            Self::ManagedProperty => Storage::ManagedProperty,
            Self::PartyList | Self::Virtual => Storage::None,
        }
    }
}

/// How a text is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the platform's own names, which say what they are")]
pub enum StringFormat {
    #[default]
    Text,
    TextArea,
    Email,
    Url,
    TickerSymbol,
    PhoneticGuide,
    VersionNumber,
    Phone,
    Json,
    RichText,
}

/// How time zones apply to a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateTimeBehavior {
    /// Kept in UTC, shown in the user's zone.
    #[default]
    UserLocal,
    /// A date without a time.
    DateOnly,
    /// A date and time that mean the same everywhere.
    TimeZoneIndependent,
}

/// Whether a value must be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequiredLevel {
    /// Optional.
    #[default]
    None,
    /// The server refuses a row without it.
    SystemRequired,
    /// Forms ask for it.
    ApplicationRequired,
    /// Forms recommend it.
    Recommended,
}

/// Where the value of a column comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceType {
    /// People and programs write it.
    #[default]
    Simple,
    /// Calculated when read.
    Calculated,
    /// Calculated from related rows, now and then.
    Rollup,
    /// A Power Fx formula.
    Formula,
}

impl Column {
    /// A column of somebody's own, optional, that may be written and read; labels are empty.
    pub fn custom(metadata_id: Uuid, schema_name: &str, kind: ColumnKind) -> Self {
        Self {
            metadata_id,
            logical_name: schema_name.to_lowercase(),
            schema_name: schema_name.to_owned(),
            kind,
            display_name: Label::default(),
            description: Label::default(),
            required: RequiredLevel::None,
            source_type: SourceType::Simple,
            is_custom: true,
            is_managed: false,
            valid_for_create: true,
            valid_for_update: true,
            valid_for_read: true,
            is_secured: false,
            is_audited: true,
            auto_number_format: None,
            formula: None,
            bound: Bound::default(),
            introduced_version: None,
            managed_properties: ManagedProperties::default(),
        }
    }

    /// Whether this is a reference to another row.
    pub fn is_lookup(&self) -> bool {
        matches!(self.kind, ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner)
    }

    /// The tables that a reference may point to.
    pub fn targets(&self) -> Vec<&str> {
        match &self.kind {
            ColumnKind::Lookup { targets } => targets.iter().map(String::as_str).collect(),
            ColumnKind::Customer => vec!["account", "contact"],
            ColumnKind::Owner => vec!["systemuser", "team"],
            _ => Vec::new(),
        }
    }

    /// The options of a choice, state, status or yes/no column.
    pub fn options(&self) -> Option<&Arc<Choice>> {
        match &self.kind {
            ColumnKind::Choice { options, .. }
            | ColumnKind::MultiChoice { options, .. }
            | ColumnKind::State { options }
            | ColumnKind::Status { options }
            | ColumnKind::Boolean { options, .. } => Some(options),
            _ => None,
        }
    }
}
