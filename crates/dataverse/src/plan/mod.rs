//! Decides what a message does to the database, as data: names become columns, literals become
//! typed values, navigation properties become joins. Pure: on the schema snapshot and the user.
//! `sql` renders a plan, `messages` carries it out.
//!
//! A query function of `$filter` is a row of the list in `functions.rs`.

mod access;
pub(crate) mod autonumber;
mod cache;
mod condition;
mod dates;
pub(crate) mod derived;
mod expand;
mod filter;
mod functions;
mod key;
mod literal;
mod navigation;
mod number;
mod order;
mod read;
mod state;
mod typed;
mod write;

pub(crate) use access::access_of;
pub(crate) use cache::ColumnCache;
pub(crate) use condition::{Alias, Condition, Exists, Field, From, Part};
pub(crate) use expand::{Branch, ExpandPlan, Parent as ExpandParent};
pub(crate) use filter::{is_of, primary};
pub(crate) use key::{RowKey, row_key};
pub(crate) use literal::{bad, options_of, unknown_property};
pub(crate) use navigation::{Navigation, many_end, navigation};
pub(crate) use order::{OrderStep, Token};
pub(crate) use read::{
    Asker, Base, Columns, LookupTarget, ReadColumn, ReadPlan, read, row_before, table,
};
pub(crate) use typed::payload;
pub(crate) use write::{
    Children, Link, Purpose, Values, WritePlan, fill, fits, get, put, set, stored, write,
};
