//! What an environment's data looks like: tables, columns, relationships, choices, labels, and the
//! immutable [`Schema`] snapshot that everything reads; the system tables as data.
//!
//! Pure: no database, no clock, no IO. Names are the platform's own.

mod choice;
mod column;
mod diff;
pub mod formula;
pub mod ids;
mod label;
mod managed_property;
pub mod names;
pub mod privileges;
mod relationship;
pub mod roles;
mod schema;
pub mod system;
mod table;

pub use choice::{Choice, ChoiceKind, ChoiceOption};
pub use column::{
    Column, ColumnKind, DateTimeBehavior, RequiredLevel, SourceType, Storage, StringFormat,
};
pub use diff::{TableChange, diff};
pub use label::{ENGLISH, Label, LanguageCode};
pub use managed_property::ManagedProperties;
pub use relationship::{
    Cascade, CascadeAction, ManyToMany, Menu, MenuBehavior, MenuGroup, OneToMany, Relationship,
};
pub use schema::Schema;
pub use table::{Key, Ownership, Table, TableType};
