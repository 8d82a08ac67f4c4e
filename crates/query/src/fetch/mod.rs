//! One model of queries over linked tables, with figures over groups: [`Fetch`].

mod cookie;
mod model;
mod operator;

pub use cookie::{Cookie, CookieColumn};
pub use model::{
    Attribute, Attributes, Condition, DateGrouping, Fetch, Figure, Filter, Link, LinkKind, Node,
    Order, OrderColumn,
};
pub use operator::{OPERATORS, Operator, OperatorRow, Values};
