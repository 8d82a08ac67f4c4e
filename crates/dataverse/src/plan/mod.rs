//! Decides what a message does to the database, as data: names become columns, literals become
//! typed values, navigation properties become joins. Pure: on the schema snapshot and the user.
//! `sql` renders a plan, `messages` carries it out.
//!
//! A query function of `$filter` is a row of the list in `functions.rs`.

mod access;
mod autonumber;
mod condition;
mod dates;
mod expand;
mod filter;
mod functions;
mod literal;
mod navigation;
mod number;
mod order;
mod read;
mod state;
mod typed;
mod write;

pub(crate) use access::{access, access_by_id};
pub(crate) use autonumber::{Part as AutoNumberPart, parse as autonumber_parts};
pub(crate) use condition::{Alias, Condition, Exists, Field, From, Join, Part};
pub(crate) use expand::{ExpandPlan, ExpandVia};
pub(crate) use literal::literal;
pub(crate) use navigation::{Navigation, navigation};
pub(crate) use order::{OrderPlan, Token};
pub(crate) use read::{Asker, ReadColumn, ReadPlan, read, read_columns, select_of};
pub(crate) use write::{
    Cell, Link, Nested, Purpose, Target, WritePlan, cell, storable, write,
};
