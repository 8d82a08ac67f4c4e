//! One query model ([`Query`]) and its notations: OData URLs ([`odata`]).
//!
//! Pure, and knows no schema: names stay names. `dataverse::plan` resolves them.

mod model;
pub mod odata;

pub use model::{
    Comparison, Expand, Filter, Key, KeyValue, Literal, OrderBy, Quantifier, Query, TextTest,
};
