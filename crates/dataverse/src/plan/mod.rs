//! Decides what a message does to the database, as data: names become columns, literals become
//! typed values, navigation properties become joins. Pure: on the schema snapshot and the user.
//! `sql` renders a plan, `messages` carries it out.
//!
//! What an operator of FetchXML, or a query function of `$filter`, means stands in `operators.rs`.

mod access;
pub(crate) mod autonumber;
mod cache;
mod condition;
mod dates;
pub(crate) mod derived;
mod expand;
mod fetch;
mod filter;
mod hierarchy;
mod key;
mod literal;
mod navigation;
pub(crate) mod number;
mod operators;
mod order;
mod read;
mod state;
mod typed;
mod write;

pub(crate) use access::access_of;
pub(crate) use cache::ColumnCache;
pub(crate) use condition::{Alias, Condition, DatePart, Exists, Field, First, From, Part, PartOf};
pub(crate) use expand::{Branch, ExpandPlan, Parent as ExpandParent};
pub(crate) use fetch::{FetchPlan, Order, Output, Sorted, Source, cookie, fetch};
pub(crate) use filter::{is_of, primary};
pub(crate) use hierarchy::{Branches, Tree};
pub(crate) use key::{RowKey, row_key};
pub(crate) use literal::{bad, options_of, unknown_property};
pub(crate) use navigation::{Navigation, many_end, navigation};
pub(crate) use order::{OrderKey, OrderStep, Token};
pub(crate) use read::{
    Asker, Base, Columns, LookupTarget, ReadColumn, ReadPlan, filtered, read, row_before, table,
};
pub(crate) use typed::payload;
pub(crate) use write::{
    Children, Link, Purpose, Values, WritePlan, fill, fits, get, put, set, stored, write,
};
