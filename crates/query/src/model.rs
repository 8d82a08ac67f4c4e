//! The query model: what is asked, by names.

use uuid::Uuid;

/// What is asked of the rows of one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The properties to return, as the notation names them (`name`, `_parentid_value`); empty for
    /// all.
    pub select: Vec<String>,
    /// Which rows.
    pub filter: Option<Filter>,
    /// In which order.
    pub order_by: Vec<OrderBy>,
    /// At most so many rows in all.
    pub top: Option<usize>,
    /// At most so many rows on a page.
    pub page_size: Option<usize>,
    /// Whether the number of all matching rows is wanted.
    pub count: bool,
    /// Related rows to return with each row.
    pub expand: Vec<Expand>,
    /// Where to go on: the opaque token of the page before.
    pub skip_token: Option<String>,
}

/// Related rows to return with each row.
#[derive(Clone, Debug, PartialEq)]
pub struct Expand {
    /// The navigation property.
    pub navigation: String,
    /// Whether only references are wanted (`nav/$ref`).
    pub only_references: bool,
    /// What is asked of the related rows.
    pub query: Query,
}

/// One step of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBy {
    /// The property, after zero or more navigation properties.
    pub path: Vec<String>,
    /// Largest first.
    pub descending: bool,
}

/// A condition on a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them hold.
    And(Vec<Filter>),
    /// At least one holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// A property against a literal.
    Compare {
        /// The property, after zero or more navigation properties.
        path: Vec<String>,
        /// How.
        comparison: Comparison,
        /// Against what.
        value: Literal,
    },
    /// A property against another of the same row.
    CompareColumns {
        /// The property.
        left: Vec<String>,
        /// How.
        comparison: Comparison,
        /// The other property.
        right: Vec<String>,
    },
    /// `contains`, `startswith`, `endswith`. `%`, `_` and `[…]` are wildcards in the value.
    Text {
        /// The property, after zero or more navigation properties.
        path: Vec<String>,
        /// Where the value is looked for.
        test: TextTest,
        /// The value.
        value: String,
    },
    /// `collection/any(x:…)` or `collection/all(x:…)`.
    Lambda {
        /// The navigation property of the collection.
        navigation: Vec<String>,
        /// Any or all.
        quantifier: Quantifier,
        /// The condition on a related row; `None` for `any()`.
        condition: Option<Box<Filter>>,
    },
    /// `Microsoft.Dynamics.CRM.<name>(PropertyName=…,PropertyValue=…)`.
    Function {
        /// The name without its namespace.
        name: String,
        /// The property.
        property: String,
        /// Its values, in order.
        values: Vec<Literal>,
    },
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the operators of OData")]
pub enum Comparison {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Where a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the functions of OData")]
pub enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
}

/// Of a collection, any row or every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the lambda operators of OData")]
pub enum Quantifier {
    Any,
    All,
}

/// A value as the notation writes it; its type is decided when the column is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`, or an alias that was not given.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as written: exact until the column is known.
    Number(String),
    /// A text in quotes.
    Text(String),
    /// An id, bare.
    Id(Uuid),
    /// A date or a date and time, as written (ISO 8601).
    Date(String),
    /// `Namespace.Type'Member'`.
    Enum {
        /// The type, with its namespace.
        type_name: String,
        /// The member or members, as written.
        member: String,
    },
    /// A list, as arguments of functions have it.
    List(Vec<Literal>),
}

/// How a request names one row: by its id, or by an alternate key.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// `accounts(<id>)`.
    Id(Uuid),
    /// `accounts(name='x',code=5)`; also the primary key by name.
    Values(Vec<KeyValue>),
}

/// One column of a key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyValue {
    /// The property, as written.
    pub name: String,
    /// Its value.
    pub value: Literal,
}
