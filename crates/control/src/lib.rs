//! The control plane: the tenant and its environments, their life, who may do what to them, and
//! which of them are open.
//!
//! [`Tenant`] is the door. Deciding is done by plain functions on plain values
//! ([`environments::decide`], [`roles::allowed`], [`environments::check_operation`]); one small
//! runner performs it. Everything here lives in the tenant store; the rows of an environment are
//! the data service's and change only through its messages.
//!
//! A new kind of thing that administrators manage is a folder; its tables are one more script in
//! `migrations.rs`.

mod capacity;
pub mod catalog;
mod domain;
mod entry;
pub mod environments;
mod management;
mod members;
mod migrations;
pub mod operations;
mod people;
mod registry;
pub mod roles;
pub mod settings;
mod sku;
mod source;
mod tenant;
mod urls;

/// The version of the platform whose protocols this is.
pub const PLATFORM_VERSION: &str = "9.2.25112.00001";

pub use capacity::Capacity;
pub use environments::{Database, Environment, Provisioning, Runtime, UpdateCadence};
pub use operations::{Actor, Operation, OperationState, OperationType};
pub use sku::Sku;
pub use source::Environments;
pub use tenant::{Options, Tenant};
pub use urls::{UrlStyle, Urls};
