//! The model that FetchXML, `?sql=`, `$apply` and `QueryExpression` share: names as the notation
//! writes them, nothing resolved.

use super::{Cookie, Operator};

/// What is asked of a table and the tables linked to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fetch {
    /// The table, its columns and conditions, and what is linked to it.
    pub entity: Node,
    /// At most so many rows in all.
    pub top: Option<usize>,
    /// Which page, from 1.
    pub page: Option<usize>,
    /// How many rows a page has.
    pub count: Option<usize>,
    /// How many rows are passed over first; only SQL has it.
    pub offset: Option<usize>,
    /// Where the page before ended.
    pub cookie: Option<Cookie>,
    /// Whether equal rows are returned once.
    pub distinct: bool,
    /// Whether every column is grouped by or a figure over the group.
    pub aggregate: bool,
    /// Over so many source rows an aggregate is refused; lowers the limit of the service.
    pub aggregate_limit: Option<usize>,
    /// Whether the number of all matching rows is wanted.
    pub total_count: bool,
    /// Whether choices and lookups sort by their value instead of by their label or name.
    pub raw_order: bool,
    /// What times without a zone are from UTC, in minutes, instead of the caller's own zone.
    pub utc_offset_minutes: Option<i32>,
    /// Whether rows of the long-term archive are asked for (`datasource="retained"`).
    pub archived: bool,
}

/// A table with what is asked of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// The logical name; empty where the notation does not tell it (`$apply`).
    pub table: String,
    /// Which columns to return.
    pub attributes: Attributes,
    /// In which order.
    pub orders: Vec<Order>,
    /// Which rows; of a linked table, part of the join.
    pub filter: Option<Filter>,
    /// The tables linked to it.
    pub links: Vec<Link>,
}

/// Which columns to return.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Attributes {
    /// All that the caller may read.
    #[default]
    All,
    /// These.
    Some(Vec<Attribute>),
}

/// A column to return, to group by, or to compute a figure over.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The logical name of the column; empty for [`Figure::Count`] over no column.
    pub name: String,
    /// How the answer calls it.
    pub alias: Option<String>,
    /// The figure over its group.
    pub figure: Option<Figure>,
    /// Whether rows are grouped by it.
    pub group: bool,
    /// Which part of a date to group by.
    pub date_grouping: Option<DateGrouping>,
    /// Whether dates are grouped in the caller's time zone (else in UTC).
    pub user_timezone: bool,
    /// Whether the figure is over different values only.
    pub distinct: bool,
    /// Whether the number of children in the hierarchy is wanted instead of the value.
    pub count_children: bool,
}

impl Attribute {
    /// The plain column `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            alias: None,
            figure: None,
            group: false,
            date_grouping: None,
            user_timezone: true,
            distinct: false,
            count_children: false,
        }
    }
}

/// What is computed over the rows of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The number of rows.
    Count,
    /// The number of rows that have a value.
    CountColumn,
    /// The sum.
    Sum,
    /// The mean of the values there are.
    Average,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
}

/// Which part of a date rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of FetchXML")]
pub enum DateGrouping {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    FiscalPeriod,
    FiscalYear,
}

/// One step of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// By what.
    pub column: OrderColumn,
    /// The alias of the link whose column it is, when it is not of the node it stands in.
    pub entity: Option<String>,
    /// Largest first.
    pub descending: bool,
}

/// By what rows are ordered.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderColumn {
    /// A column.
    Attribute(String),
    /// A column of the answer, by its alias.
    Alias(String),
}

/// A linked table.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The table with what is asked of it.
    pub node: Node,
    /// Its column; when missing, its primary key.
    pub from: Option<String>,
    /// The column of the node around that it equals; when missing, the one that leads to it.
    pub to: Option<String>,
    /// How conditions, orders and the answer call it.
    pub alias: Option<String>,
    /// How it is joined.
    pub kind: LinkKind,
    /// Whether the table is the one between two tables (a many-to-many relationship).
    pub intersect: bool,
}

/// How a table is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Rows on both sides; `natural` is the same.
    Inner,
    /// Rows without a counterpart stay.
    Outer,
    /// Rows that have a counterpart, none of its columns.
    Exists,
    /// The same as [`LinkKind::Exists`], as a list.
    In,
    /// Rows that have a counterpart, with the first one only.
    MatchFirst,
    /// In a filter: some linked row matches.
    Any,
    /// In a filter: no linked row matches.
    NotAny,
    /// In a filter: linked rows exist, and none of them matches (the service's own meaning).
    All,
    /// In a filter: some linked row matches (the service's own meaning).
    NotAll,
}

impl LinkKind {
    /// Whether it stands in a filter.
    pub fn is_condition(self) -> bool {
        matches!(self, Self::Any | Self::NotAny | Self::All | Self::NotAll)
    }

    /// Whether columns of the linked table can be in the answer.
    pub fn returns_columns(self) -> bool {
        matches!(self, Self::Inner | Self::Outer | Self::MatchFirst)
    }
}

/// A condition on rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them hold; none is true.
    And(Vec<Filter>),
    /// At least one holds; none is true, as the service has it.
    Or(Vec<Filter>),
    /// One column against values.
    Condition(Condition),
    /// On linked rows: [`LinkKind::Any`], `NotAny`, `All`, `NotAll`.
    Link(Box<Link>),
}

/// One column against values.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The alias (or table) of the link whose column it is, when it is not of the node it stands in.
    pub entity: Option<String>,
    /// The logical name of the column.
    pub attribute: String,
    /// How.
    pub operator: Operator,
    /// Against what, as written; as many as the operator takes.
    pub values: Vec<String>,
    /// Against the column of this name instead, or `alias.column`.
    pub value_of: Option<String>,
    /// Against the figure of the column over the group.
    pub figure: Option<Figure>,
}

impl Condition {
    /// `attribute` of the node around against `values`.
    pub fn new(attribute: impl Into<String>, operator: Operator, values: Vec<String>) -> Self {
        let attribute = attribute.into();
        Self { entity: None, attribute, operator, values, value_of: None, figure: None }
    }
}
