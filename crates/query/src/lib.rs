//! Two query models and their notations: what OData URLs ask of a table ([`Query`], [`odata`]),
//! and what FetchXML, SQL, `$apply` and `QueryExpression` ask of linked tables ([`fetch`]).
//!
//! Pure, and knows no schema: names stay names. `dataverse::plan` resolves them.

mod error;
pub mod fetch;
mod model;
pub mod odata;

pub use error::{ParseError, Result};
pub use model::{
    Comparison, Expand, Filter, Key, KeyValue, Literal, OrderBy, Quantifier, Query, TextTest,
};
